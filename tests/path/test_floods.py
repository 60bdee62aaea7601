# SPDX-License-Identifier: Apache-2.0
"""Traffic that needs more than forwarding, as much of it as comes: BFD and ARP are served in the turn in which they come, whatever
waits beside them."""

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet, Raw

from pydp import NextHopConfig, State
from tests.path.peer import INTERVAL_US, Peer
from tests.path.router import NEIGHBOURS, SENDER, Router, mac

pytestmark = pytest.mark.eal

FRAMES, EVERY_MS, ROUNDS = 500, 10, 100
#: What a hello of ours may be late: the step and the timers' tick.
LATE_MS = 2


def ip4(destination: str, **fields: object) -> Packet:
    return IP(**({"src": SENDER, "dst": destination, "ttl": 9} | fields)) / UDP() / Raw(b"f" * 30)


FLOODS = {
    "absent-hosts": [ip4(f"198.51.100.{host}") for host in range(4, 254)] * 2,
    "a-neighbour-that-does-not-answer": [ip4("10.66.0.1")] * FRAMES,
    "expired": [ip4("10.0.0.1", ttl=1)] * FRAMES,
    "no-route": [ip4("172.16.0.1")] * FRAMES,
    "to-be-cut": [ip4("10.0.0.1") / Raw(bytes(1600))] * FRAMES,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_delays_neither_bfd_nor_arp(router: Router, flood: list[Packet]) -> None:
    router.engine.nexthops.set(10, NextHopConfig.adjacent("198.51.100.3", 1))
    router.engine.routes.set("10.66.0.0/16", 10)
    router.engine.nexthops.set(11, NextHopConfig.connected(1))
    router.engine.routes.set("198.51.100.0/24", 11)
    peer = Peer(router, "192.0.2.1", NEIGHBOURS[0][0], port=0, mac=mac(0))
    router.step()
    peer.comes_up()
    question = Ether(src=mac(0), dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=mac(0), psrc=SENDER, pdst="192.0.2.1")
    frames = [bytes(router.ether() / packet) for packet in flood[:FRAMES]]
    router.received(0), router.received(1), router.counted()
    said_ns = router.now_ns
    asked = 0
    for _ in range(ROUNDS):
        router.send(*frames)
        router.send(peer.frame(State.UP), question)
        for step in range(EVERY_MS):
            router.step()
            counted = router.counted()
            back, out = router.received(0), router.received(1)
            assert (counted.get("rx-bfd", 0), counted.get("rx-arp", 0)) == ((1, 1) if step == 0 else (0, 0))
            replies = [frame for frame in back if ARP in Ether(frame)]
            assert len(replies) == (step == 0)
            asked += sum(ARP in Ether(frame) for frame in out)
            if any(UDP in Ether(frame) and Ether(frame).dport == 3784 for frame in back):
                said_ns = router.now_ns
            assert router.now_ns - said_ns <= INTERVAL_US * 1000 + LATE_MS * 1_000_000
    assert peer.is_in(State.UP)
    assert asked <= 3 * (64 + ROUNDS * EVERY_MS), "questions on demand are bounded, and asked thrice"
