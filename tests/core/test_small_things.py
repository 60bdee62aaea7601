# SPDX-License-Identifier: Apache-2.0
"""Counters, histogram, random numbers and the next-hop table."""

import re
import statistics

from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bfd import NextHop
from tests.core.binding import ffi, lib
from tests.core.subject import Splitmix

COUNTERS = [ffi.string(lib.counter_name(i)).decode() for i in range(lib.PYDP_CNT_COUNT)]


def test_counters_have_unique_kebab_names_and_texts() -> None:
    assert len(set(COUNTERS)) == len(COUNTERS)
    for number, name in enumerate(COUNTERS):
        assert re.fullmatch(r"(rx|tx|drop|icmp|neighbour|address|unsolicited)(-[a-z0-9]+)+", name)
        assert ffi.string(lib.counter_text(number))
        assert lib.counter_is_drop(number) == name.startswith("drop-")


def test_a_number_that_is_no_counter_has_no_name() -> None:
    assert lib.counter_name(lib.PYDP_CNT_COUNT) == ffi.NULL
    assert lib.counter_text(2**32 - 1) == ffi.NULL
    assert lib.counter_is_drop(2**32 - 1) == 0


@given(st.integers(0, 2**62))
def test_histogram_buckets_are_powers_of_two_microseconds(duration_ns: int) -> None:
    microseconds = duration_ns // 1000
    expected = 0 if microseconds < 2 else min(23, microseconds.bit_length() - 1)
    assert lib.histogram_bucket(duration_ns) == expected
    histogram = ffi.new("struct histogram *")
    lib.histogram_add(histogram, duration_ns)
    lib.histogram_add(histogram, 0)
    assert sum(histogram.buckets) == 2
    assert histogram.buckets[expected] >= 1
    assert histogram.max_ns == duration_ns


def test_random_numbers_are_the_known_sequence() -> None:
    state = ffi.new("struct rng *", {"state": 1234567})
    assert [lib.rng_next(state) for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]
    model = Splitmix(99)
    ours = ffi.new("struct rng *", {"state": 99})
    assert [lib.rng_next(ours) >> 48 for _ in range(100)] == [model.draw() for _ in range(100)]


def test_random_numbers_below_a_bound_cover_it_evenly() -> None:
    state = ffi.new("struct rng *", {"state": 5})
    drawn = [lib.rng_below(state, 10) for _ in range(20_000)]
    assert set(drawn) == set(range(10))
    assert abs(statistics.mean(drawn) - 4.5) < 0.1


def test_next_hop_table() -> None:
    assert lib.nexthop_next(lib.NEXTHOP_SESSION_UP) == NextHop.LIVE
    assert lib.nexthop_next(lib.NEXTHOP_SESSION_FAILED) == NextHop.DEAD
    assert lib.nexthop_next(lib.NEXTHOP_ADMIN_DOWN) == NextHop.UNKNOWN
    assert lib.nexthop_next(lib.NEXTHOP_CLEARED) == NextHop.UNKNOWN
