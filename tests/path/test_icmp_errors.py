# SPDX-License-Identifier: Apache-2.0
"""ICMP and ICMPv6 errors about packets in transit: what they say, and about what none is sent (RFC 1812 4.3, RFC 4443 2.4)."""

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    ICMPv6PacketTooBig,
    ICMPv6TimeExceeded,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
)
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw

from tests.path.router import SENDER, SENDER6, Router, mac

pytestmark = pytest.mark.eal

BODY = UDP(sport=7, dport=9) / Raw(b"e" * 60)


def ip4(**fields: object) -> Packet:
    return IP(**({"src": SENDER, "dst": "10.0.0.1", "ttl": 9, "tos": 0x48} | fields)) / BODY


def ip6(**fields: object) -> Packet:
    return IPv6(**({"src": SENDER6, "dst": "2001:db8:f::1", "hlim": 9} | fields)) / BODY


#: A packet, and type, code and the four octets behind the checksum of the error that it makes, with the reason that is counted.
TOLD = {
    "time exceeded": (ip4(ttl=1), (11, 0, 0), "drop-expired"),
    "TTL 0": (ip4(ttl=0), (11, 0, 0), "drop-expired"),
    "no route": (ip4(dst="172.16.0.1"), (3, 0, 0), "drop-no-route"),
    "no route before time exceeded": (ip4(dst="172.16.0.1", ttl=1), (3, 0, 0), "drop-no-route"),
    "unreachable": (ip4(dst="10.7.0.1"), (3, 1, 0), "drop-unreachable"),
    "prohibited": (ip4(dst="10.8.0.1"), (3, 13, 0), "drop-prohibited"),
    "prohibited before time exceeded": (ip4(dst="10.8.0.1", ttl=1), (3, 13, 0), "drop-prohibited"),
    "option without a length": (ip4(options=b"\x01\x44\x00\x00"), (12, 0, 21 << 24), "drop-options"),
    "option beyond the header": (ip4(options=b"\x44\x09\x05\x00"), (12, 0, 20 << 24), "drop-options"),
    "hop limit exceeded": (ip6(hlim=1), (3, 0, 0), "drop-expired"),
    "no route (6)": (ip6(dst="2001:db9::1"), (1, 0, 0), "drop-no-route"),
    "unreachable (6)": (ip6(dst="2001:db8:f:7::1"), (1, 0, 0), "drop-unreachable"),
    "prohibited (6)": (ip6(dst="2001:db8:f:8::1"), (1, 1, 0), "drop-prohibited"),
}


def error_of(router: Router, frame: bytes, packet: Packet, said: tuple[int, int, int]) -> None:
    """The frame is that error about the packet, from the router's address on port 0, quoting it as it came."""
    ether = Ether(frame)
    assert (ether.src, ether.dst) == (router.ether().dst, mac(0))
    quoted = bytes(packet)
    if IP in packet:
        outer = ether[IP]
        body = bytes(outer.payload)
        quoted = quoted[:548]
        assert (outer.src, outer.dst, outer.ttl, outer.proto, outer.tos) == ("192.0.2.1", SENDER, 64, 1, 0xC8)
        assert outer.flags == 0
        assert outer.frag == 0
        wanted = IP(bytes(outer))
        del wanted[IP].chksum
        assert bytes(wanted) == bytes(outer)
        checked = ICMP(body)
        del checked.chksum
    else:
        outer = ether[IPv6]
        body = bytes(outer.payload)
        quoted = quoted[:1232]
        assert (outer.src, outer.dst, outer.hlim, outer.nh) == ("2001:db8::1", SENDER6, 64, 58)
        whole = IPv6(bytes(outer))
        del whole.payload.cksum
        assert bytes(whole) == bytes(outer)
        checked = None
    if checked is not None:
        assert bytes(checked)[2:4] == body[2:4]
    assert (body[0], body[1], int.from_bytes(body[4:8], "big")) == said
    assert body[8:] == quoted


@pytest.mark.parametrize(("packet", "said", "reason"), TOLD.values(), ids=TOLD.keys())
def test_the_sender_is_told(router: Router, packet: Packet, said: tuple[int, int, int], reason: str) -> None:
    back, out = router.through(router.ether() / packet)
    assert out == []
    assert len(back) == 1
    error_of(router, back[0], packet, said)
    assert router.counted() == {reason: 1, "tx-icmp-error": 1}


def test_no_more_is_quoted_than_may_be(router: Router) -> None:
    long = ip4(ttl=1) / Raw(b"l" * 900)
    back = router.through(router.ether() / long)[0]
    error_of(router, back[0], long, (11, 0, 0))
    assert len(back[0]) == 14 + 576
    long6 = ip6(hlim=1) / Raw(b"l" * 1300)
    back = router.through(router.ether() / long6)[0]
    error_of(router, back[0], long6, (3, 0, 0))
    assert len(back[0]) == 14 + 1280


def test_padding_is_not_quoted(router: Router) -> None:
    short = IP(src=SENDER, dst="10.0.0.1", ttl=1, tos=0x48) / UDP()
    back = router.through(bytes(router.ether() / short).ljust(60, b"\0"))[0]
    error_of(router, back[0], short, (11, 0, 0))


def test_fragmentation_needed_and_packet_too_big_say_the_mtu(router: Router) -> None:
    big, big6 = ip4(flags="DF") / Raw(b"b" * 1500), ip6() / Raw(b"b" * 1500)
    error_of(router, router.through(router.ether() / big)[0][0], big, (3, 4, 1500))
    error_of(router, router.through(router.ether() / big6)[0][0], big6, (2, 0, 1500))
    assert router.counted() == {"drop-too-big": 2, "tx-icmp-error": 2}


SILENT = {
    "an ICMP error": ip4(ttl=1).copy()[IP].__class__(src=SENDER, dst="10.0.0.1", ttl=1)
    / ICMP(type=3, code=1)
    / bytes(28),
    "time exceeded itself": IP(src=SENDER, dst="10.0.0.1", ttl=1) / ICMP(type=11) / bytes(28),
    "a redirect": IP(src=SENDER, dst="10.0.0.1", ttl=1) / ICMP(type=5) / bytes(28),
    "an ICMP type that nobody knows": IP(src=SENDER, dst="10.0.0.1", ttl=1) / ICMP(type=200) / bytes(28),
    "ICMP without a type": IP(src=SENDER, dst="10.0.0.1", ttl=1, proto=1),
    "a later fragment": IP(src=SENDER, dst="10.0.0.1", ttl=1, frag=10) / bytes(60),
    "our own address as the source": IP(src="198.51.100.1", dst="10.0.0.1", ttl=1) / BODY,
    "a broadcast address as the source": IP(src="192.0.2.255", dst="10.0.0.1", ttl=1) / BODY,
    "an ICMPv6 error": IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=1) / ICMPv6DestUnreach() / bytes(40),
    "packet too big": IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=1) / ICMPv6PacketTooBig() / bytes(40),
    "an ICMPv6 error behind a header": IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=1)
    / IPv6ExtHdrDestOpt()
    / ICMPv6TimeExceeded()
    / bytes(40),
    "ICMPv6 cut off behind its headers": IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=1, nh=58),
    "a later fragment of ICMPv6": IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=1)
    / IPv6ExtHdrFragment(offset=9, nh=58)
    / bytes(60),
    "our own IPv6 address as the source": IPv6(src="2001:db8:1::1", dst="2001:db8:f::1", hlim=1) / BODY,
}


@pytest.mark.parametrize("packet", SILENT.values(), ids=SILENT.keys())
def test_about_this_nobody_is_told(router: Router, packet: Packet) -> None:
    assert router.through(router.ether() / packet) == ([], [])
    assert router.counted() == {"drop-expired": 1}


HEARD = {
    "an echo request": IP(src=SENDER, dst="10.0.0.1", ttl=1, tos=0x48) / ICMP() / bytes(28),
    "a first fragment": IP(src=SENDER, dst="10.0.0.1", ttl=1, tos=0x48, flags="MF") / TCP() / bytes(28),
    "an ICMPv6 echo request": IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=1) / ICMPv6EchoRequest(),
    "a later IPv6 fragment of UDP": IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=1)
    / IPv6ExtHdrFragment(offset=9, nh=17)
    / bytes(60),
}


@pytest.mark.parametrize("packet", HEARD.values(), ids=HEARD.keys())
def test_but_about_this_it_is(router: Router, packet: Packet) -> None:
    back = router.through(router.ether() / packet)[0]
    error_of(router, back[0], packet, (11, 0, 0) if IP in packet else (3, 0, 0))


def test_a_link_local_sender_is_told_on_its_link(router: Router) -> None:
    router.engine.address_add(0, "fe80::1/64")
    router.engine.neighbour_set(0, "fe80::9", mac(0))
    back = router.through(router.ether() / ip6(src="fe80::9"))[0]
    error = Ether(back[0])
    assert (error[IPv6].src, error[IPv6].dst) == ("fe80::1", "fe80::9")
    assert (error[ICMPv6DestUnreach].code, error.dst) == (2, mac(0))
    assert router.counted() == {"drop-scope": 1, "tx-icmp-error": 1}


def test_a_link_local_sender_learns_first_that_there_is_no_route(router: Router) -> None:
    router.engine.address_add(0, "fe80::1/64")
    router.engine.neighbour_set(0, "fe80::9", mac(0))
    router.through(router.ether() / ip6(src="fe80::9", dst="2001:db9::1"))
    router.through(router.ether() / ip6(src="fe80::9", dst="2001:db8:f:6::1"))
    assert router.counted() == {"drop-no-route": 1, "drop-blackhole": 1, "tx-icmp-error": 1}


def test_errors_go_where_the_routes_say(router: Router) -> None:
    tagged = IP(src="203.0.113.9", dst="172.16.0.1", tos=0x48) / BODY
    out = router.through(router.ether(1) / Dot1Q(vlan=7) / tagged, port=1)[1]
    error = Ether(out[0])
    assert (error[Dot1Q].vlan, error[IP].src, error[IP].dst) == (7, "203.0.113.1", "203.0.113.9")
    assert router.through(router.ether() / ip4(src="172.16.9.9", ttl=1)) == ([], [])
    assert router.counted() == {
        "drop-no-route": 1,
        "tx-icmp-error": 1,
        "drop-expired": 1,
        "icmp-error-unsent": 1,
    }


def test_errors_come_from_the_address_that_is_chosen_while_it_is_ours(
    make_router: Callable[..., Router],
) -> None:
    """A loopback's, say, where the peering LAN is not routed."""
    four, six = ip_address("203.0.113.200"), ip_address("2001:db8:99::1")
    router = make_router(icmp_source_ipv4=four, icmp_source_ipv6=six)
    frames = [router.ether() / ip4(ttl=1), router.ether() / ip6(hlim=1)]

    def sources() -> list[str]:
        return [
            packet[IP].src if IP in (packet := Ether(frame)) else packet[IPv6].src
            for frame in router.through(*frames)[0]
        ]

    assert sources() == ["192.0.2.1", "2001:db8::1"]
    router.engine.address_add(1, f"{four}/32")
    router.engine.address_add(1, f"{six}/128")
    assert sources() == [str(four), str(six)]
    router.engine.address_add(0, "fe80::1/64")
    router.engine.neighbour_set(0, "fe80::9", mac(0))
    back = router.through(router.ether() / ip6(src="fe80::9", hlim=1))[0]
    assert Ether(back[0])[IPv6].src == "fe80::1"


def test_errors_are_limited(make_router: Callable[..., Router]) -> None:
    router = make_router(icmp_error_rate=100)
    frames = [bytes(router.ether() / ip4(ttl=1))] * 20
    assert len(router.through(*frames)[0]) == 6
    assert router.counted() == {"drop-expired": 20, "tx-icmp-error": 6, "icmp-error-rate": 14}
    router.now_ns += 30_000_000
    assert len(router.through(*frames)[0]) == 3
    router.now_ns += 10_000_000_000
    assert len(router.through(*frames)[0]) == 6
    silent = make_router(icmp_error_rate=0)
    assert silent.through(*(bytes(silent.ether() / ip4(ttl=1)) for _ in range(3))) == ([], [])


def test_more_than_a_turn_may_have_is_dropped(router: Router) -> None:
    router.through(*[bytes(router.ether() / ip4(ttl=1))] * 100)
    counted = router.counted()
    assert counted["drop-exception-full"] == 36
    assert counted["drop-expired"] == 64
