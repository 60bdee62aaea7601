# SPDX-License-Identifier: Apache-2.0
"""The story of one packet names the check, the route, the next hop with its state, what was rewritten, and why nobody was told."""

from pathlib import Path

import pytest

from bfd_fastpath.cli.main import invoke
from bfd_fastpath.replay.forward import Forward, Wanted
from bfd_fastpath.replay.forward_explain import story
from tests.replay.forward_scene import PORTS, ROUTER, capture, config, data
from tests.replay.test_forward_bfd import PEER, SESSION, outage

pytestmark = pytest.mark.eal


def told(path: Path, number: int, more: str = "", **options: object) -> str:
    wanted = Wanted(**({"ports": PORTS, "answers": True} | options))  # type: ignore[arg-type]
    with Forward(str(path), config(more), wanted) as run:
        found = story(run, number)
    assert found is not None
    return found.text()


STORIES = {
    "forwarded": (
        data("10.9.0.1"),
        [
            "in transit",
            "holds: RFC 1812 5.2.2",
            "10.9.0.0/16, the longest of",
            "198.51.100.9 on wan",
            "TTL 64 -> 63",
        ],
    ),
    "IPv6": (data("2001:db8:f::1"), ["holds: RFC 8200 3", "2001:db8:f::/48", "hop limit 64 -> 63"]),
    "to a neighbour": (data("198.51.100.7"), ["the destination on wan", "never asked for"]),
    "expired": (
        data("10.9.0.1", ttl=1),
        ["fails RFC 1812 5.3.1: the TTL is 0 or 1", "time exceeded (11/0) sent"],
    ),
    "expired ICMP error": (
        data("10.9.0.1", ttl=1, protocol=1).replace(b"\x00" * 20, b"\x03\x01" + bytes(18)),
        ["none: RFC 1812 4.3.2.7: it is an ICMP error"],
    ),
    "martian": (data("10.0.0.1", source="127.0.0.1"), ["fails RFC 1812 5.3.7", "drop-martian-source"]),
    "checksum": (
        data("10.0.0.1")[:24] + b"\0\0" + data("10.0.0.1")[26:],
        ["fails RFC 1812 5.2.2 (2): the header checksum is wrong"],
    ),
    "no route": (data("100.64.0.1"), ["none holds 100.64.0.1", "network unreachable (3/0) sent out of lan"]),
    "from us": (data("10.0.0.1", source="192.0.2.1"), ["sent by the recorded router, not given to ours"]),
}


@pytest.mark.parametrize(("frame", "said"), STORIES.values(), ids=STORIES.keys())
def test_a_packet_has_its_story(eal: None, tmp_path: Path, frame: bytes, said: list[str]) -> None:
    text = told(capture(tmp_path / "one.pcapng", [frame]), 1)
    for words in said:
        assert words in text, text


def test_an_error_may_wait_for_a_neighbour_that_nobody_answers_for(eal: None, tmp_path: Path) -> None:
    frame = data("10.9.0.1", ttl=1, source="192.0.2.77")
    text = told(capture(tmp_path / "one.pcapng", [frame]), 1, answers=False)
    assert "ICMP       an error to 192.0.2.77 waits for the MAC address of 192.0.2.77" in text


def test_the_story_knows_what_was_before(eal: None, tmp_path: Path) -> None:
    path = outage(tmp_path / "outage.pcapng", silent=True)
    before, after = told(path, 6, SESSION), told(path, 46, SESSION)
    assert (
        f"{PEER} on wan, MAC address 02:04:bb:d0:fa:80, reachable, BFD: live, live, 256 of 256 shares"
        in before
    )
    assert "BFD: dead, not live, 256 of 256 shares" in after
    assert "which is that of 1: taken, since it is live" in before
    assert "which is that of 1, not live: another that is live is taken" in after
    assert "verdict    forwarded; route 10.0.0.0/8; next hop 198.51.100.3 on wan" in after


def test_the_command(
    eal: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    capture(Path("a:b.pcapng"), [data("10.9.0.1"), data("10.6.0.1")])
    Path("router.toml").write_text(ROUTER)
    arguments = ["-c", "router.toml", "--port", "lan", "--resolve"]
    assert invoke(["explain", "a:b.pcapng:2", *arguments]) == 0
    assert "blackhole route" in capsys.readouterr().out
    for packet, code, said in (
        ("a:b.pcapng:3", 1, "a:b.pcapng has 2 packets; there is no packet 3"),
        ("absent.pcapng:1", 1, "there is no file absent.pcapng"),
        ("a:b.pcapng", 2, "packets count from 1"),
        ("a:b.pcapng:0", 2, "packets count from 1"),
    ):
        assert invoke(["explain", packet, *arguments]) == code
        assert said in capsys.readouterr().err


def test_a_file_that_ends_before_the_packet(
    eal: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = capture(Path("broken.pcapng"), [data("10.9.0.1"), data("10.6.0.1")])
    path.write_bytes(path.read_bytes()[:-9])
    Path("router.toml").write_text(ROUTER)
    assert invoke(["explain", "broken.pcapng:2", "-c", "router.toml", "--port", "lan"]) == 1
    assert "broken.pcapng can be read up to packet 1:" in capsys.readouterr().err
