# SPDX-License-Identifier: Apache-2.0
"""Packets to a neighbour whose MAC address is not known: the next hop's, or the destination itself on a connected prefix."""

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet, Raw

from pydp import NextHopConfig
from tests.path.router import SENDER, Router, mac

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
