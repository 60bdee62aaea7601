# SPDX-License-Identifier: Apache-2.0
"""Windows of a quantile near the end of a distribution: a p99 of twenty values would be the longest of them,
and the median of such windows hardly the p97 of all.
"""

from collections.abc import Sequence
from typing import Final

import numpy

#: Of Hyndman and Fan's definitions (1996) the eighth: it is too high as often as too low, whatever the
#: distribution is, so that the median of windows estimates the quantile of all.
_METHOD: Final = "median_unbiased"


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all is below. share: above 0, below 1."""
    return float(numpy.quantile(values, share, method=_METHOD))


def windows(values: Sequence[float], share: float) -> list[float]:
    """The quantile in as many windows as there can be of 1 / (1 - share) values and more, in their order; in
    one, where there are not as many values.
    """
    count = max(int(len(values) * (1 - share) + 1e-9), 1)
    return [quantile(part.tolist(), share) for part in numpy.array_split(numpy.asarray(values), count)]
