# SPDX-License-Identifier: Apache-2.0
"""BFD and several workers: hellos that come to a queue of another worker than the first one, who has the sessions."""

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.packet import Packet, Raw

import pydp
from pydp import NextHopConfig, State
from tests.path.router import NEIGHBOURS, SENDER, Router

pytestmark = pytest.mark.eal

MakeRouter = Callable[..., Router]
MS = 1_000_000
INTERVAL_US, DETECTION = 50_000, 150 * MS
#: Packets that a queue of a memory link holds.
CAPACITY = 1024


class Far:
    """The far end of one session of the router's, whose hellos come to one worker's queue."""

    def __init__(self, router: Router, worker: int, port: int = 0) -> None:
        self.router, self.port = router, port
        self.session = router.engine.sessions.upsert(
            pydp.SessionConfig(
                source_addr=ip_address(("192.0.2.1", "198.51.100.1")[port]),
                dest_addr=ip_address(NEIGHBOURS[port][0]),
                port=port,
                desired_min_tx_interval_us=INTERVAL_US,
                required_min_rx_interval_us=INTERVAL_US,
            )
        )
        self.source_port = 49152
        while self._queue() != worker:
            self.source_port += 1
        self.up()

    def _queue(self) -> int:
        stats = self.router.engine.stats
        before = [stats.worker(i).received for i in range(stats.workers)]
        self.say(State.ADMIN_DOWN)
        return next(i for i in range(stats.workers) if stats.worker(i).received > before[i])

    def hello(self, state: State) -> Packet:
        read = self.router.engine.sessions.read(self.session)
        bfd = BFD(
            sta=int(state),
            my_discriminator=1 + self.port,
            your_discriminator=read.local_discriminator,
            min_tx_interval=INTERVAL_US,
            min_rx_interval=INTERVAL_US,
        )
        ip = IP(src=NEIGHBOURS[self.port][0], dst=("192.0.2.1", "198.51.100.1")[self.port], ttl=255)
        return self.router.ether(self.port) / ip / UDP(sport=self.source_port, dport=3784) / bfd

    def put(self, state: State = State.UP) -> None:
        """Into the queue."""
        self.router.send(self.hello(state), port=self.port)

    def say(self, state: State = State.UP) -> None:
        self.put(state)
        self.router.step()

    def up(self) -> None:
        for state in (State.DOWN, State.INIT, State.UP):
            self.say(state)
        assert self.state is State.UP

    @property
    def state(self) -> State:
        return self.router.engine.sessions.read(self.session).local_state

    @property
    def last_rx(self) -> int:
        return self.router.engine.sessions.read(self.session).last_rx_time_ns


def a_frame_for(router: Router, worker: int, destination: str) -> bytes:
    """A packet that comes to this worker's queue at port 0."""
    stats = router.engine.stats
    for flow in range(256):
        packet = IP(src=SENDER, dst=destination) / UDP(sport=1024 + flow, dport=9) / Raw(b"x" * 30)
        frame = bytes(router.ether() / packet)
        before = stats.worker(worker).received
        router.through(frame)
        if stats.worker(worker).received > before:
            return frame
    raise AssertionError("no flow comes to this worker")


def alone(router: Router, worker: int, after: int = MS) -> None:
    """One worker's turn, so long after the last step."""
    router.now_ns += after
    router.engine.step(router.now_ns, worker=worker)


@pytest.mark.parametrize(("workers", "worker"), [(1, 0), (2, 0), (2, 1), (3, 1), (3, 2)])
def test_a_session_lives_and_dies_the_same_whichever_queue_its_hellos_come_to(
    make_router: MakeRouter, workers: int, worker: int
) -> None:
    router = make_router(workers=workers)
    far = Far(router, worker)
    for _ in range(20):
        for _ in range(49):
            router.step()
        far.say()
    assert far.state is State.UP
    assert far.last_rx == router.now_ns
    assert router.engine.stats.worker(0).stalled_sessions == 0
    if worker > 0:
        assert router.engine.stats.worker(worker).handed_over >= 20
    last = router.now_ns
    while far.state is State.UP:
        router.step()
    assert DETECTION <= router.now_ns - last <= DETECTION + MS


def test_who_is_not_heard_by_a_late_worker_is_not_down(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    far = Far(router, 1)
    far.put()
    # The hello waits at the second worker, who has no turn, past the end of the detection time.
    for _ in range(170):
        alone(router, 0)
    assert far.state is State.UP
    alone(router, 1)
    alone(router, 0)
    assert far.state is State.UP
    assert far.last_rx == router.now_ns


def test_silence_is_judged_once_the_others_have_looked(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    far = Far(router, 1)
    for _ in range(170):
        alone(router, 0)
    waiting = far.state
    router.step()
    assert (waiting, far.state) == (State.UP, State.DOWN)


def test_a_worker_that_looks_no_more_keeps_nothing_up_for_ever(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    far = Far(router, 1)
    last = router.now_ns
    while far.state is State.UP:
        alone(router, 0)
    assert router.now_ns == last + 2 * DETECTION + MS


def test_a_hello_that_waited_for_the_first_worker_is_as_new_as_one_in_its_own_queue(
    make_router: MakeRouter,
) -> None:
    router = make_router(workers=2)
    far = Far(router, 1)
    far.put()
    alone(router, 1)
    # It was handed over, and the first worker comes back long after the detection time.
    alone(router, 0, after=2 * DETECTION)
    assert far.state is State.UP
    assert far.last_rx == router.now_ns


def test_hellos_lost_in_another_workers_gap_make_a_detection_wait(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    far = Far(router, 1)
    stats = router.engine.stats
    frames = [a_frame_for(router, 1, "10.1.1.1")] * 512
    far.say()
    for _ in range(3):
        router.send(*frames)
    far.put()  # It finds no room.
    alone(router, 1, after=DETECTION)
    alone(router, 0, after=MS)
    assert far.state is State.UP
    assert stats.worker(0).stalled_sessions == 1


def test_a_flood_of_exceptions_delays_no_hello(make_router: MakeRouter) -> None:
    router = make_router(workers=2, icmp_error_rate=10)
    far = Far(router, 1)
    flood = a_frame_for(router, 1, "11.0.0.1")
    router.counted()
    for _ in range(100):
        for _ in range(5):
            router.now_ns += 9 * MS
            router.send(*[flood] * 500)
            router.step()
        far.say()
        assert far.last_rx == router.now_ns
    assert far.state is State.UP
    counted = router.counted()
    assert counted["rx-bfd"] == 100
    assert counted["drop-handover"] > 100_000
    assert "drop-handover-control" not in counted


def test_hellos_are_handed_over_while_data_is_shed(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    far = Far(router, 1)
    data = a_frame_for(router, 1, "10.1.1.1")
    router.counted()
    for count in (512, CAPACITY - 512 - 1):
        router.send(*[data] * count)
    far.say()
    assert far.last_rx == router.now_ns
    counted = router.counted()
    assert counted["rx-bfd"] == 1
    assert (counted["drop-shed"], counted["rx-forward-ip4"]) == (512, 511)


def test_a_dead_next_hop_diverts_what_every_worker_forwards(make_router: MakeRouter) -> None:
    router = make_router(workers=2)
    far = Far(router, 1, port=1)
    router.engine.nexthops.set(20, NextHopConfig.group([1], backups=[2]))
    router.engine.routes.set("10.20.0.0/16", 20)
    frames = [
        router.ether() / IP(src=SENDER, dst="10.20.0.1") / UDP(sport=1024 + i, dport=9) / Raw(b"x" * 30)
        for i in range(64)
    ]
    back, out = router.through(*frames)
    assert len([one for one in out if one[23:24] == b"\x11" and one[36:38] == b"\0\x09"]) == 64
    far.say(State.DOWN)
    assert far.state is State.DOWN
    back, out = router.through(*frames)
    assert len([one for one in back if one[36:38] == b"\0\x09"]) == 64
    assert not [one for one in out if one[36:38] == b"\0\x09"]
    far.up()
    back, out = router.through(*frames)
    assert len([one for one in out if one[36:38] == b"\0\x09"]) == 64
    assert not [one for one in back if one[36:38] == b"\0\x09"]
    stats = router.engine.stats
    assert all(stats.worker(i).forwarded > 0 for i in range(2))
