# SPDX-License-Identifier: Apache-2.0
"""From a session's counts to the performance of its link in each window."""

import pytest

import pydp
from bfd_fastpath.router.link_windows import LinkWindows
from bfd_fastpath.wire.bgpls import LinkPerformance
from tests.router.exchange import B
from tests.router.test_quality import histogram

NONE = histogram()


def seen(expected: int, lost: int, *trips_us: int) -> pydp.LinkQuality:
    return pydp.LinkQuality(expected, lost, 0, NONE, histogram(*trips_us))


def test_delay_is_half_the_mean_round_trip_and_loss_that_of_hellos():
    found = LinkWindows().measure(B, 1, seen(1000, 10, 1000, 2000, 3000))
    assert found == LinkPerformance(1000, (500, 1500), 500, 333_333)


def test_only_what_came_since_the_look_before_counts():
    windows = LinkWindows()
    windows.measure(B, 1, seen(1000, 500, 9000, 9000))
    found = windows.measure(B, 1, seen(1100, 501, 9000, 9000, 1100, 1100))
    assert found is not None
    assert (found.delay_us, found.loss) == (550, 333_333)
    assert found.delay_range_us is not None
    low, high = found.delay_range_us
    assert 500 <= low <= 550 <= high <= 640


def test_one_late_echo_of_many_is_not_the_longest_delay_told():
    trips = [1000] * 199 + [50_000]
    found = LinkWindows().measure(B, 1, seen(0, 0, *trips))
    assert found is not None
    assert found.delay_range_us is not None
    assert found.delay_range_us[1] < 700


@pytest.mark.parametrize("second", [seen(200, 0), seen(199, 0, 1000)])
def test_without_hellos_or_echoes_in_the_window_that_value_is_not_there(second):
    windows = LinkWindows()
    windows.measure(B, 1, seen(199, 0))
    found = windows.measure(B, 1, second)
    assert found is not None
    assert (found.delay_us is None) != (found.loss is None)


def test_a_window_in_which_nothing_came_measures_nothing():
    windows = LinkWindows()
    assert windows.measure(B, 1, seen(0, 0)) is None
    windows.measure(B, 1, seen(10, 1, 500))
    assert windows.measure(B, 1, seen(10, 1, 500)) is None


@pytest.mark.parametrize("before", [(1, seen(1000, 100, 5000, 5000)), (2, seen(50, 0, 5000))])
def test_counts_that_began_again_and_another_session_are_windows_of_their_own(before):
    windows = LinkWindows()
    windows.measure(B, *before)
    assert windows.measure(B, 1, seen(100, 1, 1000)) == LinkPerformance(500, (500, 500), 0, 333_333)


def test_a_forgotten_link_is_looked_at_anew():
    windows = LinkWindows()
    windows.measure(B, 1, seen(100, 1))
    windows.forget(B)
    assert windows.measure(B, 1, seen(200, 2)) == LinkPerformance(loss=333_333)
