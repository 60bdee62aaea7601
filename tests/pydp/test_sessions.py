# SPDX-License-Identifier: Apache-2.0
"""Sessions by upsert: Up, Down by a cut, AdminDown, changes in place, and what a snapshot says of each."""

import contextlib
import random
from ipaddress import ip_address

import pytest

import pydp
from pydp import Diagnostic, NextHopState, State

pytestmark = pytest.mark.eal


def test_two_engines_bring_a_session_up_and_agree(pair):
    ours, theirs = pair.up()
    first = pair.engines[0].sessions.read(ours)
    second = pair.engines[1].sessions.read(theirs)
    assert first.config == pair.config(0)
    assert (first.local_state, first.remote_state) == (State.UP, State.UP)
    assert (first.local_discriminator, first.remote_discriminator) == (
        second.remote_discriminator,
        second.local_discriminator,
    )
    assert first.detection_time_us == 150_000
    assert first.negotiated_tx_interval_us == first.negotiated_rx_interval_us == 50_000
    assert first.nexthop_state is NextHopState.LIVE
    assert first.was_up
    assert first.up_count == 1
    # RFC 5881 4: from a port in 49152-65535 to 3784.
    assert first.dest_port == 3784
    assert 49152 <= first.source_port <= 65535
    assert 0 < first.create_time_ns <= first.last_up_time_ns <= first.last_rx_time_ns <= pair.now_ns
    assert first.receive_packet_count > 10
    assert first.send_packet_count > 10


def test_a_cut_takes_the_session_down_after_the_detection_time(pair):
    ours, _ = pair.up()
    last = pair.engines[0].sessions.read(ours).last_rx_time_ns
    pair.ends[1].cut()
    pair.until(lambda: pair.state(0, ours) is not State.UP, 1000)
    state = pair.engines[0].sessions.read(ours)
    assert state.local_state is State.DOWN
    assert state.local_diagnostic is Diagnostic.CONTROL_EXPIRY
    assert state.nexthop_state is NextHopState.DEAD
    assert state.down_count == 1
    assert 150_000_000 <= state.last_down_time_ns - last <= 150_000_000 + 60_000_000
    pair.engines[0].sessions.clear(ours)
    assert pair.engines[0].sessions.read(ours).nexthop_state is NextHopState.UNKNOWN
    pair.ends[1].cut(False)
    pair.until(lambda: pair.state(0, ours) is State.UP, 5000)


def test_the_same_session_again_changes_nothing(pair):
    ours, _ = pair.up()
    before = pair.engines[0].sessions.read(ours)
    assert pair.engines[0].sessions.upsert(pair.config(0)) == ours
    assert pair.engines[0].sessions.read(ours) == before
    assert pair.engines[0].sessions.list() == [ours]


def test_new_timers_are_negotiated_without_a_flap(pair):
    ours, theirs = pair.up()
    polls = pair.engines[0].sessions.read(ours).poll_count
    assert pair.engines[0].sessions.upsert(pair.config(0, desired_min_tx_interval_us=200_000)) == ours
    pair.until(lambda: pair.engines[1].sessions.read(theirs).detection_time_us == 600_000)
    state = pair.engines[0].sessions.read(ours)
    assert (state.local_state, state.down_count) == (State.UP, 0)
    assert state.poll_count == polls + 1


def test_admin_down_tells_the_peer_and_makes_the_next_hop_unknown(pair):
    ours, theirs = pair.up()
    pair.engines[0].sessions.upsert(pair.config(0, admin_down=True))
    pair.until(lambda: pair.state(1, theirs) is State.DOWN, 1000)
    mine, other = pair.engines[0].sessions.read(ours), pair.engines[1].sessions.read(theirs)
    assert (mine.local_state, mine.local_diagnostic) == (State.ADMIN_DOWN, Diagnostic.ADMIN_DOWN)
    assert mine.nexthop_state is other.nexthop_state is NextHopState.UNKNOWN
    assert other.local_diagnostic is Diagnostic.NEIGHBOR_DOWN
    assert mine.admin_down_count == 1
    pair.engines[0].sessions.upsert(pair.config(0))
    pair.until(lambda: pair.state(1, theirs) is State.UP, 5000)


def test_a_removed_session_says_goodbye_before_it_goes(pair):
    ours, theirs = pair.up()
    pair.engines[0].sessions.remove(ours)
    assert pair.engines[0].sessions.read(ours).removing
    pair.until(lambda: pair.state(1, theirs) is State.DOWN, 1000)
    pair.until(lambda: pair.engines[0].sessions.list() == [], 10_000)
    with pytest.raises(pydp.NotFoundError):
        pair.engines[0].sessions.read(ours)


def test_a_session_removed_at_once_is_gone_at_once(pair):
    ours, _ = pair.up()
    pair.engines[0].sessions.remove(ours, now=True)
    assert pair.engines[0].sessions.list() == []
    for command in (pair.engines[0].sessions.remove, pair.engines[0].sessions.clear):
        with pytest.raises(pydp.NotFoundError):
            command(ours)


def test_more_sessions_are_listed_than_fit_the_first_look(pair):
    sessions = pair.engines[0].sessions
    wanted = {sessions.upsert(pair.config(0, dest_addr=pair.config(0).dest_addr + i)) for i in range(1100)}
    assert sessions.list() == sorted(wanted)
    assert len(wanted) == 1100
    assert {state.id for state in sessions} == wanted


@pytest.mark.parametrize(
    "wrong",
    [
        {"local_multiplier": 0},
        {"local_multiplier": 256},
        {"desired_min_tx_interval_us": 0},
        {"desired_min_tx_interval_us": 1 << 32},
        {"port": 9},
        {"source_addr": ip_address("192.0.2.77")},
        {"dest_addr": ip_address("2001:db8::1")},
    ],
    ids=str,
)
def test_a_wrong_session_is_refused_and_makes_none(pair, wrong):
    with pytest.raises((pydp.InvalidArgumentError, pydp.NotFoundError)):
        pair.engines[0].sessions.upsert(pair.config(0, **wrong))
    assert pair.engines[0].sessions.list() == []


OURS = ip_address("10.0.0.1")


class Table:
    """An engine with as many sessions as it can have, stepped by hand."""

    def __init__(self, engine, count):
        self.engine, self.count, self.now_ns = engine, count, 10**9
        self.ids = {}

    def want(self, number):
        made = pydp.SessionConfig(source_addr=OURS, dest_addr=OURS + 1 + number)
        return self.engine.sessions.upsert(made)

    def fill(self, numbers):
        for number in numbers:
            self.ids[number] = self.want(number)
        # Who is wanted again is found by address.
        assert {number: self.want(number) for number in self.ids} == self.ids
        assert len(self.engine.sessions.list()) == len(self.ids) == self.count

    def forget(self, numbers):
        for number in numbers:
            self.engine.sessions.remove(self.ids.pop(number), now=True)
        for _ in range(3):
            self.now_ns += 10**6
            self.engine.step(self.now_ns)
            while len(self.engine.events.drain()):
                pass


@contextlib.contextmanager
def table(name, count, seed):
    first, second = pydp.link(name)
    engine = pydp.Engine(name, max_sessions=count, max_neighbours=count, seed=seed)
    with first, second, engine:
        engine.attach(first)
        engine.address_add(0, f"{OURS}/8")
        yield Table(engine, count)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("count", [64, 1024, 4096])
def test_a_table_holds_what_it_is_made_for_and_refuses_one_more(eal, name, count, seed):
    with table(name, count, seed) as made:
        made.fill(range(count))
        with pytest.raises(pydp.OutOfMemoryError, match=f"of {count} "):
            made.want(count)


def test_a_full_table_takes_others_in_the_place_of_those_that_go(eal, name):
    chance = random.Random(1)
    with table(name, 1024, 1) as made:
        fresh = iter(chance.sample(range(1 << 23), 20 * made.count))
        for _ in range(20):
            made.fill([next(fresh) for _ in range(made.count - len(made.ids))])
            made.forget(chance.sample(sorted(made.ids), 300))
