# SPDX-License-Identifier: Apache-2.0
"""The timer wheel against a heap: the same timers in the same order, never early, at most a tick late."""

import heapq
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.core.binding import ffi, lib

TICK = 1 << lib.WHEEL_TICK_BITS
NEVER = 2**64 - 1


class Wheel:
    def __init__(self, capacity: int, now: int = 0) -> None:
        self.nodes = ffi.new("struct wheel_node[]", capacity)
        self.c = ffi.new("struct wheel *")
        lib.wheel_init(self.c, self.nodes, capacity, now)

    def arm(self, index: int, deadline: int) -> None:
        lib.wheel_arm(self.c, index, deadline)

    def expire(self, now: int, capacity: int = 64) -> list[int]:
        """All that is due, however small the batches."""
        out, found = ffi.new("uint32_t[]", capacity), []
        while True:
            count = lib.wheel_expire(self.c, now, out, capacity)
            found += ffi.unpack(out, count)
            if count < capacity:
                return found

    @property
    def next(self) -> int:
        return int(lib.wheel_next(self.c))


deltas = st.one_of(
    st.integers(0, 3 * TICK),
    st.integers(0, 300 * TICK),
    st.integers(0, 70_000 * TICK),
    st.integers(0, 2**24 * TICK * 3),
    st.integers(0, 2**34 * TICK),
    st.sampled_from([256, 65_536, 2**24, 2**32]).flatmap(
        lambda ticks: st.integers(-2, 2).map(lambda off: (ticks + off) * TICK)
    ),
)


class WheelAgainstHeap(RuleBasedStateMachine):
    SIZE = 24

    @initialize(now=st.one_of(st.just(0), st.integers(0, 2**60)))
    def begin(self, now: int) -> None:
        self.now = now
        self.wheel = Wheel(self.SIZE, now)
        self.armed: dict[int, int] = {}
        self.unseen = now // TICK * TICK

    def note(self, index: int, deadline: int) -> None:
        """It fires at the beginning of the first tick that is not before the deadline and was not looked at yet."""
        time = max(-(-deadline // TICK) * TICK, self.unseen)
        self.armed[index] = min(self.armed.get(index, NEVER), time)

    @rule(index=st.integers(0, SIZE - 1), delta=deltas)
    def arm(self, index: int, delta: int) -> None:
        self.wheel.arm(index, self.now + delta)
        self.note(index, self.now + delta)

    @rule(index=st.integers(0, SIZE - 1), back=st.integers(0, 10**9))
    def arm_in_the_past(self, index: int, back: int) -> None:
        self.wheel.arm(index, max(0, self.now - back))
        self.note(index, max(0, self.now - back))

    @rule(index=st.integers(0, SIZE - 1))
    def arm_for_never(self, index: int) -> None:
        self.wheel.arm(index, NEVER)

    @rule(index=st.integers(0, SIZE - 1))
    def cancel(self, index: int) -> None:
        lib.wheel_cancel(self.wheel.c, index)
        self.armed.pop(index, None)

    @rule(delta=deltas, batch=st.integers(1, 5))
    def time_passes(self, delta: int, batch: int) -> None:
        self.now += delta
        got = self.wheel.expire(self.now, batch)
        assert len(got) == len(set(got))
        assert set(got) == {index for index, time in self.armed.items() if time <= self.now}
        times = [self.armed.pop(index) for index in got]
        assert times == sorted(times)
        self.unseen = self.now // TICK * TICK + TICK

    @rule()
    def to_the_next(self) -> None:
        upcoming = self.wheel.next
        if upcoming != NEVER:
            self.time_passes(max(0, upcoming - self.now), 3)

    @invariant()
    def books_agree(self) -> None:
        if not hasattr(self, "wheel"):
            return
        assert self.wheel.c.armed == len(self.armed)
        for index in range(self.SIZE):
            assert lib.wheel_is_armed(self.wheel.c, index) == (index in self.armed)
        if not self.armed:
            assert self.wheel.next == NEVER
        else:
            assert self.wheel.next <= min(self.armed.values())


TestWheelAgainstHeap = WheelAgainstHeap.TestCase


def test_re_arming_for_later_is_lazy_and_for_earlier_is_not() -> None:
    wheel = Wheel(1)
    wheel.arm(0, 100 * TICK)
    wheel.arm(0, 500 * TICK)
    assert wheel.expire(100 * TICK) == [0]
    wheel.arm(0, 500 * TICK)
    wheel.arm(0, 200 * TICK)
    assert wheel.expire(199 * TICK) == []
    assert wheel.expire(200 * TICK) == [0]
    assert wheel.expire(10_000 * TICK) == []


@given(st.lists(st.integers(0, 2**45), min_size=1, max_size=200))
def test_hands_out_like_a_heap(deadlines: list[int]) -> None:
    heap: list[int] = []
    wheel = Wheel(len(deadlines))
    for index, deadline in enumerate(deadlines):
        wheel.arm(index, deadline)
        heapq.heappush(heap, -(-deadline // TICK))
    now = 0
    while heap:
        now = max(now, wheel.next)
        for index in wheel.expire(now, 7):
            assert -(-deadlines[index] // TICK) == heapq.heappop(heap)


def test_far_deadlines_are_placed_again_until_they_come() -> None:
    wheel, far = Wheel(1), 2**36 * TICK
    wheel.arm(0, far)
    wakes = 0
    while (now := wheel.next) < far:
        assert wheel.expire(now) == []
        wakes += 1
    assert wheel.expire(now) == [0]
    assert 0 < wakes < 40


@pytest.mark.parametrize("sessions", [1_000_000])
def test_a_million_timers_each_fire_once_and_in_time(sessions: int) -> None:
    wheel, chance = Wheel(sessions), random.Random(4)
    step, due_before = 50_000_000, [0] * 22
    for index in range(sessions):
        deadline = chance.randrange(1_000_000_000)
        wheel.arm(index, deadline)
        due_before[-(-deadline // TICK) * TICK // step + 1] += 1
    fired = 0
    for turn in range(1, 21):
        got = wheel.expire(turn * step - 1, 4096)
        fired += len(got)
        assert len(got) == due_before[turn]
    fired += len(wheel.expire(1_000_000_000 + TICK, 4096))
    assert fired == sessions
    assert wheel.c.armed == 0
