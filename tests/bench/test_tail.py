# SPDX-License-Identifier: Apache-2.0
"""Quantiles near the end: what their windows say is neither mostly too high nor mostly too low."""

import numpy
import pytest

from bfd_fastpath.bench import tail


@pytest.mark.parametrize(("share", "count"), [(0.99, 1000), (0.999, 6000)])
def test_the_median_of_windows_is_the_quantile_of_all(share, count):
    drawn = numpy.random.default_rng(1)
    true = -numpy.log(1 - share)
    middles = [numpy.median(tail.windows(drawn.exponential(size=count), share)) for _ in range(400)]
    assert numpy.mean(middles) == pytest.approx(true, rel=0.05)
    assert 0.4 < numpy.mean(numpy.array(middles) > true) < 0.6


@pytest.mark.parametrize(
    ("count", "share", "sizes"),
    [(1000, 0.99, 10), (250, 0.99, 2), (99, 0.99, 1), (1, 0.999, 1), (1000, 0.999, 1), (30_000, 0.999, 30)],
)
def test_a_window_has_values_enough_to_have_such_a_quantile(count, share, sizes):
    assert len(tail.windows([1.0] * count, share)) == sizes


def test_windows_are_in_the_order_of_their_values():
    assert tail.windows([1.0] * 100 + [5.0] * 100, 0.99) == [1.0, 5.0]
