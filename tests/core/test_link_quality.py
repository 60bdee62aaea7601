# SPDX-License-Identifier: Apache-2.0
"""What hellos and echoes say of a link: histograms fine enough for round trips, and losses that are really losses."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.binding import ffi, lib

BUCKETS = 98
INTERVAL_US = 50_000
INTERVAL = INTERVAL_US * 1000


@given(st.integers(0, 2**62))
def test_a_duration_is_in_the_bucket_that_it_says(duration: int) -> None:
    bucket = lib.link_histogram_bucket(duration)
    assert lib.link_histogram_from_ns(bucket) <= duration
    if bucket < BUCKETS - 1:
        assert duration < lib.link_histogram_from_ns(bucket + 1)


def test_buckets_are_a_quarter_of_their_octave() -> None:
    edges = [lib.link_histogram_from_ns(bucket) for bucket in range(BUCKETS)]
    assert edges[:6] == [0, 1000, 1250, 1500, 1750, 2000]
    assert edges[-1] == 2**24 * 1000
    assert all(b / a <= 1.25 for a, b in pairwise(edges[1:]))


@given(st.lists(st.integers(0, 10**11), min_size=1))
def test_a_histogram_keeps_count_sum_and_ends(durations: list[int]) -> None:
    histogram = ffi.new("struct link_histogram *")
    for duration in durations:
        lib.link_histogram_add(histogram, duration)
    assert (histogram.count, histogram.sum_ns) == (len(durations), sum(durations))
    assert (histogram.min_ns, histogram.max_ns) == (min(durations), max(durations))
    assert sum(histogram.buckets) == len(durations)


def heard(lost: set[int], count: int = 400, seed: int = 1, delay: int = 0) -> Any:
    """A peer that sends at 75-100 % of the interval, over a path that delays by up to so much and loses those numbered."""
    draw = random.Random(seed)
    quality = ffi.new("struct link_quality *")
    now = 10**12
    for number in range(count):
        now += int(INTERVAL * draw.uniform(0.75, 1))
        if number not in lost:
            lib.link_quality_hello(quality, INTERVAL_US, now + draw.randint(0, delay))
    return quality


@pytest.mark.parametrize("seed", range(20))
def test_no_loss_is_seen_where_none_is(seed: int) -> None:
    quality = heard(set(), seed=seed, delay=INTERVAL // 8)
    assert (quality.hellos_lost, quality.hellos_expected) == (0, 399)
    assert quality.jitter.count == 398
    assert quality.jitter.max_ns <= INTERVAL * 0.5


@pytest.mark.parametrize("seed", range(20))
def test_each_single_loss_is_found(seed: int) -> None:
    quality = heard(set(range(5, 395, 7)), seed=seed)
    assert quality.hellos_lost == 56
    assert quality.hellos_expected == 399


@pytest.mark.parametrize("row", range(2, 12))
@pytest.mark.parametrize("seed", range(5))
def test_of_losses_in_a_row_three_quarters_are_found_and_never_more_than_there_were(
    seed: int, row: int
) -> None:
    quality = heard(set(range(100, 100 + row)), seed=seed)
    assert 0.75 * (row + 1) - 1 <= quality.hellos_lost <= row


def test_a_new_interval_or_a_break_ends_no_gap() -> None:
    quality = ffi.new("struct link_quality *")
    lib.link_quality_hello(quality, INTERVAL_US, 10**9)
    lib.link_quality_hello(quality, 10 * INTERVAL_US, 2 * 10**9)
    lib.link_quality_break(quality)
    lib.link_quality_hello(quality, 10 * INTERVAL_US, 90 * 10**9)
    assert (quality.hellos_expected, quality.hellos_lost, quality.jitter.count) == (0, 0, 0)


def test_a_peer_that_is_to_send_nothing_is_expected_to_send_nothing() -> None:
    quality = ffi.new("struct link_quality *")
    for second in range(1, 5):
        lib.link_quality_hello(quality, 0, second * 10**9)
    assert quality.hellos_expected == 0


def test_echoes_that_were_overtaken_are_lost() -> None:
    quality = ffi.new("struct link_quality *")
    lib.link_quality_echo(quality, 250_000, 0)
    lib.link_quality_echo(quality, 260_000, 2)
    assert (quality.echoes_lost, quality.round_trip.count, quality.round_trip.max_ns) == (2, 2, 260_000)
