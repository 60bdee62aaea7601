# SPDX-License-Identifier: Apache-2.0
"""IPv4 packets larger than the MTU of their way that may be fragmented (RFC 791 3.2)."""

import pytest
from scapy.layers.inet import IP, UDP, defragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from tests.path.router import SENDER, Router, mac

pytestmark = pytest.mark.eal

PAYLOAD = bytes(i * 7 % 251 for i in range(1900))


def pieces_of(router: Router, packet: IP) -> list[IP]:
    """The fragments that leave port 1, whose header checksums are right."""
    back, out = router.through(router.ether() / packet)
    assert back == []
    found = []
    for frame in out:
        ether = Ether(frame)
        assert (ether.dst, ether.type) == (mac(1), 0x0800)
        assert len(ether[IP]) <= 1500
        assert ether[IP].len == len(ether[IP])
        wanted = ether[IP].copy()
        del wanted.chksum
        assert bytes(wanted) == bytes(ether[IP])
        found.append(ether[IP])
    return found


def test_a_large_packet_is_cut_at_the_mtu(router: Router) -> None:
    packet = IP(src=SENDER, dst="10.0.0.1", id=77, ttl=9, tos=4) / UDP() / Raw(PAYLOAD)
    pieces = pieces_of(router, packet)
    assert [(p.frag, int(p.flags), p.len) for p in pieces] == [(0, 1, 1500), (185, 0, 448)]
    assert {(p.src, p.dst, p.id, p.ttl, p.tos) for p in pieces} == {(SENDER, "10.0.0.1", 77, 8, 4)}
    assert b"".join(bytes(p.payload) for p in pieces) == bytes(packet[UDP])
    assert router.counted() == {"rx-forward-ip4": 1, "tx-fragment": 2}
    whole = defragment(pieces)[0]
    assert bytes(whole[UDP].payload) == PAYLOAD


def test_a_fragment_is_cut_again(router: Router) -> None:
    packet = IP(src=SENDER, dst="10.0.0.1", flags="MF", frag=100) / Raw(PAYLOAD[:1600])
    assert [(p.frag, int(p.flags), len(p.payload)) for p in pieces_of(router, packet)] == [
        (100, 1, 1480),
        (285, 1, 120),
    ]
    last = IP(src=SENDER, dst="10.0.0.1", frag=100) / Raw(PAYLOAD[:1600])
    assert [(p.frag, int(p.flags), len(p.payload)) for p in pieces_of(router, last)] == [
        (100, 1, 1480),
        (285, 0, 120),
    ]


def test_options_that_are_not_copied_become_no_operations(router: Router) -> None:
    options = b"\x94\x04\0\0" + b"\x07\x07\x04\0\0\0\0\0"
    packet = IP(src=SENDER, dst="10.0.0.1", options=options) / Raw(PAYLOAD)
    first, second = pieces_of(router, packet)
    assert bytes(first)[20:32] == options
    assert bytes(second)[20:32] == b"\x94\x04\0\0" + b"\x01" * 7 + b"\0"


def test_1501_octets(router: Router) -> None:
    packet = IP(src=SENDER, dst="10.0.0.1") / Raw(PAYLOAD[:1481])
    assert [len(p) for p in pieces_of(router, packet)] == [1500, 21]
    fits = IP(src=SENDER, dst="10.0.0.1") / Raw(PAYLOAD[:1480])
    assert router.through(router.ether() / fits)[1] == [router.forwarded(fits)]


def test_one_that_would_end_beyond_the_longest_datagram_is_not_cut(router: Router) -> None:
    """No offset could say where its last pieces are; a whole one goes on as it is."""
    packet = IP(src=SENDER, dst="10.0.0.1", frag=8100) / Raw(PAYLOAD)
    assert router.through(router.ether() / packet) == ([], [])
    assert router.counted() == {"drop-malformed-ip4": 1}
    fits = IP(src=SENDER, dst="10.0.0.1", frag=8100) / Raw(PAYLOAD[:1400])
    assert router.through(router.ether() / fits)[1] == [router.forwarded(fits)]
