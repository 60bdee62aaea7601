# SPDX-License-Identifier: Apache-2.0
"""Every packet of a capture gets a verdict, and what the engine sends is told to be of the packet that caused it."""

import random
import struct
from pathlib import Path

import pytest

from bfd_fastpath.config import parse
from bfd_fastpath.replay.end_report import EndError
from bfd_fastpath.replay.forward import Forward, Wanted
from bfd_fastpath.replay.forward_passage import Verdict
from bfd_fastpath.replay.forward_pcapng import ForwardFile
from pydp.replay import Frames
from tests.replay.crafting import RAW, SLL2, Capture, sll2
from tests.replay.forward_scene import PORTS, ROUTER, SENDER, capture, config, data, packets, passages

pytestmark = pytest.mark.eal

#: A frame, its verdict, reason, route and what leaves by which port.
VERDICTS = {
    "forwarded": (data("10.0.0.1"), "forwarded", "", "10.0.0.0/8", ["packet wan"]),
    "forwarded, IPv6": (data("2001:db8:f::1"), "forwarded", "", "2001:db8:f::/48", ["packet wan"]),
    "fragmented": (
        data("10.0.0.1", octets=1600),
        "forwarded",
        "",
        "10.0.0.0/8",
        ["fragment wan", "fragment wan"],
    ),
    "to a neighbour": (
        data("198.51.100.77"),
        "forwarded",
        "",
        "198.51.100.0/24",
        ["question wan", "packet wan"],
    ),
    "expired": (
        data("10.0.0.1", ttl=1),
        "dropped",
        "drop-expired",
        "10.0.0.0/8",
        ["question lan", "error lan"],
    ),
    "no route": (data("172.16.0.1"), "dropped", "drop-no-route", "", ["question lan", "error lan"]),
    "blackhole": (data("10.6.0.1"), "dropped", "drop-blackhole", "10.6.0.0/16", []),
    "martian": (data("10.0.0.1", source="127.0.0.1"), "dropped", "drop-martian-source", "", []),
    "for us": (data("192.0.2.1"), "dropped", "drop-other-udp", "", []),
    "sent by the router": (data("10.0.0.1", source="192.0.2.1"), "own", "", "", []),
    "too short": (bytes(13), "unread", "13 octets are no frame of 14 to 9216", "", []),
    "another protocol": (bytes(12) + b"\x88\xb5" + bytes(46), "dropped", "drop-unknown-ethertype", "", []),
}


@pytest.mark.parametrize(
    ("frame", "verdict", "reason", "route", "out"), VERDICTS.values(), ids=VERDICTS.keys()
)
def test_a_packet_has_its_verdict(
    eal: None, tmp_path: Path, frame: bytes, verdict: str, reason: str, route: str, out: list[str]
) -> None:
    (one,) = packets(capture(tmp_path / "one.pcapng", [frame]), config())
    assert (one.verdict.value, one.reason, one.route) == (verdict, reason, route)
    assert [f"{sent.kind} {sent.port}" for sent in one.out] == out


def test_a_ports_mtu_is_the_configurations(eal: None, tmp_path: Path) -> None:
    text = ROUTER.replace('devargs = "net_null1"', 'devargs = "net_null1"\nmtu = 9000')
    settings = parse(text).config
    assert settings is not None
    large, larger = data("10.0.0.1", octets=9000 - 28), data("10.0.0.1", octets=9001 - 28)
    found = packets(capture(tmp_path / "jumbo.pcapng", [large, larger]), settings)
    assert [[sent.kind for sent in one.out if sent.kind != "question"] for one in found] == [
        ["packet"],
        ["fragment", "fragment"],
    ]


def test_the_next_hop_is_told(eal: None, tmp_path: Path) -> None:
    found = packets(
        capture(tmp_path / "two.pcapng", [data("10.0.0.1"), data("10.9.0.1"), data("198.51.100.7")]), config()
    )
    assert [one.next_hop for one in found] == [
        "198.51.100.2 on wan, of a group of 1 with 1 in reserve",
        "198.51.100.9 on wan",
        "the destination on wan",
    ]


def test_a_packet_waits_until_its_neighbour_answers(eal: None, tmp_path: Path) -> None:
    made = Capture()
    made.add(data("10.9.0.1"), after_us=1000)
    answer = (
        struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + bytes.fromhex("020000000077") + bytes([198, 51, 100, 9])
    )
    answer += bytes.fromhex("020000000002") + bytes([198, 51, 100, 1])
    arp = bytes.fromhex("020000000002020000000077") + b"\x08\x06" + answer
    made.add(arp, after_us=1000, interface=1)
    path = tmp_path / "waits.pcapng"
    path.write_bytes(made.pcapng())
    waits, arrives = packets(path, config(), answers=False)
    assert (waits.verdict, waits.out) == (Verdict.WAITING, [])
    assert arrives.verdict is Verdict.NEIGHBOUR
    assert [(one.kind, one.waited, one.frame[:6].hex()) for one in arrives.out] == [
        ("packet", 1, "020000000077")
    ]


def test_with_a_mac_address_only_what_is_to_it_comes_in(eal: None, tmp_path: Path) -> None:
    router, other = bytes.fromhex("02aaaaaaaa01"), bytes.fromhex("02bbbbbbbb01")
    frame = data("10.0.0.1")
    path = capture(
        tmp_path / "macs.pcapng",
        [router + other + frame[12:], other + bytes(6) + frame[12:], other + router + frame[12:]],
    )
    to_us, to_others, by_us = packets(path, config(), macs=("lan=02:aa:aa:aa:aa:01",))
    assert (to_us.verdict, to_others.reason, by_us.verdict) == (Verdict.FORWARDED, "drop-mac", Verdict.OWN)
    assert to_us.out[0].port == "wan"


@pytest.mark.parametrize("link_type", [RAW, SLL2])
def test_links_without_mac_addresses_are_read(eal: None, tmp_path: Path, link_type: int) -> None:
    made = Capture(link_type=link_type)
    packet = data("10.0.0.1")[14:]
    made.add(packet if link_type == RAW else sll2(packet, 3))
    path = tmp_path / "link.pcap"
    path.write_bytes(made.pcap())
    (one,) = packets(path, config(), ports=("lan",))
    assert one.verdict is Verdict.FORWARDED


def test_what_was_cut_off_is_taken_as_zeros(eal: None, tmp_path: Path) -> None:
    made = Capture(snap=60)
    made.add(data("10.0.0.1", octets=500))
    path = tmp_path / "cut.pcap"
    path.write_bytes(made.pcap())
    (one,) = packets(path, config(), ports=("lan",))
    assert one.verdict is Verdict.FORWARDED
    assert len(one.out[0].frame) == 542
    assert "482 octets were cut off when captured, zeros here" in one.notes


def test_the_output_has_each_packet_with_its_comment(eal: None, tmp_path: Path) -> None:
    path = capture(tmp_path / "in.pcapng", [data("10.0.0.1"), data("10.6.0.1"), data("10.0.0.1", ttl=1)])
    out = tmp_path / "out.pcapng"
    with (
        Forward(str(path), config(), Wanted(PORTS, answers=True)) as run,
        ForwardFile(out, run.stage.names) as file,
    ):
        for one in run.passages():
            file.write(one)
    with Frames(out) as frames:
        found = [(row["interface"], row["captured"]) for chunk in frames for row in chunk.columns]
        assert [one.name for one in frames.interfaces()] == ["lan in", "lan out", "wan in", "wan out"]
    # Behind the first questions for the next hops.
    assert [int(port) for port, _ in found][-6:] == [0, 3, 0, 0, 1, 1]
    text = out.read_bytes()
    assert b"packet 1: forwarded; route 10.0.0.0/8; next hop 198.51.100.2 on wan" in text
    assert b"packet 2: dropped, drop-blackhole: not forwarded: blackhole route; route 10.6.0.0/16" in text
    assert b"ICMP time exceeded (11/0) sent out of lan" in text
    assert b"ICMP error about packet 3" in text


def test_the_same_capture_gives_the_same_file(eal: None, tmp_path: Path) -> None:
    path = capture(tmp_path / "in.pcapng", [data("10.0.0.1", ttl=ttl) for ttl in range(5)])
    files = []
    for name in ("one", "two"):
        with (
            Forward(str(path), config(), Wanted(PORTS, answers=True)) as run,
            ForwardFile(tmp_path / name, run.stage.names) as file,
        ):
            for one in run.passages():
                file.write(one)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]


def test_any_octets_have_a_verdict(eal: None, tmp_path: Path) -> None:
    dice = random.Random(7)
    good = [data("10.0.0.1"), data("2001:db8:f::1"), data("192.0.2.1", protocol=1), data("198.51.100.2")]
    frames = []
    for _ in range(1500):
        frame = (
            bytearray(dice.choice(good))
            if dice.random() < 0.8
            else bytearray(dice.randbytes(dice.randint(0, 99)))
        )
        for _ in range(dice.randint(0, 6)):
            if frame:
                frame[dice.randrange(len(frame))] = dice.randrange(256)
        frames.append(bytes(frame[: dice.randint(0, len(frame))] if dice.random() < 0.3 else frame))
    found = packets(capture(tmp_path / "any.pcapng", frames), config())
    assert len(found) == len(frames)
    assert not any(one.reason == "the engine counted nothing" for one in found)
    assert {Verdict.FORWARDED, Verdict.DROPPED, Verdict.UNREAD} <= {one.verdict for one in found}


def test_an_interface_without_a_port_is_refused(eal: None, tmp_path: Path) -> None:
    path = capture(tmp_path / "one.pcapng", [data("10.0.0.1")])
    with pytest.raises(
        EndError, match=r"interface 'eth0' of the capture is no port.*--port eth0=PORT.*lan, wan"
    ):
        packets(path, config(), ports=())
    for options in (
        {"ports": ("eth0=nowhere",)},
        {"macs": ("nowhere=02:00:00:00:00:01",)},
        {"macs": ("02",)},
    ):
        with pytest.raises(EndError):
            packets(path, config(), **options)


def test_what_the_router_does_by_itself_is_told_apart(eal: None, tmp_path: Path) -> None:
    path = capture(tmp_path / "asks.pcapng", [data("10.9.0.1")] * 3, after_us=2_000_000)
    itself = [one for one in passages(path, config(), answers=False) if not one.number]
    assert itself
    assert {sent.kind for one in itself for sent in one.out} == {"question"}
    assert SENDER not in {one.next_hop for one in itself}
