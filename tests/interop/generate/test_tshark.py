# SPDX-License-Identifier: Apache-2.0
"""tshark's reading of what the generator sends: fields and checksums of hellos, bad packets and flows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest

import pydp
from bfd_fastpath.lab.linkcap import LinkFile
from pydp.generate import FlowConfig, Generator, PeersConfig, misbehaviours
from tests.interop.replay.strangers import run

pytestmark = [pytest.mark.eal, pytest.mark.interop("tshark")]

CHECKED = ("-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
GOOD = "1"


@dataclass
class Wire:
    """Two generators, each the other's target; what the first one sends is written down."""

    sides: list[Generator]
    ends: tuple[pydp.Port, pydp.Port]
    capture: pydp.Capture
    file: Path
    now_ns: int = 10**9

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.now_ns += 10**6
            for side in self.sides:
                side.step(self.now_ns)

    def read(self, *fields: str, only: str = "frame") -> list[list[str]]:
        """What was captured so far, as tshark reads these fields."""
        written = LinkFile(self.file, 0)
        while (packet := self.capture.read()) is not None:
            written.write(packet)
        written.close()
        words = [word for field in fields for word in ("-e", field)]
        text = run(
            "tshark",
            "-n",
            "-r",
            self.file,
            *CHECKED,
            "-Y",
            only,
            "-T",
            "fields",
            "-E",
            "occurrence=f",
            *words,
        )
        return [line.split("\t") for line in text.splitlines()]


@pytest.fixture
def wire(eal: object, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Wire]:
    name = f"w{abs(hash(request.node.name)) % 10**8}"
    ends = pydp.link(name, capacity=4096)
    capture = pydp.Capture(name, capacity=8192)
    capture.add(ends[0], 0, pydp.Direction.SENT)
    made = Wire(
        [Generator(f"{name}{i}", seed=i + 1) for i in range(2)], ends, capture, tmp_path / "wire.pcap"
    )
    for side, end in zip(made.sides, ends, strict=True):
        side.attach(end)
    yield made
    for one in (*made.sides, *ends, capture):
        one.close()


PEERS = {4: ("192.0.2.10", "192.0.2.100"), 6: ("2001:db8::10", "2001:db8::1:0")}


def peers(wire: Wire, family: int, count: int = 3, vlan: int = 0):
    ours, theirs = PEERS[family]
    return [
        side.peers(
            PeersConfig(
                address=ip_address(mine),
                target=ip_address(other),
                target_step=1,
                target_mac=mac,
                count=count,
                vlan=vlan,
                multiplier=4,
                discriminator=0x1000,
                desired_min_tx_interval_us=50_000,
                required_min_rx_interval_us=40_000,
            )
        )
        for side, mine, other, mac in (
            (wire.sides[0], ours, theirs, wire.ends[1].info().mac),
            (wire.sides[1], theirs, ours, wire.ends[0].info().mac),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("vlan", [0, 42])
def test_hellos_are_what_they_say(wire: Wire, family: int, vlan: int) -> None:
    near, _ = peers(wire, family, vlan=vlan)
    wire.run(1000)
    ip = "ip" if family == 4 else "ipv6"
    rows = wire.read(
        *(f"{ip}.src", f"{ip}.dst", "ip.ttl" if family == 4 else "ipv6.hlim", "udp.srcport", "udp.dstport"),
        *("bfd.version", "bfd.sta", "bfd.diag", "bfd.detect_time_multiplier", "bfd.message_length"),
        *("bfd.my_discriminator", "bfd.your_discriminator"),
        *("bfd.desired_min_tx_interval", "bfd.required_min_rx_interval", "bfd.required_min_echo_interval"),
        *("udp.checksum.status", "ip.checksum.status", "vlan.id", "frame.len", "eth.dst"),
        only="bfd",
    )
    assert len(rows) == near.summary().tx_packets
    first, target = (ip_address(text) for text in PEERS[family])
    header = 14 + (4 if vlan else 0) + (20 if family == 4 else 40)
    for row in rows:
        i = int(row[10], 0) - 0x1000
        assert (row[0], row[1]) == (str(first + i), str(target + i))
        assert row[2] == "255"
        assert 49152 <= int(row[3]) <= 65535
        assert (row[4], row[5], row[8], row[9]) == ("3784", "1", "4", "24")
        up = int(row[6], 0) == pydp.State.UP
        assert int(row[11], 0) == (0x1000 + i if int(row[6], 0) > pydp.State.DOWN else int(row[11], 0))
        assert (int(row[12]), int(row[13]), int(row[14])) == (50_000 if up else 1_000_000, 40_000, 0)
        assert row[15] == GOOD
        assert row[16] == (GOOD if family == 4 else "")
        assert row[17] == (str(vlan) if vlan else "")
        assert int(row[18]) == header + 8 + 24
        assert row[19] == wire.ends[1].info().mac
    assert Counter(int(row[6], 0) for row in rows)[pydp.State.UP] > 3 * 12
    assert not wire.read("frame.number", only="_ws.malformed || _ws.expert.severity >= 0x600000")


#: How tshark sees each: a filter that fits every packet of it and no good one.
SEEN = {
    "version": "bfd.version == 0",
    "length-short": "bfd.message_length == 23",
    "length-long": "bfd.message_length == 25",
    "truncated": "udp.length == 20",
    "multiplier-zero": "bfd.detect_time_multiplier == 0",
    "multipoint": "bfd.flags.m == 1",
    "my-discriminator-zero": "bfd.my_discriminator == 0",
    "your-discriminator-zero": "bfd.your_discriminator == 0 && bfd.sta == 3",
    "your-discriminator-wrong": "bfd.your_discriminator > 0x2000",
    "authenticated": "bfd.auth.type == 4 && bfd.auth.len == 28 && bfd.message_length == 52",
    "ttl": "ip.ttl == 254",
    "checksum-ip": "ip.checksum.status == 0 && udp.checksum.status == 1",
    "checksum-udp": "udp.checksum.status == 0 && ip.checksum.status == 1",
    "source-port": "udp.srcport == 3784",
    "poll-and-final": "bfd.flags.p == 1 && bfd.flags.f == 1",
    "poll-storm": "bfd.flags.p == 1 && bfd.sta == 3",
    "up-at-once": "bfd.sta == 3",
    "replayed": "bfd.your_discriminator == 0 && bfd.sta == 1",
    "garbage": "udp.length != 32 || bfd.my_discriminator < 0x1000 || bfd.my_discriminator > 0x1010 || bfd.version != 1",
}
#: Their good packets look the same.
ALIKE = {"poll-storm", "up-at-once"}


def test_each_misbehaviour_that_sends_is_looked_at() -> None:
    assert set(SEEN) == set(misbehaviours()) - {"never-final"}


@pytest.mark.parametrize("kind", list(SEEN))
def test_a_bad_packet_is_bad_in_the_one_way_it_says(wire: Wire, kind: str) -> None:
    near, _ = peers(wire, 4, count=1)
    wire.run(1000)
    wire.read("frame.number")
    near.misbehave(kind, every=1 if kind in ALIKE else 2)
    wire.run(1000)
    near.misbehave(None)
    sent = near.summary().misbehaved[kind]
    all_frames = len(wire.read("frame.number", only="udp.dstport == 3784"))
    seen = len(
        run(
            "tshark", "-n", "-r", wire.file, *CHECKED, "-Y", SEEN[kind], "-T", "fields", "-e", "frame.number"
        ).split()
    )
    if kind == "up-at-once":
        # All of them, and the good ones: the session stays Up.
        assert seen == all_frames >= 2 * sent
    elif kind == "poll-storm":
        assert seen == sent
        assert sent % 10 == 0
    else:
        assert seen == sent >= 5
        assert all_frames > sent
    good = "udp.checksum.status == 1 && ip.checksum.status == 1"
    right = len(
        run(
            "tshark", "-n", "-r", wire.file, *CHECKED, "-Y", good, "-T", "fields", "-e", "frame.number"
        ).split()
    )
    assert right == all_frames - (sent if kind.startswith("checksum") else 0)


@pytest.mark.parametrize("family", [4, 6])
def test_flows_have_right_lengths_and_checksums(wire: Wire, family: int) -> None:
    source, destination = ("192.0.2.1", "203.0.113.1") if family == 4 else ("2001:db8::1", "2001:db8:1::1")
    sizes = (64 if family == 4 else 84, 85, 594, 1518)
    flow = wire.sides[0].flow(
        7,
        FlowConfig(
            source=ip_address(source),
            sources=3,
            destinations=[ip_address(destination) + i for i in range(5)],
            mac="02:00:00:00:00:01",
            vlan=9,
            sizes=sizes,
            source_port=65530,
            source_ports=6,
            destination_port=4321,
            ttl=33,
            dscp=10,
        ),
    )  # fmt: skip
    flow.start(1000, 400)
    wire.run(500)
    ip = "ip" if family == 4 else "ipv6"
    rows = wire.read(
        *(f"{ip}.src", f"{ip}.dst", "ip.ttl" if family == 4 else "ipv6.hlim", "udp.srcport", "udp.dstport"),
        *("udp.length", "frame.len", "udp.checksum.status", "ip.checksum.status", "vlan.id", "udp.payload"),
        "ip.dsfield.dscp" if family == 4 else "ipv6.tclass.dscp",
        only="udp",
    )
    assert len(rows) == 400
    for i, row in enumerate(rows):
        size = sizes[i % 4]
        assert row[0] == str(ip_address(source) + i % 3)
        assert row[1] == str(ip_address(destination) + i % 5)
        assert row[2:5] == ["33", str(65530 + i % 6), "4321"]
        assert int(row[6]) == size - 4 + 4
        assert int(row[5]) == size - 4 - 14 - (20 if family == 4 else 40)
        assert row[7] == GOOD
        assert row[8] == (GOOD if family == 4 else "")
        assert (row[9], row[11]) == ("9", "10")
        payload = bytes.fromhex(row[10].replace(":", ""))
        assert payload[:2] == b"\x70\x46"
        assert payload[4] == 7
        assert int.from_bytes(payload[6:10]) == i
        assert set(payload[18:]) <= {0}
    assert not wire.read("frame.number", only="_ws.malformed")


@pytest.mark.parametrize("family", [4, 6])
def test_questions_and_answers_about_addresses_are_well_formed(wire: Wire, family: int) -> None:
    text = "192.0.2.{}" if family == 4 else "2001:db8::{}"
    for side, mine, other in ((0, 1, 2), (1, 2, 1)):
        wire.sides[side].peers(
            PeersConfig(address=ip_address(text.format(mine)), target=ip_address(text.format(other)))
        )
    # Who is asked learns from the question, so the answer is the other side's.
    wire.capture.add(wire.ends[0], 1, pydp.Direction.RECEIVED)
    wire.run(50)
    if family == 4:
        rows = wire.read("arp.opcode", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", only="arp")
        assert ["1", "192.0.2.1", "192.0.2.2"] in rows
        assert ["2", "192.0.2.2", "192.0.2.1"] in rows
    else:
        rows = wire.read("icmpv6.type", "icmpv6.checksum.status", "ipv6.dst", only="icmpv6")
        assert ["135", GOOD, "ff02::1:ff00:2"] in rows
        assert ["136", GOOD, "2001:db8::1"] in rows
    assert not wire.read("frame.number", only="_ws.malformed")
