# SPDX-License-Identifier: Apache-2.0
"""Distributions as a document has them."""

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

from bfd_fastpath.bench.gaps import Gaps

_POINTS: Final = 100
#: Points for each nine of the share, and how many nines: a tail is as well told as the middle.
_TAIL, _NINES = 25, 4


def poll_gap(gaps: Gaps) -> dict[str, Any]:
    """Buckets by their least, the first with all below, and the longest."""
    return {
        "edges-us": [2**bucket for bucket in range(len(gaps.us_log2))],
        "counts": list(gaps.us_log2),
        "max-us": round(gaps.max_ns / 1000, 1),
    }


def cdf(values: Sequence[float]) -> list[list[float]]:
    """[value, share of the values that are not above it]: evenly, and evenly again in each nine of the tail,
    the first and the last always."""
    ordered = sorted(values)
    count = len(ordered)
    even = {round((step + 1) * count / _POINTS) for step in range(_POINTS)}
    tail = {ceil(count * (1 - 10 ** (-step / _TAIL))) for step in range(_TAIL * _NINES + 1)}
    steps = sorted((even | tail | {1, count}) - {0})
    return [[round(ordered[at - 1], 3), round(at / count, 6)] for at in steps]
