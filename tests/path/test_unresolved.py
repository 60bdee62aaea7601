# SPDX-License-Identifier: Apache-2.0
"""Packets to a neighbour whose MAC address is not known: the next hop's, or the destination itself on a connected prefix."""

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    IPv6,
)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet, Raw

from pydp import NextHopConfig
from tests.path.router import SENDER, SENDER6, Router, mac

pytestmark = pytest.mark.eal

ABSENT = "198.51.100.66"


def ip4(destination: str) -> Packet:
    return IP(src=SENDER, dst=destination, ttl=9) / UDP() / Raw(b"n" * 30)


@pytest.fixture(params=["10.66.0.1", ABSENT], ids=["next-hop", "connected"])
def destination(router: Router, request: pytest.FixtureRequest) -> str:
    """An address behind ABSENT, or ABSENT itself, on port 1."""
    router.engine.nexthops.set(10, NextHopConfig.adjacent(ABSENT, 1))
    router.engine.nexthops.set(11, NextHopConfig.connected(1))
    router.engine.routes.set("10.66.0.0/16", 10)
    if request.param == ABSENT:
        router.engine.routes.set("198.51.100.0/24", 11)
    router.step()
    router.received(1)
    router.counted()
    return str(request.param)


def test_a_packet_waits_for_the_answer(router: Router, destination: str) -> None:
    packet = ip4(destination)
    first = router.through(router.ether() / packet)[1]
    assert all(ARP in Ether(frame) for frame in first)
    answer = Ether(src=mac(1), dst=router.ether(1).dst) / ARP(
        op="is-at", hwsrc=mac(1), psrc=ABSENT, hwdst=router.ether(1).dst, pdst="198.51.100.1"
    )
    assert router.through(answer, port=1)[1] == [router.forwarded(packet)]
    assert router.counted()["rx-forward-ip4"] == 1
    assert router.through(router.ether() / packet)[1] == [router.forwarded(packet)]


def test_when_nobody_answers_the_sender_is_told(router: Router, destination: str) -> None:
    told: list[bytes] = []
    for _ in range(8):
        router.now_ns += 1_000_000_000
        told += router.through(router.ether() / ip4(destination))[0]
    errors = [Ether(frame)[ICMP] for frame in told if ICMP in Ether(frame)]
    assert errors
    assert {(error.type, error.code) for error in errors} == {(3, 1)}
    assert router.counted()["drop-neighbour-failed"] > 0


def is_at(address: str, router: Router) -> Packet:
    ours = router.ether(1).dst
    return Ether(src=mac(1), dst=ours) / ARP(
        op="is-at", hwsrc=mac(1), psrc=address, hwdst=ours, pdst="198.51.100.1"
    )


def test_the_senders_of_those_that_waited_in_vain_are_told(router: Router, destination: str) -> None:
    packets = [ip4(destination) / Raw(bytes([i]) * 8) for i in range(5)]
    router.through(*(router.ether() / packet for packet in packets))
    told: list[bytes] = []
    for _ in range(4):
        router.now_ns += 1_000_000_000
        router.step()
        told += router.received(0)
    errors = [Ether(frame)[ICMP] for frame in told]
    assert {(error.type, error.code) for error in errors} == {(3, 1)}
    aged = [bytes(router.forwarded(packet))[14:] for packet in packets[1:]]
    assert [bytes(error.payload) for error in errors] == aged, "the last four, as they would have left"
    counted = router.engine.stats.port(0)
    assert (counted["drop-neighbour-queue"], counted["drop-neighbour-failed"]) == (1, 4), "where they came in"
    assert counted["tx-icmp-error"] == 4


def test_an_ipv6_sender_is_told_too(router: Router) -> None:
    router.engine.nexthops.set(11, NextHopConfig.connected(1))
    router.engine.routes.set("2001:db8:1::/64", 11)
    packet = IPv6(src=SENDER6, dst="2001:db8:1::66", hlim=9) / UDP() / Raw(b"n" * 30)
    asked = Ether(router.through(router.ether() / packet)[1][0])
    assert asked[ICMPv6ND_NS].tgt == "2001:db8:1::66"
    told: list[bytes] = []
    for _ in range(4):
        router.now_ns += 1_000_000_000
        router.step()
        told += router.received(0)
    (error,) = (Ether(frame)[ICMPv6DestUnreach] for frame in told)
    assert (error.type, error.code) == (1, 3)


def test_the_flows_of_a_group_wait_for_members_that_are_not_known_yet(router: Router) -> None:
    for i in range(3):
        router.engine.nexthops.set(20 + i, NextHopConfig.adjacent(f"198.51.100.{70 + i}", 1))
    router.engine.nexthops.set(23, NextHopConfig.group([20, 21], backups=[22]))
    router.engine.routes.set("10.66.0.0/16", 23)
    packets = [IP(src=SENDER, dst="10.66.0.1", ttl=9) / UDP(sport=i) / Raw(b"g" * 30) for i in range(6)]
    first = router.through(*(router.ether() / packet for packet in packets))[1]
    assert all(ARP in Ether(frame) for frame in first)
    router.send(is_at("198.51.100.70", router), is_at("198.51.100.71", router), port=1)
    router.step()
    sent = [frame for frame in router.received(1) if ARP not in Ether(frame)]
    assert sorted(sent) == sorted(router.forwarded(packet) for packet in packets)


def test_ipv4_waits_for_a_neighbour_with_an_ipv6_address_and_goes_there(router: Router) -> None:
    """RFC 8950: what the route says is an IPv6 next hop."""
    router.engine.nexthops.set(10, NextHopConfig.adjacent("2001:db8:1::66", 1))
    router.engine.routes.set("10.66.0.0/16", 10)
    packet = ip4("10.66.0.1")
    router.through(router.ether() / packet)
    answer = (
        Ether(src=mac(1), dst=router.ether(1).dst)
        / IPv6(src="2001:db8:1::66", dst="2001:db8:1::1", hlim=255)
        / ICMPv6ND_NA(tgt="2001:db8:1::66", S=1, O=1)
        / ICMPv6NDOptDstLLAddr(lladdr=mac(1))
    )
    assert router.through(answer, port=1)[1] == [router.forwarded(packet)]
    assert router.through(router.ether() / packet)[1] == [router.forwarded(packet)]


def test_the_mtu_holds_for_who_waits_too(router: Router, destination: str) -> None:
    large = ip4(destination) / Raw(b"l" * 1500)
    kept = IP(src=SENDER, dst=destination, ttl=9, flags="DF") / UDP() / Raw(b"l" * 1500)
    back, _ = router.through(router.ether() / large, router.ether() / kept)
    (error,) = (Ether(frame)[ICMP] for frame in back)
    assert (error.type, error.code) == (3, 4)
    out = router.through(is_at(ABSENT, router), port=1)[1]
    assert [(Ether(frame)[IP].frag, Ether(frame)[IP].len) for frame in out] == [(0, 1500), (185, 78)]


def test_the_first_address_of_a_prefix_is_no_hosts(router: Router) -> None:
    router.engine.nexthops.set(11, NextHopConfig.connected(1))
    router.engine.routes.set("198.51.100.0/24", 11)
    router.through(router.ether() / ip4("198.51.100.0"))
    assert router.counted() == {"drop-broadcast": 1}


def test_a_place_that_is_anothers_by_now_is_not_sent_to(router: Router) -> None:
    """The table is full of absent hosts; a new one takes the place of the one that the same burst has a packet for."""
    router.engine.nexthops.set(11, NextHopConfig.connected(1))
    router.engine.routes.set("198.51.100.0/24", 11)
    router.through(*(router.ether() / ip4(f"198.51.100.{host}") for host in range(100, 110)))
    for _ in range(4):
        router.now_ns += 1_000_000_000
        router.step()
    assert {one.state.name for one in router.engine.neighbours() if str(one.address).endswith("10")} <= {
        "FAILED"
    }
    router.received(0), router.received(1), router.counted()
    frames = [router.ether() / ip4(f"198.51.100.{host}") for host in (200, 100, 201, 101)]
    router.through(*frames)
    router.send(is_at("198.51.100.200", router), is_at("198.51.100.201", router), port=1)
    router.step()
    sent = [Ether(frame)[IP].dst for frame in router.received(1) if IP in Ether(frame)]
    assert sent == ["198.51.100.200", "198.51.100.201"]
