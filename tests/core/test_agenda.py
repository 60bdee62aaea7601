# SPDX-License-Identifier: Apache-2.0
"""The agenda against a plain dictionary: the same timers in the same order, never early, at most a tick late."""

import random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.core.binding import ffi, lib

TICK = 1 << lib.AGENDA_TICK_BITS
ROUND = lib.AGENDA_TICKS
START = 10**15
NEVER = 2**64 - 1


class Agenda:
    def __init__(self, capacity: int, now: int = START) -> None:
        self.memory = ffi.new("char[]", lib.agenda_size(capacity))
        self.c = ffi.new("struct agenda *")
        lib.agenda_init(self.c, self.memory, capacity, now)

    def arm(self, index: int, deadline: int) -> None:
        lib.agenda_arm(self.c, index, deadline)

    def cancel(self, index: int) -> None:
        lib.agenda_cancel(self.c, index)

    def expire(self, now: int, capacity: int = 64) -> list[int]:
        """All that is due, however small the batches."""
        out, found = ffi.new("uint32_t[]", capacity), []
        while True:
            count = lib.agenda_expire(self.c, now, out, capacity)
            found += ffi.unpack(out, count)
            if count < capacity:
                return found

    @property
    def next(self) -> int:
        return int(lib.agenda_next(self.c))


deltas = st.one_of(
    st.integers(0, 3 * TICK),
    st.integers(0, 700 * TICK),
    st.integers(0, 3 * ROUND * TICK),
    st.integers(0, 2**34 * TICK),
    st.sampled_from([64, 4096, ROUND // 2, ROUND, 2**32]).flatmap(
        lambda ticks: st.integers(-2, 2).map(lambda off: (ticks + off) * TICK)
    ),
)


class AgendaAgainstDictionary(RuleBasedStateMachine):
    SIZE = 24

    @initialize(
        now=st.one_of(
            st.just(0), st.integers(0, 2**60), st.integers(-70, 2).map(lambda ticks: (2**32 + ticks) * TICK)
        )
    )
    def begin(self, now: int) -> None:
        self.now = now
        self.agenda = Agenda(self.SIZE, now)
        self.armed: dict[int, int] = {}

    def note(self, index: int, deadline: int) -> None:
        """It fires in the first tick that is not before the deadline and was not looked at yet, or at the round's end."""
        unseen = self.agenda.c.tick
        tick = min(max(-(-deadline // TICK), unseen), unseen + ROUND - 1)
        self.armed[index] = min(self.armed.get(index, NEVER), tick)

    @rule(index=st.integers(0, SIZE - 1), delta=deltas)
    def arm(self, index: int, delta: int) -> None:
        self.note(index, self.now + delta)
        self.agenda.arm(index, self.now + delta)

    @rule(index=st.integers(0, SIZE - 1), back=st.integers(0, 10**10))
    def arm_in_the_past(self, index: int, back: int) -> None:
        self.note(index, max(0, self.now - back))
        self.agenda.arm(index, max(0, self.now - back))

    @rule(index=st.integers(0, SIZE - 1))
    def arm_for_never(self, index: int) -> None:
        self.agenda.arm(index, NEVER)

    @rule(index=st.integers(0, SIZE - 1))
    def cancel(self, index: int) -> None:
        self.agenda.cancel(index)
        self.armed.pop(index, None)

    @rule(delta=deltas, batch=st.integers(1, 5))
    def time_passes(self, delta: int, batch: int) -> None:
        self.now += delta
        got = self.agenda.expire(self.now, batch)
        assert sorted(got) == sorted(index for index, tick in self.armed.items() if tick <= self.now // TICK)
        ticks = [self.armed.pop(index) for index in got]
        assert ticks == sorted(ticks)
        assert self.agenda.c.tick == self.now // TICK + 1

    @rule(delta=deltas, again=deltas)
    def who_is_due_is_armed_again_in_between(self, delta: int, again: int) -> None:
        self.now += delta
        out = ffi.new("uint32_t[1]")
        for _ in range(self.SIZE):
            if lib.agenda_expire(self.agenda.c, self.now, out, 1) == 0:
                break
            assert self.armed.pop(out[0]) <= self.now // TICK
            self.note(out[0], self.now + again)
            self.agenda.arm(out[0], self.now + again)
        self.time_passes(0, 5)

    @rule()
    def to_the_next(self) -> None:
        upcoming = self.agenda.next
        if upcoming != NEVER:
            self.time_passes(max(0, upcoming - self.now), 3)

    @invariant()
    def books_agree(self) -> None:
        if not hasattr(self, "agenda"):
            return
        for index in range(self.SIZE):
            assert lib.agenda_is_armed(self.agenda.c, index) == (index in self.armed)
        if self.armed:
            assert self.agenda.next <= min(self.armed.values()) * TICK


TestAgendaAgainstDictionary = AgendaAgainstDictionary.TestCase


def test_re_arming_for_later_is_lazy_and_for_earlier_is_not() -> None:
    agenda = Agenda(1, now=0)
    agenda.arm(0, 100 * TICK)
    agenda.arm(0, 500 * TICK)
    assert agenda.expire(100 * TICK) == [0]
    agenda.arm(0, 500 * TICK)
    agenda.arm(0, 200 * TICK)
    assert agenda.expire(199 * TICK) == []
    assert agenda.expire(200 * TICK) == [0]
    assert agenda.expire(10_000 * TICK) == []


@pytest.mark.parametrize("bits", [31, 32])
def test_no_tick_is_taken_for_none(bits: int) -> None:
    # Marks of ticks are 32 bits long.
    for tick in range(2**bits - 2, 2**bits + 2):
        agenda = Agenda(1, now=(tick - 5) * TICK)
        agenda.arm(0, tick * TICK)
        assert lib.agenda_is_armed(agenda.c, 0)
        agenda.cancel(0)
        assert agenda.expire(tick * TICK) == []
        agenda.arm(0, (tick + 1) * TICK)
        assert agenda.expire((tick + 1) * TICK) == [0]


def test_beyond_a_round_it_fires_once_a_round() -> None:
    agenda, far, wakes = Agenda(1, now=0), 20 * ROUND * TICK, 0
    agenda.arm(0, far)
    while (now := agenda.next) < far:
        assert agenda.expire(now) == [0]
        agenda.arm(0, far)
        wakes += 1
    assert agenda.expire(now) == [0]
    assert wakes == 20


@pytest.mark.parametrize("cancelled", [False, True])
def test_what_is_left_behind_is_swept_out_when_blocks_run_short(cancelled: bool) -> None:
    # A timer that goes back and forth leaves an entry at every tick, or many at one; the pool has no room for that.
    agenda, now = Agenda(capacity=2), START
    for turn in range(5000):
        agenda.arm(0, now + (1000 + turn % 7) * TICK)
        if cancelled:
            agenda.cancel(0)
        agenda.arm(0, now + TICK)
        agenda.arm(1, START + 3 * ROUND * TICK)
        if turn % 100 == 0:
            now += 2 * TICK
            fired = agenda.expire(now)
            assert fired == [0]
        elif cancelled:
            agenda.cancel(0)
    agenda.cancel(0)
    assert agenda.expire(START + (ROUND - 2) * TICK) == []
    assert agenda.expire(START + (ROUND + 1) * TICK) == [1]


def test_who_is_far_behind_hands_out_each_timer_once() -> None:
    agenda, now, out = Agenda(capacity=1000, now=0), 10**15, ffi.new("uint32_t[64]")
    for index in range(1000):
        agenda.arm(index, index % 7 * TICK)
    fired = []
    while count := lib.agenda_expire(agenda.c, now, out, 64):
        fired += ffi.unpack(out, count)
        for index in ffi.unpack(out, count):
            agenda.arm(index, now + 10**9)
    assert sorted(fired) == list(range(1000))
    assert [index % 7 for index in fired] == sorted(index % 7 for index in range(1000))
    assert agenda.expire(now + 10**9 - TICK) == []
    assert sorted(agenda.expire(now + 10**9 + TICK)) == list(range(1000))


def test_a_million_timers_each_fire_once_and_in_time() -> None:
    count = 1_000_000
    agenda, chance = Agenda(count, now=0), random.Random(4)
    step, due_before = 50_000_000, [0] * 22
    for index in range(count):
        deadline = chance.randrange(1_000_000_000)
        agenda.arm(index, deadline)
        due_before[-(-deadline // TICK) * TICK // step + 1] += 1
    fired = 0
    for turn in range(1, 21):
        got = agenda.expire(turn * step - 1, 4096)
        fired += len(got)
        assert len(got) == due_before[turn]
    fired += len(agenda.expire(1_000_000_000 + TICK, 4096))
    assert fired == count
    assert agenda.next == NEVER
