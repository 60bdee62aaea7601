# SPDX-License-Identifier: Apache-2.0
"""Several workers: who forwards what, and that whatever only the first one can do works on everybody's queues. Stepped: each
worker has its turn in every step, the first one last."""

from collections.abc import Callable

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import Dot1Q
from scapy.packet import Packet, Raw

import pydp
from pydp import NextHopConfig
from tests.path.router import NEIGHBOURS, SENDER, SENDER6, Router

MakeRouter = Callable[..., Router]
FLOWS = 64
WORKERS = (1, 2, 3)


def udp4(flow: int, destination: str = "10.1.2.3", ttl: int = 64) -> Packet:
    return IP(src=SENDER, dst=destination, ttl=ttl) / UDP(sport=1024 + flow, dport=9) / Raw(b"x" * 30)


def udp6(flow: int, destination: str = "2001:db8:f::3") -> Packet:
    return IPv6(src=SENDER6, dst=destination) / UDP(sport=1024 + flow, dport=9) / Raw(b"x" * 30)


def received_by(router: Router) -> list[int]:
    return [router.engine.stats.worker(i).received for i in range(router.engine.stats.workers)]


def queue_of(router: Router, frame: bytes | Packet) -> int:
    """The worker whose queue at port 0 the frame comes to."""
    before = received_by(router)
    router.through(frame)
    return next(i for i, (a, b) in enumerate(zip(before, received_by(router), strict=True)) if a != b)


def on_queue(router: Router, worker: int, make: Callable[[int], Packet]) -> Packet:
    """One of the frames that `make` makes, by number, that comes to this worker."""
    return next(frame for i in range(256) if queue_of(router, frame := make(i)) == worker)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("make", [udp4, udp6])
def test_each_worker_forwards_the_flows_of_its_queue(
    make_router: MakeRouter, workers: int, make: Callable[[int], Packet]
) -> None:
    router = make_router(workers=workers)
    packets = [make(flow) for flow in range(FLOWS)]
    _, out = router.through(*(router.ether() / packet for packet in packets))
    assert sorted(out) == sorted(router.forwarded(packet) for packet in packets)
    stats = [router.engine.stats.worker(i) for i in range(workers)]
    assert sum(one.forwarded for one in stats) == FLOWS
    assert all(one.forwarded > 0 and one.received == one.forwarded for one in stats)
    assert not any(one.handed_over for one in stats)
    assert router.counted() == {f"rx-forward-ip{4 if make is udp4 else 6}": FLOWS}


@pytest.mark.parametrize("workers", WORKERS)
def test_each_worker_forwards_from_and_to_tagged_links(make_router: MakeRouter, workers: int) -> None:
    router = make_router(workers=workers)
    packets = [udp4(flow, "203.0.113.9") for flow in range(FLOWS)]
    _, out = router.through(*(router.ether() / packet for packet in packets))
    assert sorted(out) == sorted(router.forwarded(packet, vlan=7) for packet in packets)
    back = [udp4(flow, "192.0.2.77") for flow in range(FLOWS)]
    out, _ = router.through(*(router.ether(1) / Dot1Q(vlan=7) / packet for packet in back), port=1)
    assert sorted(out) == sorted(router.forwarded(packet, port=0) for packet in back)
    stats = [router.engine.stats.worker(i) for i in range(workers)]
    assert all(one.forwarded > 0 and one.handed_over == 0 for one in stats)
    _, out = router.through(router.ether() / Dot1Q(vlan=9) / packets[0])
    assert not out
    assert router.counted()["drop-unknown-vlan"] == 1


def test_a_port_without_a_queue_for_a_worker_is_sent_to_by_the_first_one(eal: None) -> None:
    name = "mixed"
    with pydp.Mempool(name, 1023) as pool, pydp.Engine(name, workers=2, seed=1) as engine:
        near, far = pydp.link(f"{name}-in", queues=2), pydp.link(f"{name}-out")
        for port, (end, address) in enumerate(((near[0], "192.0.2.1/24"), (far[0], "198.51.100.1/24"))):
            engine.attach(end)
            engine.address_add(port, address)
        engine.neighbour_set(1, "198.51.100.2", "02:00:00:00:01:01")
        engine.nexthops.set(1, NextHopConfig.adjacent("198.51.100.2", 1))
        engine.routes.set("10.0.0.0/8", 1)
        engine.forwarding_set(pydp.ForwardingConfig())
        mac = bytes.fromhex(near[0].info().mac.replace(":", ""))
        with pydp.Burst(FLOWS) as burst:
            for flow in range(FLOWS):
                burst.append(pool, mac + bytes(6) + b"\x08\x00" + bytes(udp4(flow)))
            assert burst.transmit(near[1]) == FLOWS
            assert engine.step(1_000_000_000) == FLOWS
            assert burst.receive(far[1]) == FLOWS
            burst.clear()
        assert engine.stats.worker(1).forwarded > 0
        assert engine.stats.worker(1).handed_over == 0
        engine.close()
        for end in (*near, *far):
            end.close()


def test_a_port_has_no_more_queues_than_the_engine_workers(eal: None) -> None:
    near, far = pydp.link("toomany", queues=3)
    assert near.info().queues == 3
    with (
        pydp.Engine("toomany", workers=2) as engine,
        pytest.raises(pydp.InvalidArgumentError, match=r"toomany\.0 has 3 queues.*2 workers"),
    ):
        engine.attach(near)
    near.close()
    far.close()
    with pytest.raises(pydp.InvalidArgumentError, match="1 to 16 workers"):
        pydp.Engine("toomany", workers=17)
    with pytest.raises(pydp.InvalidArgumentError, match="1 to 16 queues"):
        pydp.link("toomany", queues=17)


@pytest.mark.parametrize("worker", [0, 1])
def test_what_is_not_plain_is_answered_from_any_queue(make_router: MakeRouter, worker: int) -> None:
    router = make_router(workers=2, icmp_error_rate=1000)

    def expiring(i: int) -> Packet:
        return router.ether() / udp4(i, ttl=1)

    def nowhere(i: int) -> Packet:
        return router.ether() / udp4(i, "11.0.0.1")

    def ping(i: int) -> Packet:
        return router.ether() / IP(src=f"192.0.2.{10 + i % 200}", dst="198.51.100.1") / ICMP(id=i)

    def ping6(i: int) -> Packet:
        return router.ether() / IPv6(src=f"2001:db8::{16 + i:x}", dst="2001:db8::1") / ICMPv6EchoRequest(id=i)

    for make, reply in ((expiring, (11, 0)), (nowhere, (3, 0))):
        back, _ = router.through(on_queue(router, worker, make))
        assert (IP(back[0][14:])[ICMP].type, IP(back[0][14:])[ICMP].code) == reply
    for make, asked in ((ping, "192.0.2"), (ping6, "2001:db8::")):
        frame = on_queue(router, worker, make)
        source = frame[IP].src if IP in frame else frame[IPv6].src
        assert source.startswith(asked)
        router.engine.neighbour_set(0, source, "02:00:00:00:01:00")
        back, _ = router.through(frame)
        answer = IP(back[0][14:]) if IP in frame else IPv6(back[0][14:])
        assert (ICMP in answer and answer[ICMP].type == 0) or ICMPv6EchoReply in answer
    if worker == 1:
        assert router.engine.stats.worker(1).handed_over > 0


@pytest.mark.parametrize("worker", [0, 1])
def test_neighbour_discovery_is_answered_from_any_queue(make_router: MakeRouter, worker: int) -> None:
    router = make_router(workers=2)

    def asks(i: int) -> Packet:
        return (
            router.ether()
            / IPv6(src=f"2001:db8::{16 + i:x}", dst="2001:db8::1", hlim=255)
            / ICMPv6ND_NS(tgt="2001:db8::1")
        )

    back, _ = router.through(on_queue(router, worker, asks))
    assert IPv6(back[0][14:])[ICMPv6ND_NA].tgt == "2001:db8::1"


def test_an_address_that_comes_is_nobodys_transit_any_more(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    frame = on_queue(router, 1, lambda i: router.ether() / udp4(i, "10.9.9.9"))
    assert len(router.through(frame)[1]) == 1
    router.engine.address_add(1, "10.9.9.9/32")
    router.counted()
    assert router.through(frame) == ([], [])
    assert router.counted() == {"drop-other-udp": 1}
    router.engine.address_remove(1, "10.9.9.9")
    assert len(router.through(frame)[1]) == 1


def test_forwarding_that_ends_ends_for_all(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    frames = [router.ether() / udp4(flow) for flow in range(FLOWS)]
    assert len(router.through(*frames)[1]) == FLOWS
    router.engine.forwarding_set(pydp.ForwardingConfig(enabled=False))
    router.counted()
    assert router.through(*frames) == ([], [])
    assert router.counted() == {"drop-not-for-us": FLOWS}


def test_strict_reverse_path_holds_on_every_queue(make_router: MakeRouter) -> None:
    router = make_router(workers=2, rpf=pydp.Rpf.STRICT)
    bad = [
        router.ether() / IP(src="198.51.100.9", dst="10.1.1.1") / UDP(sport=1024 + i, dport=9)
        for i in range(FLOWS)
    ]
    assert router.through(*bad) == ([], [])
    assert router.counted() == {"drop-rpf": FLOWS}
    assert len(router.through(*(router.ether() / udp4(i) for i in range(FLOWS)))[1]) == FLOWS


@pytest.mark.parametrize("worker", [0, 1])
def test_packets_for_a_neighbour_that_is_not_known_wait_for_it(make_router: MakeRouter, worker: int) -> None:
    router = make_router(workers=2)
    router.engine.nexthops.set(9, NextHopConfig.connected(1))
    router.engine.routes.set("198.51.100.0/24", 9)
    frame = on_queue(router, worker, lambda i: router.ether() / udp4(i, "198.51.100.77"))
    router.received(1)
    router.engine.neighbour_set(1, "198.51.100.77", "02:00:00:00:01:07")
    router.step()
    assert [one[:6].hex() for one in router.received(1)][-1] == "020000000107"
    before = router.engine.stats.worker(1).handed_over
    _, out = router.through(frame)
    assert out[0][:6].hex() == "020000000107"
    assert router.engine.stats.worker(1).handed_over == before


def test_a_flood_of_exceptions_is_bounded_and_counted(make_router: MakeRouter) -> None:
    router = make_router(workers=2, icmp_error_rate=10)
    frame = bytes(on_queue(router, 1, lambda i: router.ether() / udp4(i, "11.0.0.1")))
    router.counted()
    sent = 0
    for _ in range(20):
        router.send(*[frame] * 512)
        sent += 512
        router.step()
    for _ in range(64):
        router.step()
    counted = router.counted()
    assert counted["drop-handover"] > 0
    assert counted["drop-no-route"] + counted["drop-handover"] + counted.get("drop-exception-full", 0) == sent


def test_next_hops_are_the_same_for_all(make_router: MakeRouter) -> None:
    router = make_router(workers=3)
    hops = router.engine.nexthops
    hops.set(20, NextHopConfig.group([1, 2]))
    router.engine.routes.set("10.20.0.0/16", 20)
    frames = [router.ether() / udp4(flow, "10.20.0.1") for flow in range(FLOWS)]
    back, out = router.through(*frames)
    assert back
    assert out
    assert len(back) + len(out) == FLOWS
    router.engine.neighbour_set(0, NEIGHBOURS[0][0], None)
    back, out = router.through(*frames)
    assert [one for one in back if one[12:14] == b"\x08\x00"] == []
    assert len(out) == FLOWS
