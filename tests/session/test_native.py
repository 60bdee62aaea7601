# SPDX-License-Identifier: Apache-2.0
"""The manager on real engines: two of them, joined by a link that can be cut, stepped by hand."""

import itertools
from ipaddress import ip_address, ip_network

import pytest

import pydp
from bfd_fastpath.nhib import Nhib, Reachability, Reason
from bfd_fastpath.session import (
    Attachment,
    EngineRefusedError,
    EngineSession,
    SessionManager,
    SessionSpec,
    Timers,
)
from bfd_fastpath.session.native import NativeEngine

pytestmark = pytest.mark.eal
MS = 1_000_000
UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN
FAST = SessionSpec(Timers(3, 50_000, 50_000))
LAN = ip_network("192.0.2.0/24")
_numbers = itertools.count()


class Side:
    """A router's middle: engine, sessions, NHIB."""

    def __init__(self, name, port, address, seed):
        self.engine = pydp.Engine(name, seed=seed)
        self.engine.attach(port)
        self.address = ip_address(address)
        self.engine.address_add(0, f"{address}/24")
        self.nhib = Nhib()
        self.manager = SessionManager(NativeEngine(self.engine), self.nhib)
        self.manager.set_attachments([Attachment(0, "lan0", self.address, LAN)], 0)
        self.changes: list = []

    def take(self, changes, now_ns):
        while changes:
            self.changes += changes
            changes = self.manager.settle(now_ns)

    def turn(self, now_ns):
        self.engine.step(now_ns)
        self.take(self.manager.events(self.engine.events.drain()).changes, now_ns)
        self.take(self.manager.timer(now_ns), now_ns)


class Two:
    def __init__(self, name):
        self.ends = pydp.link(name)
        self.a = Side(f"{name}-a", self.ends[0], "192.0.2.1", 1)
        self.b = Side(f"{name}-b", self.ends[1], "192.0.2.2", 2)
        self.now_ns = 1_000_000_000

    def until(self, condition, limit_ms=10_000):
        for _ in range(limit_ms):
            if condition():
                return
            self.now_ns += MS
            self.a.turn(self.now_ns)
            self.b.turn(self.now_ns)
        raise AssertionError(f"did not come true within {limit_ms} ms of stepped time")

    def cut(self, on):
        for end in self.ends:
            end.cut(on)

    def start(self, spec=FAST):
        self.a.take(self.a.manager.want(self.b.address, "test", spec, self.now_ns), self.now_ns)
        self.b.take(self.b.manager.want(self.a.address, "test", spec, self.now_ns), self.now_ns)
        self.until(lambda: self.state(self.a) is UP and self.state(self.b) is UP)
        self.until(lambda: self.read(self.a).detection_time_us == 150_000 and not self.read(self.a).polling)

    def other(self, side):
        return self.b if side is self.a else self.a

    def entry(self, side):
        return side.nhib.get(self.other(side).address)

    def state(self, side):
        entry = self.entry(side)
        return None if entry is None else entry.state

    def read(self, side):
        return side.engine.sessions.read(side.manager.session_of(self.other(side).address))

    def close(self):
        for side in (self.a, self.b):
            side.engine.close()
        for end in self.ends:
            end.close()


@pytest.fixture
def two(eal):
    pair = Two(f"policy{next(_numbers)}")
    yield pair
    pair.close()


def test_a_session_comes_up_fails_with_evidence_and_recovers(two):
    two.start()
    two.cut(True)
    two.until(lambda: two.state(two.a) is DOWN and two.state(two.b) is DOWN)
    failure = two.entry(two.a).failure
    assert failure.diagnostic == 1
    assert failure.deadline_ns - failure.last_hello_ns == 150 * MS
    assert two.read(two.a).nexthop_state is pydp.NextHopState.DEAD
    two.cut(False)
    two.until(lambda: two.state(two.a) is UP)
    assert [one.new for one in two.a.changes] == [UNKNOWN, UP, DOWN, UP]


def test_gap_1_the_operators_admin_down_fails_nobody(two):
    two.start()
    two.a.take(two.a.manager.set_admin(two.b.address, True, two.now_ns), two.now_ns)
    two.until(lambda: two.state(two.a) is UNKNOWN and two.state(two.b) is UNKNOWN)
    assert two.entry(two.a).reason is Reason.LOCAL_ADMIN_DOWN
    assert two.entry(two.b).reason is Reason.PEER_ADMIN_DOWN
    two.a.take(two.a.manager.set_admin(two.b.address, None, two.now_ns), two.now_ns)
    two.until(lambda: two.state(two.a) is UP and two.state(two.b) is UP)
    assert DOWN not in [one.new for one in two.a.changes + two.b.changes]


def test_rule_5_a_session_that_leaves_fails_nobody(two):
    two.start()
    two.a.take(two.a.manager.unwant(two.b.address, "test", two.now_ns), two.now_ns)
    two.until(lambda: two.a.manager.leaving() == 0)
    two.until(lambda: two.entry(two.b).reason is Reason.PEER_ADMIN_DOWN)
    assert DOWN not in [one.new for one in two.b.changes]
    assert two.a.engine.sessions.list() == []


def test_rule_3_admin_down_heard_while_down_makes_it_unknown(two):
    two.start()
    two.ends[0].cut(True)  # B hears nothing of A
    two.until(lambda: two.state(two.b) is DOWN)
    two.a.take(two.a.manager.set_admin(two.b.address, True, two.now_ns), two.now_ns)
    two.ends[0].cut(False)
    two.until(lambda: two.state(two.b) is UNKNOWN)
    assert two.entry(two.b).reason is Reason.PEER_ADMIN_DOWN
    assert two.read(two.b).nexthop_state is pydp.NextHopState.UNKNOWN


def test_rule_3_a_cleared_next_hop_forwards_again(two):
    two.start()
    two.cut(True)
    two.until(lambda: two.state(two.a) is DOWN)
    two.a.take(two.a.manager.clear(two.b.address, two.now_ns), two.now_ns)
    assert two.read(two.a).nexthop_state is pydp.NextHopState.UNKNOWN
    two.until(lambda: two.now_ns > 5_000 * MS)
    assert two.entry(two.a).reason is Reason.CLEARED


def test_other_timers_are_negotiated_without_a_flap(two):
    two.start()
    slower = SessionSpec(Timers(3, 100_000, 100_000))
    two.a.take(two.a.manager.want(two.b.address, "test", slower, two.now_ns), two.now_ns)
    two.until(lambda: two.read(two.a).detection_time_us == 300_000)
    assert [one.new for one in two.a.changes + two.b.changes].count(UP) == 2
    assert two.read(two.a).down_count == two.read(two.b).down_count == 0


def test_repeating_what_is_wanted_polls_nothing(two):
    two.start()
    before = two.read(two.a).poll_count
    two.a.take(two.a.manager.want(two.b.address, "test", FAST, two.now_ns), two.now_ns)
    heard = two.read(two.a).receive_packet_count
    two.until(lambda: two.read(two.a).receive_packet_count > heard + 3)
    assert two.read(two.a).poll_count == before


def test_a_session_wanted_again_while_it_leaves_is_revived(two):
    two.start()
    two.a.take(two.a.manager.unwant(two.b.address, "test", two.now_ns), two.now_ns)
    two.until(lambda: two.state(two.b) is UNKNOWN)
    two.a.take(two.a.manager.want(two.b.address, "test", FAST, two.now_ns), two.now_ns)
    two.until(lambda: two.state(two.a) is UP and two.state(two.b) is UP)
    assert two.a.manager.leaving() == 0


def test_a_neighbour_that_does_not_answer_is_named_as_the_reason(two):
    two.cut(True)
    two.a.take(two.a.manager.want(two.b.address, "test", FAST, two.now_ns), two.now_ns)
    two.until(lambda: two.entry(two.a).reason is Reason.NEIGHBOUR_UNRESOLVED)


def test_a_peer_that_says_nothing_is_named_as_the_reason(two):
    two.a.take(two.a.manager.want(two.b.address, "test", FAST, two.now_ns), two.now_ns)
    two.until(lambda: two.entry(two.a).reason is Reason.NO_ANSWER)
    assert two.state(two.a) is UNKNOWN


def test_the_engines_refusal_is_one_sentence(two):
    with pytest.raises(EngineRefusedError, match="no address of port 0"):
        NativeEngine(two.a.engine).upsert(
            EngineSession(0, 0, ip_address("192.0.2.77"), two.b.address, FAST.timers)
        )


def test_commands_for_sessions_that_are_gone_do_nothing(two):
    native = NativeEngine(two.a.engine)
    native.remove(12345)
    native.clear_nexthop(12345)
    assert native.look(12345) is None
