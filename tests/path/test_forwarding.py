# SPDX-License-Identifier: Apache-2.0
"""Packets go out where the routes say, octet for octet as they came, but for the link header, TTL and header checksum."""

from collections.abc import Callable

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, PadN
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw

import pydp
from pydp import InvalidArgumentError, Member, NextHopConfig, NextHopKind
from tests.path.router import SENDER, SENDER6, Router, mac

pytestmark = pytest.mark.eal

IP4 = IP(src=SENDER, dst="10.0.0.1", ttl=64) / UDP(sport=1024, dport=53) / Raw(b"x" * 30)
IP6 = IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=64) / UDP(sport=1024, dport=53) / Raw(b"x" * 30)


@pytest.mark.parametrize(
    "packet", [IP4, IP6, IP4 / Raw(b"y" * 1400), IP6 / Raw(b"y" * 1400)], ids=lambda p: p.summary()
)
def test_a_packet_leaves_by_its_route(router: Router, packet: Packet) -> None:
    assert router.through(router.ether() / packet) == ([], [router.forwarded(packet)])
    family = 4 if IP in packet else 6
    assert router.counted() == {f"rx-forward-ip{family}": 1}


def test_and_out_of_the_port_it_came_by(router: Router) -> None:
    back = IP(src="192.0.2.8", dst=SENDER, ttl=9) / UDP() / Raw(b"back" * 9)
    assert router.through(router.ether() / back) == ([router.forwarded(back, 0)], [])


def test_many_packets_of_both_families_keep_their_order(router: Router) -> None:
    packets = [IP4 / Raw(bytes([i]) * i) if i % 3 else IP6 / Raw(bytes([i]) * i) for i in range(1, 90)]
    sent, received = router.through(*(router.ether() / packet for packet in packets))
    assert sent == []
    for kind in (IP, IPv6):
        wanted = [router.forwarded(packet) for packet in packets if kind in packet]
        assert [frame for frame in received if kind in Ether(frame)] == wanted


@pytest.mark.parametrize("low", range(0, 0x10000, 0x2EE7))
def test_the_checksum_is_right_for_every_value_that_it_can_have(router: Router, low: int) -> None:
    packet = IP(src=SENDER, dst="10.0.0.1", ttl=255, id=low) / TCP() / Raw(b"z" * 20)
    assert router.through(router.ether() / packet)[1] == [router.forwarded(packet)]


def _with_checksum(wanted: int) -> IP:
    def made(number: int) -> IP:
        return IP(src=SENDER, dst="10.0.0.1", id=number) / Raw(b"q" * 26)

    def checksum(packet: IP) -> int:
        return int.from_bytes(bytes(packet)[10:12], "big")

    packet = made((checksum(made(0)) - wanted) % 0xFFFF)
    assert checksum(packet) == wanted
    return packet


@pytest.mark.parametrize("wanted", [0xFEFF, 0xFFFE, 0xFEFE, 0x00FF, 0xFF00])
def test_the_checksum_where_one_more_carries_or_would_become_0xffff(router: Router, wanted: int) -> None:
    packet = _with_checksum(wanted)
    assert router.through(router.ether() / packet)[1] == [router.forwarded(packet)]


def test_vlan_tags_come_and_go(router: Router) -> None:
    out = IP(src=SENDER, dst="203.0.113.9") / UDP() / Raw(b"t" * 40)
    assert router.through(router.ether() / out)[1] == [router.forwarded(out, 1, vlan=7)]
    tagged = IP(src="203.0.113.9", dst=SENDER) / UDP() / Raw(b"t" * 40)
    assert router.through(router.ether(1) / Dot1Q(vlan=7) / tagged, port=1)[0] == [
        router.forwarded(tagged, 0)
    ]
    through = IP(src="203.0.113.8", dst="203.0.113.9") / UDP() / Raw(b"t" * 40)
    assert router.through(router.ether(1) / Dot1Q(vlan=7) / through, port=1)[1] == [
        router.forwarded(through, 1, vlan=7)
    ]
    router.counted()
    router.through(router.ether(1) / Dot1Q(vlan=8) / tagged, port=1)
    assert router.counted() == {"drop-unknown-vlan": 1}


def test_padding_stays_and_what_is_behind_it_goes(router: Router) -> None:
    short = IP(src=SENDER, dst="10.0.0.1") / UDP() / Raw(b"ab")
    padded = bytes(router.ether() / short).ljust(60, b"\0")
    assert router.through(padded)[1] == [router.forwarded(short).ljust(60, b"\0")]
    assert router.through(padded + b"trailer")[1] == [router.forwarded(short).ljust(60, b"\0")]
    assert router.through(bytes(router.ether() / IP4) + b"trailer")[1] == [router.forwarded(IP4)]
    assert router.through(bytes(router.ether() / IP6) + b"trailer")[1] == [router.forwarded(IP6)]


def test_options_and_extension_headers_are_carried_along(router: Router) -> None:
    record_route = IP(src=SENDER, dst="10.0.0.1", options=b"\x07\x07\x04\0\0\0\0\0") / UDP() / Raw(b"o" * 20)
    hop_by_hop = (
        IPv6(src=SENDER6, dst="2001:db8:f::1") / IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)]) / UDP()
    )
    fragment = (
        IPv6(src=SENDER6, dst="2001:db8:f::1") / IPv6ExtHdrFragment(offset=3, m=1, nh=17) / Raw(b"f" * 16)
    )
    piece = IP(src=SENDER, dst="10.0.0.1", flags="MF", frag=3) / Raw(b"f" * 40)
    for packet in (record_route, hop_by_hop, fragment, piece):
        assert router.through(router.ether() / packet)[1] == [router.forwarded(packet)]


def test_what_is_not_for_our_mac_address_is_not_forwarded(router: Router) -> None:
    router.through(Ether(src=mac(0), dst="02:00:00:00:00:77") / IP4)
    assert router.counted() == {"drop-mac": 1}


def test_without_forwarding_nothing_is_forwarded(make_router: Callable[..., Router]) -> None:
    router = make_router(enabled=False)
    assert router.through(router.ether() / IP4, router.ether() / IP6) == ([], [])
    assert router.counted() == {"drop-not-for-us": 2}


def test_a_route_that_comes_and_goes_takes_its_packets_with_it(router: Router) -> None:
    router.engine.routes.remove("10.0.0.0/8")
    router.through(router.ether() / IP4)
    assert router.counted()["drop-no-route"] == 1
    router.engine.routes.set("10.0.0.0/9", 1)
    assert router.through(router.ether() / IP4)[1] == [router.forwarded(IP4)]


def test_flows_are_spread_over_a_group_and_each_stays(router: Router) -> None:
    router.engine.nexthops.set(9, NextHopConfig.group([Member(1), Member(2)]))
    router.engine.routes.set("10.0.0.0/8", 9)
    flows = [
        IP(src=SENDER, dst="10.0.0.1") / UDP(sport=1000 + i, dport=53) / Raw(b"g" * 20) for i in range(64)
    ]
    first = router.through(*(router.ether() / flow for flow in flows))
    assert min(len(frames) for frames in first) > 10
    assert router.through(*(router.ether() / flow for flow in flows)) == first
    pieces = [IP(src=SENDER, dst="10.0.0.1", flags="MF") / UDP(sport=i) / Raw(b"g" * 24) for i in range(20)]
    assert sorted(
        len(frames) for frames in router.through(*(router.ether() / piece for piece in pieces))
    ) == [0, 20]


def test_where_a_flow_goes_can_be_asked(router: Router) -> None:
    router.engine.nexthops.set(9, NextHopConfig.group([Member(1), Member(2)]))
    router.engine.routes.set("10.0.0.0/8", 9)
    router.engine.routes.set("2001:db8:f::/48", 9)
    for i in range(40):
        for flow in (
            IP(src=SENDER, dst="10.0.0.1") / UDP(sport=1000 + i, dport=53) / Raw(b"g" * 20),
            IPv6(src=SENDER6, dst="2001:db8:f::1", fl=i) / UDP(sport=1000 + i) / Raw(b"g" * 20),
        ):
            share, member = router.engine.nexthops.flow(9, bytes(flow), flow.version)
            assert 0 <= share < 256
            out = router.through(router.ether() / flow)
            assert [len(frames) for frames in out] == ([0, 1] if member == 1 else [1, 0])
    with pytest.raises(InvalidArgumentError):
        router.engine.nexthops.flow(1, bytes(40), 4)
    with pytest.raises(InvalidArgumentError):
        router.engine.nexthops.flow(9, bytes(19), 4)


def test_reverse_path_loose_and_strict(make_router: Callable[..., Router]) -> None:
    unknown = IP(src="172.16.0.1", dst="10.0.0.1") / UDP() / Raw(b"u" * 20)
    elsewhere = IP(src="10.9.0.1", dst="10.0.0.1") / UDP() / Raw(b"u" * 20)
    unknown6, elsewhere6 = (
        IPv6(src=source, dst="2001:db8:f::1") / UDP() / Raw(b"u" * 9)
        for source in ("2001:db9::1", "2001:db8:f::9")
    )
    for rpf, dropped in ((0, 0), (1, 2), (2, 4)):
        router = make_router(rpf=rpf)
        sent = [IP4, IP6, unknown, elsewhere, unknown6, elsewhere6]
        assert len(router.through(*(router.ether() / packet for packet in sent))[1]) == 6 - dropped
        assert router.counted().get("drop-rpf", 0) == dropped


@pytest.mark.parametrize("version", [4, 6])
def test_a_default_route_counts_as_any_route_does(make_router: Callable[..., Router], version: int) -> None:
    """RFC 3704 2.2, 2.3: strictly, whoever comes by another way than the default route leads is refused."""
    source, default = ("172.16.0.1", "0.0.0.0/0") if version == 4 else ("2001:db9::1", "::/0")
    head = IP(src=source, dst=SENDER) if version == 4 else IPv6(src=source, dst=SENDER6)
    packet = head / UDP() / Raw(b"u" * 20)
    for rpf, passes in ((1, (1, 1)), (2, (0, 1))):
        router = make_router(rpf=rpf)
        router.engine.routes.set(default, 1 if version == 4 else 3)
        for port in (0, 1):
            router.counted()
            assert len(router.through(router.ether(port) / packet, port=port)[0]) == passes[port]
            assert router.counted().get("drop-rpf", 0) == 1 - passes[port]


@pytest.mark.parametrize("rpf", [1, 2])
def test_a_blackhole_for_a_source_drops_what_it_sends(make_router: Callable[..., Router], rpf: int) -> None:
    """RFC 5635: remote triggered, by source."""
    router = make_router(rpf=rpf)
    router.engine.routes.set("192.0.2.9/32", 6)
    assert router.through(router.ether() / IP4) == ([], [])
    assert router.counted() == {"drop-rpf": 1}


def test_nobody_is_told_at_an_address_that_fails_the_reverse_path(make_router: Callable[..., Router]) -> None:
    """Or a TTL of 1 would make us talk to whom a forger names."""
    router = make_router(rpf=2)
    forged = (
        IP(src="10.9.0.1", dst="10.0.0.1", ttl=1) / UDP(),
        IP(src="10.9.0.1", dst="10.0.0.1", options=b"\x44\x00\x00\x00") / UDP(),
        IPv6(src="2001:db8:f::9", dst="2001:db8:f::1", hlim=1) / UDP(),
    )
    assert router.through(*(router.ether() / packet for packet in forged)) == ([], [])
    assert router.counted() == {"drop-rpf": 3}


def test_what_a_route_brings_to_the_host_has_no_hop_to_go(router: Router) -> None:
    near, far = pydp.link("path-host")
    router.engine.host_set(0, near)
    router.engine.nexthops.set(9, NextHopConfig(NextHopKind.LOCAL))
    router.engine.routes.set("10.5.0.0/24", 9)
    frames = [bytes(router.ether() / IP(src=SENDER, dst="10.5.0.1", ttl=ttl) / TCP()) for ttl in (1, 2)]
    assert router.through(*frames) == ([], [])
    router.step()
    with pydp.Burst(8) as burst:
        burst.receive(far)
        assert sorted(bytes(burst.view(i)) for i in range(len(burst))) == sorted(frames)
        burst.clear()
    assert router.counted() == {"rx-host": 2}
    router.engine.close()
    for end in (near, far):
        end.close()


def test_ping_of_a_forwarded_address_is_forwarded(router: Router) -> None:
    packet = IP(src=SENDER, dst="10.0.0.1") / ICMP() / Raw(b"ping" * 8)
    assert router.through(router.ether() / packet)[1] == [router.forwarded(packet)]
