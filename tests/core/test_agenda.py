# SPDX-License-Identifier: Apache-2.0
"""The agenda against a plain dictionary: the same timers at the same ticks, never early, at most a tick late."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.binding import ffi, lib

TICK = 1 << lib.AGENDA_TICK_BITS
ROUND = lib.AGENDA_TICKS
SIZE = 40
START = 10**15


class Agenda:
    def __init__(self, capacity: int = SIZE, now: int = START) -> None:
        self.armed = ffi.new("uint32_t[]", capacity)
        self.pool = ffi.new("struct agenda_block[]", lib.agenda_blocks(capacity))
        self.heads = ffi.new("uint32_t[]", ROUND)
        self.c = ffi.new("struct agenda *")
        lib.agenda_init(self.c, self.armed, self.pool, self.heads, capacity, now)

    def arm(self, index: int, deadline: int) -> None:
        lib.agenda_arm(self.c, index, deadline)

    def expire(self, now: int, capacity: int = 64) -> list[int]:
        out, found = ffi.new("uint32_t[]", capacity), []
        while count := lib.agenda_expire(self.c, now, out, capacity):
            found += ffi.unpack(out, count)
        return found


delays = st.integers(0, 3 * TICK) | st.integers(0, 700 * TICK) | st.integers(0, 3 * ROUND * TICK)
moves = st.lists(
    st.tuples(st.just("arm"), st.integers(0, SIZE - 1), delays)
    | st.tuples(st.just("pass"), st.just(0), delays),
    max_size=80,
)


@settings(deadline=None)
@given(moves)
def test_each_timer_fires_once_at_the_earliest_tick_that_it_was_armed_for(steps) -> None:
    agenda, now, due = Agenda(), START, {}
    for kind, index, delay in steps:
        if kind == "arm":
            agenda.arm(index, now + delay)
            tick = min(max(-(-(now + delay) // TICK), agenda.c.tick), agenda.c.tick + ROUND - 1)
            due[index] = min(due.get(index, tick), tick)
            continue
        now += delay
        expected = sorted(index for index, tick in due.items() if tick <= now // TICK)
        assert sorted(agenda.expire(now)) == expected
        for index in expected:
            del due[index]
        upcoming = lib.agenda_next(agenda.c)
        assert upcoming == 2**64 - 1 if not due else upcoming <= min(due.values()) * TICK
    assert sorted(agenda.expire(now + 2 * ROUND * TICK)) == sorted(due)


def test_what_is_left_behind_is_swept_out_when_blocks_run_short() -> None:
    # A timer that goes back and forth leaves an entry at every tick; the pool has no room for that.
    agenda, now = Agenda(capacity=2), START
    for turn in range(5000):
        agenda.arm(0, now + (1000 + turn % 7) * TICK)
        agenda.arm(0, now + TICK)
        agenda.arm(1, now + 300 * TICK)
        now += 2 * TICK
        fired = agenda.expire(now)
        assert fired.count(0) == 1
    assert sorted(set(agenda.expire(now + ROUND * TICK))) == [1]


def test_many_timers_of_one_tick_come_in_batches() -> None:
    agenda = Agenda(capacity=1000)
    for index in range(1000):
        agenda.arm(index, START + 5 * TICK)
    assert agenda.expire(START + 4 * TICK) == []
    assert sorted(agenda.expire(START + 6 * TICK, capacity=14)) == list(range(1000))


def test_never_is_never() -> None:
    agenda = Agenda()
    agenda.arm(3, 2**64 - 1)
    assert lib.agenda_next(agenda.c) == 2**64 - 1
    assert agenda.expire(START + 4 * ROUND * TICK) == []
