# SPDX-License-Identifier: Apache-2.0
"""Poll gaps of several whiles together."""

from bfd_fastpath.bench.gaps import Gaps


def test_gaps_of_two_whiles_are_counted_together_and_the_longest_is_kept():
    assert Gaps((3, 1), 2500) + Gaps((1, 0, 2), 900) == Gaps((4, 1, 2), 2500)
    assert Gaps() + Gaps((1, 2), 5) == Gaps((1, 2), 5)
