# SPDX-License-Identifier: Apache-2.0
"""Control traffic first: hellos are handled before data that came before them, and data is left aside while the receive queue is
filling up."""

from ipaddress import ip_address

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q
from scapy.packet import Packet, Raw

import pydp
from tests.path.router import NEIGHBOURS, SENDER, SENDER6, Router

pytestmark = pytest.mark.eal

#: Packets that a memory link holds.
CAPACITY = 1024


def hello(router: Router, state: pydp.State, your: int = 0) -> Packet:
    bfd = BFD(
        sta=int(state),
        my_discriminator=1,
        your_discriminator=your,
        min_tx_interval=50_000,
        min_rx_interval=50_000,
    )
    return (
        router.ether()
        / IP(src=NEIGHBOURS[0][0], dst="192.0.2.1", ttl=255)
        / UDP(sport=49152, dport=3784)
        / bfd
    )


def session(router: Router) -> int:
    return router.engine.sessions.upsert(
        pydp.SessionConfig(source_addr=ip_address("192.0.2.1"), dest_addr=ip_address(NEIGHBOURS[0][0]))
    )


def fill(router: Router, count: int) -> None:
    kinds = [
        bytes(router.ether() / IP(src=SENDER, dst="10.0.0.1") / UDP() / Raw(b"f" * 20)),
        bytes(router.ether() / IPv6(src=SENDER6, dst="2001:db8:f::1") / UDP() / Raw(b"f" * 20)),
        bytes(
            router.ether() / IP(src=SENDER, dst="10.0.0.1", options=b"\x94\x04\0\0") / UDP() / Raw(b"f" * 20)
        ),
    ]
    frames = [kinds[i % 3] for i in range(count)]
    for i in range(0, count, 512):
        router.send(*frames[i : i + 512])


def test_a_hello_behind_a_full_queue_is_heard_and_data_is_shed(router: Router) -> None:
    watched = session(router)
    router.step()
    router.counted()
    fill(router, CAPACITY - 1)
    router.send(hello(router, pydp.State.DOWN))
    router.step()
    assert router.engine.sessions.read(watched).local_state is pydp.State.INIT
    counted = router.counted()
    assert counted["rx-bfd"] == 1
    forwarded = counted["rx-forward-ip4"] + counted["rx-forward-ip6"]
    # A look every 128 packets: what is above one half of the queue is not forwarded.
    assert (counted["drop-shed"], forwarded) == (512, 511)


def test_half_a_queue_is_forwarded_whole(router: Router) -> None:
    fill(router, CAPACITY // 2)
    router.step()
    counted = router.counted()
    assert "drop-shed" not in counted
    assert counted["rx-forward-ip4"] + counted["rx-forward-ip6"] == CAPACITY // 2


def test_a_queue_that_is_never_below_one_half_carries_control_alone(router: Router) -> None:
    """Data that arrives faster than it is shed is simulated by a queue that is full at each look."""
    watched = session(router)
    for state in (pydp.State.DOWN, pydp.State.INIT):
        fill(router, CAPACITY - 1)
        router.send(
            hello(router, state, router.engine.sessions.read(watched).local_discriminator if state else 0)
        )
        router.step()
    assert router.engine.sessions.read(watched).local_state is pydp.State.UP


def test_shed_data_leaves_no_buffer_behind(router: Router) -> None:
    before = router.pool.usage().available
    for _ in range(3):
        fill(router, CAPACITY)
        router.step()
        router.received(0), router.received(1)
    assert router.pool.usage().available == before


def test_tagged_data_is_shed_too(router: Router) -> None:
    frame = bytes(
        router.ether(1) / Dot1Q(vlan=7) / IP(src="203.0.113.9", dst=SENDER) / UDP() / Raw(b"t" * 20)
    )
    for _ in range(2):
        router.send(*[frame] * 512, port=1)
    router.step()
    assert router.counted() == {"drop-shed": 512, "rx-forward-ip4": 512}
