# SPDX-License-Identifier: Apache-2.0
"""Packets beside each other that have one next hop, and others among them: each goes where it would go alone, in order."""

import random
from collections.abc import Callable

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from tests.path.router import SENDER, SENDER6, Router

pytestmark = pytest.mark.eal

BURST = 48
#: As many as a short queue holds before data is shed.
FEW = 32
MakeRouter = Callable[..., Router]


def ip4(to: str, number: int, length: int = 60) -> Packet:
    return IP(src=SENDER, dst=to, id=number, ttl=2 + number, flags="DF") / UDP() / Raw(bytes(length - 28))


def ip6(to: str, number: int, length: int = 80) -> Packet:
    return IPv6(src=SENDER6, dst=to, fl=number, hlim=2 + number) / UDP() / Raw(bytes(length - 48))


#: Destinations by port 1, by port 0 and to nowhere.
WAYS = {
    ip4: ("10.0.0.1", "192.0.2.77", "10.6.0.1"),
    ip6: ("2001:db8:f::1", "2001:db8::77", "2001:db8:f:6::1"),
}


@pytest.mark.parametrize("make", [ip4, ip6])
def test_runs_of_any_length_go_each_its_way(make_router: MakeRouter, make: Callable[..., Packet]) -> None:
    router, rng = make_router(), random.Random(3)
    for _ in range(30):
        packets: list[Packet] = []
        expected: tuple[list[bytes], list[bytes]] = ([], [])
        while len(packets) < BURST:
            way = rng.choice((0, 0, 1, 2))
            for _ in range(rng.choice((1, 2, 16, 20, 33))):
                packet = make(WAYS[make][way], len(packets))
                packets.append(packet)
                if way < 2:
                    expected[1 - way].append(router.forwarded(packet, port=1 - way))
        assert router.through(*(router.ether() / packet for packet in packets)) == expected


@pytest.mark.parametrize("make", [ip4, ip6])
@pytest.mark.parametrize("place", [0, 7, 15, 16, FEW - 1])
def test_one_that_is_too_large_among_others_is_refused_alone(
    make_router: MakeRouter, make: Callable[..., Packet], place: int
) -> None:
    router = make_router(mtus=(9000, 1600))
    packets = [make(WAYS[make][0], number, 1601 if number == place else 1600) for number in range(FEW)]
    back, out = router.through(*(router.ether() / packet for packet in packets))
    assert out == [router.forwarded(packet) for packet in packets if packet is not packets[place]]
    assert len(back) == 1
    assert Ether(back[0]).haslayer(ICMP if make is ip4 else ICMPv6PacketTooBig)
