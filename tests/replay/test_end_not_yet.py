# SPDX-License-Identifier: Apache-2.0
"""Sessions that cannot be played yet: each is named, and the others are played."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from bfd_fastpath.replay import end
from tests.replay.end_scene import play
from tests.replay.recording import MS, START_NS, Frame, outage, write

OWN, PEER = "192.0.2.1", "192.0.2.3"
DEMAND, AUTHENTICATION = 0x02, 0x04


def control(state: int, mine: int, yours: int, flags: int = 0, tail: bytes = b"") -> bytes:
    length = 24 + len(tail)
    return pack(">BBBBIIIII", 0x20, state << 6 | flags, 3, length, mine, yours, 10**6, 10**6, 0) + tail


def frames(port: int, own: bytes, theirs: bytes, *, ttl: int = 255) -> list[Frame]:
    """Five packets each way, a second apart."""
    made: list[Frame] = []
    for i in range(5):
        for source, destination, octets in ((OWN, PEER, own), (PEER, OWN, theirs)):
            # Without both MAC addresses scapy would ask the network for them.
            ethernet = Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b")
            packet: Any = ethernet / IP(src=source, dst=destination, ttl=ttl)
            ports = (port, 50000) if port == 7784 and source == PEER else (50000, port)
            packet = packet / UDP(sport=ports[0], dport=ports[1]) / Raw(octets)
            made.append((START_NS + i * 1000 * MS, bytes(packet)))
    return made


PASSWORD = b"\x01\x07\x01abcd"
KINDS = {
    "multihop": ("path-ip-mh", frames(4784, control(3, 5, 6), control(3, 6, 5), ttl=250)),
    "micro": ("path-lag", frames(6784, control(3, 5, 6), control(3, 6, 5))),
    "s-bfd": ("path-s-bfd", frames(7784, control(3, 5, 6, DEMAND), control(3, 6, 5))),
    "authentication": (
        "path-ip-sh",
        frames(3784, *(control(3, *pair, AUTHENTICATION, PASSWORD) for pair in ((5, 6), (6, 5)))),
    ),
}


@pytest.mark.parametrize("reason", KINDS)
def test_it_is_named_and_the_rest_goes_on(record, tmp_path: Path, reason):
    path_type, others = KINDS[reason]
    recording = outage(record())
    both = sorted([*recording.frames, *others], key=lambda frame: frame[0])
    report = play(write(tmp_path / "one.pcap", both), recording.addresses[0])
    assert [session.same for session in report.sessions] == [True]
    (left,) = report.not_played
    assert (left.peer, left.reason, left.path_type) == (ip_address(PEER), reason, path_type)
    assert "cannot be played yet" in left.text
    assert any(left.text in line for line in end.lines(report))


def test_the_same_session_on_another_vlan_is_named(record, tmp_path: Path):
    one, other = outage(record()), record(vlan=7)
    other.up()
    both = sorted([*one.frames, *other.frames], key=lambda frame: frame[0])
    report = play(write(tmp_path / "one.pcap", both), one.addresses[0])
    assert [session.vlan for session in report.sessions] == [0]
    assert [left.reason for left in report.not_played] == ["seen-twice"]


def test_of_two_sessions_with_one_discriminator_the_first_is_played(tmp_path: Path) -> None:
    """Two bfdd that start in one second choose alike; one router with both has to differ."""
    made: list[Frame] = []
    for i in range(5):
        for peer, theirs in ((PEER, 6), ("192.0.2.4", 7)):
            for source, destination, mine, yours in ((OWN, peer, 5, theirs), (peer, OWN, theirs, 5)):
                ethernet = Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b")
                packet: Any = ethernet / IP(src=source, dst=destination, ttl=255)
                packet = packet / UDP(sport=50000, dport=3784) / Raw(control(3, mine, yours))
                made.append((START_NS + i * 1000 * MS, bytes(packet)))
    report = play(write(tmp_path / "one.pcap", made), ip_address(OWN))
    assert [one.index for one in report.sessions] == [1]
    (left,) = report.not_played
    assert (left.index, left.reason) == (2, "same-discriminator")
    assert "discriminator 5 is that of session 1 too" in left.text
