# SPDX-License-Identifier: Apache-2.0
"""Ports with MTUs of their own: what is too large for a packet's way is that of the port that it leaves by."""

from collections.abc import Callable

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw

import pydp
from tests.path.router import SENDER, SENDER6, Router

pytestmark = pytest.mark.eal

MTU = 9000
MakeRouter = Callable[..., Router]


def ip4(length: int, **fields: object) -> Packet:
    """Of that many octets."""
    return IP(src=SENDER, dst="10.0.0.1", **fields) / UDP() / Raw(bytes(i % 251 for i in range(length - 28)))


def ip6(length: int) -> Packet:
    return IPv6(src=SENDER6, dst="2001:db8:f::1") / UDP() / Raw(bytes(i % 251 for i in range(length - 48)))


@pytest.mark.parametrize("make", [ip4, ip6])
@pytest.mark.parametrize("workers", [1, 2])
def test_jumbo_packets_go_whole_from_one_port_to_the_other(
    make_router: MakeRouter, workers: int, make: Callable[[int], Packet]
) -> None:
    router = make_router(workers=workers, mtus=(MTU, MTU))
    assert [end.info().mtu for link in router.links for end in link] == [MTU] * 4
    for length in (1501, 2048, 4096, MTU):
        packet = make(length)
        assert router.through(router.ether() / packet) == ([], [router.forwarded(packet)])


def test_a_tagged_one_has_room_for_its_tag(make_router: MakeRouter) -> None:
    router = make_router(mtus=(MTU, MTU))
    router.engine.routes.set("10.0.0.0/8", 5)
    packet = ip4(MTU)
    assert router.through(router.ether() / packet)[1] == [router.forwarded(packet, vlan=7)]
    tagged = router.ether(1) / Dot1Q(vlan=7) / (IP(src="203.0.113.9", dst="192.0.2.2") / Raw(bytes(MTU - 20)))
    assert router.through(tagged, port=1)[0] == [router.forwarded(tagged[IP], port=0)]


def test_what_leaves_by_a_smaller_mtu_is_cut_or_its_sender_told_of_that_one(make_router: MakeRouter) -> None:
    router = make_router(mtus=(MTU, 1600))
    _, out = router.through(router.ether() / ip4(MTU))
    pieces = [Ether(frame)[IP] for frame in out]
    assert [piece.len for piece in pieces] == [1596] * 5 + [1120]
    assert b"".join(bytes(piece.payload) for piece in pieces) == bytes(ip4(MTU)[UDP])
    back, out = router.through(router.ether() / ip4(MTU, flags="DF"))
    assert out == []
    told = Ether(back[0])[ICMP]
    assert (told.type, told.code, told.nexthopmtu) == (3, 4, 1600)
    back, out = router.through(router.ether() / ip6(MTU))
    assert out == []
    assert Ether(back[0])[ICMPv6PacketTooBig].mtu == 1600
    assert router.counted() == {
        "rx-forward-ip4": 1,
        "tx-fragment": 6,
        "drop-too-big": 2,
        "tx-icmp-error": 2,
    }


def test_a_smaller_mtu_than_usual_holds_too(make_router: MakeRouter) -> None:
    router = make_router(mtus=(1280, 1280))
    fits, large = ip6(1280), ip6(1281)
    assert router.through(router.ether() / fits)[1] == [router.forwarded(fits)]
    back, out = router.through(router.ether() / large)
    assert (Ether(back[0])[ICMPv6PacketTooBig].mtu, out) == (1280, [])
    assert [Ether(frame)[IP].len for frame in router.through(router.ether() / ip4(1281))[1]] == [1276, 25]


@pytest.mark.parametrize("six", [False, True])
def test_an_answer_to_a_ping_that_its_way_back_is_too_small_for_is_not_sent(
    make_router: MakeRouter, six: bool
) -> None:
    router = make_router(mtus=(MTU, 1500))

    def ping(length: int) -> Packet:
        if six:
            return IPv6(src="2001:db8:f::1", dst="2001:db8::1") / ICMPv6EchoRequest(data=bytes(length - 48))
        return IP(src="10.0.0.1", dst="192.0.2.1") / ICMP() / Raw(bytes(length - 28))

    assert router.through(router.ether() / ping(1501)) == ([], [])
    assert router.counted() == {"drop-too-big": 1}
    back, out = router.through(router.ether() / ping(1500))
    assert (back, len(out), len(out[0])) == ([], 1, 14 + 1500)


def test_an_mtu_that_no_link_has_is_refused(eal: None) -> None:
    for mtu in (67, 65_001, -1):
        with pytest.raises(pydp.InvalidArgumentError, match=f"MTU of {mtu}"):
            pydp.link("mtu", mtu=mtu)
