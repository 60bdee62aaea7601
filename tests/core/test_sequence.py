# SPDX-License-Identifier: Apache-2.0
"""Numbered packets against a plain account of what was sent and what came."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.binding import ffi, lib

WINDOW = lib.SEQUENCE_WINDOW
BUCKETS = lib.LATENCY_BUCKETS


class Account:
    """RFC 4737's reordering and RFC 5560's duplication by remembering everything."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.next = self.received = self.duplicated = self.reordered = self.beyond = self.extent = 0

    def add(self, number: int) -> None:
        self.received += 1
        if number < self.next:
            self.extent = max(self.extent, self.next - number)
        if number >= self.next:
            self.next = number + 1
        elif self.next - number > WINDOW:
            self.beyond += 1
            return
        elif number in self.seen:
            self.duplicated += 1
        else:
            self.reordered += 1
        self.seen.add(number)


def fed(numbers: list[int]) -> tuple[Any, Account]:
    sequence, account = ffi.new("struct sequence *"), Account()
    for number in numbers:
        lib.sequence_add(sequence, number)
        account.add(number)
    return sequence, account


steps = st.lists(
    st.one_of(
        st.just(1),
        st.integers(-5, 5),
        st.integers(-WINDOW - 3, WINDOW + 3),
        st.sampled_from([-WINDOW, -WINDOW - 1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW]),
    ),
    max_size=60,
)


@given(steps)
def test_every_count_is_that_of_the_plain_account(moves: list[int]) -> None:
    at, numbers = 0, []
    for move in moves:
        at = max(at + move, 0)
        numbers.append(at)
    sequence, account = fed(numbers)
    for name in ("next", "received", "duplicated", "reordered", "beyond", "extent"):
        assert getattr(sequence, name) == getattr(account, name), name
    assert lib.sequence_unique(sequence) == account.received - account.duplicated - account.beyond


@given(st.permutations(range(40)), st.sets(st.integers(0, 39)))
def test_lost_is_sent_less_different_ones_in_any_order(order: list[int], lost: set[int]) -> None:
    sequence, _ = fed([number for number in order if number not in lost])
    assert 40 - lib.sequence_unique(sequence) == len(lost)
    assert sequence.duplicated == sequence.beyond == 0


@given(st.integers(0, 2**50), st.integers(-(2**31) + 1, 2**31 - 1))
def test_a_number_is_known_by_its_low_half(next_number: int, distance: int) -> None:
    number = next_number + distance
    sequence = ffi.new("struct sequence *", {"next": next_number})
    if number >= 0:
        assert lib.sequence_extend(sequence, number & 0xFFFFFFFF) == number


@given(st.integers(0, 2**40))
def test_latency_buckets_are_a_sixteenth_wide(duration_ns: int) -> None:
    bucket = lib.latency_bucket(duration_ns)
    assert lib.latency_floor(bucket) <= duration_ns
    if bucket + 1 < BUCKETS:
        following = lib.latency_floor(bucket + 1)
        assert duration_ns < following
        assert following - lib.latency_floor(bucket) <= max(1, lib.latency_floor(bucket) // 16)
    assert lib.latency_bucket(2**63) == BUCKETS - 1


def test_latencies_are_summed_with_their_least_and_greatest() -> None:
    latency = ffi.new("struct latency *")
    for duration in (700, 300, 5000):
        lib.latency_add(latency, duration)
    assert (latency.count, latency.sum_ns, latency.min_ns, latency.max_ns) == (3, 6000, 300, 5000)
    assert sum(latency.buckets) == 3
