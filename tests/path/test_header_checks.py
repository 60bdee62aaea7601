# SPDX-License-Identifier: Apache-2.0
"""What is not forwarded, and under which reason it is counted: RFC 1812 5.2.2, 5.3.7 and RFC 8200, one check at a time. None of
these packets gets an answer."""

from collections.abc import Callable

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Raw

from tests.path.router import SENDER, SENDER6, Router

pytestmark = pytest.mark.eal

DATA = UDP(sport=1, dport=2) / Raw(b"d" * 40)


def ip4(**fields: object) -> bytes:
    return bytes(IP(**({"src": SENDER, "dst": "10.0.0.1"} | fields)) / DATA)


def ip6(**fields: object) -> bytes:
    return bytes(IPv6(**({"src": SENDER6, "dst": "2001:db8:f::1"} | fields)) / DATA)


def patched(packet: bytes, at: int, octets: bytes) -> bytes:
    return packet[:at] + octets + packet[at + len(octets) :]


DROPPED = {
    "1812 5.2.2 (1): less than a header": (4, ip4()[:19], "drop-malformed-ip4"),
    "1812 5.2.2 (2): checksum": (4, ip4(chksum=0x1234), "drop-checksum-ip4"),
    "1812 5.2.2 (3): version": (4, patched(ip4(), 0, b"\x55"), "drop-malformed-ip4"),
    "1812 5.2.2 (4): header length": (4, ip4(ihl=4), "drop-malformed-ip4"),
    "1812 5.2.2 (5): total length below the header's": (4, ip4(len=19), "drop-malformed-ip4"),
    "total length beyond the frame": (4, ip4(len=69), "drop-malformed-ip4"),
    "header length beyond the packet": (4, ip4(ihl=15)[:50], "drop-malformed-ip4"),
    "source 0/8": (4, ip4(src="0.1.2.3"), "drop-martian-source"),
    "source loopback": (4, ip4(src="127.0.0.1"), "drop-martian-source"),
    "source multicast": (4, ip4(src="224.0.0.1"), "drop-martian-source"),
    "source class E": (4, ip4(src="240.0.0.1"), "drop-martian-source"),
    "source limited broadcast": (4, ip4(src="255.255.255.255"), "drop-martian-source"),
    "source link-local": (4, ip4(src="169.254.1.1"), "drop-martian-source"),
    "destination 0/8": (4, ip4(dst="0.1.2.3"), "drop-martian-destination"),
    "destination loopback": (4, ip4(dst="127.0.0.1"), "drop-martian-destination"),
    "destination class E": (4, ip4(dst="240.0.0.1"), "drop-martian-destination"),
    "destination limited broadcast": (4, ip4(dst="255.255.255.255"), "drop-martian-destination"),
    "destination link-local": (4, ip4(dst="169.254.1.1"), "drop-martian-destination"),
    "destination multicast": (4, ip4(dst="224.0.0.5"), "drop-multicast"),
    "broadcast of a prefix of ours": (4, ip4(dst="198.51.100.255"), "drop-broadcast"),
    "loose source route": (4, ip4(options=b"\x83\x07\x04\x0a\0\0\2\0"), "drop-source-route"),
    "strict source route": (4, ip4(options=b"\x01\x89\x07\x04\x0a\0\0\2"), "drop-source-route"),
    "less than an IPv6 header": (6, ip6()[:39], "drop-malformed-ip6"),
    "IPv6 version": (6, patched(ip6(), 0, b"\x50"), "drop-malformed-ip6"),
    "payload length beyond the frame": (6, ip6(plen=49), "drop-malformed-ip6"),
    "source unspecified": (6, ip6(src="::"), "drop-martian-source"),
    "source ::1": (6, ip6(src="::1"), "drop-martian-source"),
    "source mapped": (6, ip6(src="::ffff:10.0.0.1"), "drop-martian-source"),
    "source group": (6, ip6(src="ff02::1"), "drop-martian-source"),
    "destination unspecified": (6, ip6(dst="::"), "drop-martian-destination"),
    "destination ::1": (6, ip6(dst="::1"), "drop-martian-destination"),
    "destination mapped": (6, ip6(dst="::ffff:10.0.0.1"), "drop-martian-destination"),
    "destination fe80::/10": (6, ip6(dst="fe80::77"), "drop-martian-destination"),
    "destination group": (6, ip6(dst="ff0e::5"), "drop-not-for-us"),
    "blackhole": (4, ip4(dst="10.6.0.1"), "drop-blackhole"),
    "IPv6 blackhole": (6, ip6(dst="2001:db8:f:6::1"), "drop-blackhole"),
}


@pytest.mark.parametrize(("family", "packet", "reason"), DROPPED.values(), ids=DROPPED.keys())
def test_dropped_for_a_reason(router: Router, family: int, packet: bytes, reason: str) -> None:
    head = bytes(router.ether())[:12] + (b"\x08\x00" if family == 4 else b"\x86\xdd")
    assert router.through(head + packet) == ([], [])
    assert router.counted() == {reason: 1}


SEEN_AGAIN = {
    "an address of 169/8 that is not link-local": ip4(dst="10.0.0.1", src="169.1.2.3"),
    "a destination of the first half of class A": ip4(src="126.255.0.1"),
    "the highest unicast address": ip4(src="223.255.255.255"),
}


@pytest.mark.parametrize("packet", SEEN_AGAIN.values(), ids=SEEN_AGAIN.keys())
def test_what_is_next_to_a_martian_is_forwarded(router: Router, packet: bytes) -> None:
    assert router.through(bytes(router.ether())[:12] + b"\x08\x00" + packet)[1] == [
        router.forwarded(IP(packet))
    ]


def test_a_bad_packet_in_a_burst_costs_the_others_nothing(router: Router) -> None:
    good = [IP(src=SENDER, dst="10.0.0.1", id=i) / DATA for i in range(30)]
    frames: list[bytes] = []
    head = bytes(router.ether())[:12]
    for i, packet in enumerate(good):
        frames.append(bytes(router.ether() / packet))
        family, bad, _ = list(DROPPED.values())[i]
        frames.append(head + (b"\x08\x00" if family == 4 else b"\x86\xdd") + bad)
    assert router.through(*frames)[1] == [router.forwarded(packet) for packet in good]


def test_the_segmented_and_the_short(make_router: Callable[..., Router]) -> None:
    router = make_router()
    for length in range(0, 60):
        router.through((bytes(router.ether()) + ip4())[: max(length, 1)])
    counted = router.counted()
    assert counted.pop("drop-malformed-ethernet") == 14
    assert sum(counted.values()) == 46


@pytest.mark.parametrize("group", ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "33:33:00:00:00:01"])
def test_what_comes_as_a_broadcast_of_the_link_is_neither_forwarded_nor_answered(
    router: Router, group: str
) -> None:
    """RFC 1812 5.3.4 and 4.3.2.7; RFC 4443 2.4 (e.4)."""
    head = bytes.fromhex(group.replace(":", "")) + bytes(router.ether())[6:12]
    for ttl in (1, 9):
        four = head + b"\x08\x00" + ip4(ttl=ttl)
        six = head + b"\x86\xdd" + ip6(hlim=ttl)
        assert router.through(four, six) == ([], [])
        counted = router.counted()
        assert set(counted) <= {"drop-mac", "drop-not-for-us"}
        assert sum(counted.values()) == 2
