# SPDX-License-Identifier: Apache-2.0
"""The highest rate without loss, by bisection: RFC 2544 26.1 with a stated loss bound, and a gate that
trials have to pass (no session went down). A rate is decided by trials of which more than half agree, as
MLRsearch's exceed ratio of a half: one lucky trial is none, and neither is one in which a machine that others
share was away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: How close the highest rate that held and the lowest that did not are to come.
PRECISION: Final = 0.02
#: Trials that have to agree about a rate.
AGREEING: Final = 2
_TRIALS: Final = 60


@dataclass(frozen=True, slots=True)
class Trial:
    """One rate for a while."""

    rate: float
    #: Of the packets offered.
    loss: float
    #: Whether what has to hold besides did hold: a rate at which it once did not is too high.
    gate: bool = True
    #: Whether the source offered the rate.
    offered: bool = True

    def held(self, bound: float) -> bool:
        return self.gate and self.offered and self.loss <= bound


@dataclass(frozen=True, slots=True)
class Searched:
    """The highest rate that held; 0 where none did."""

    rate: float
    trials: tuple[Trial, ...]
    #: Whether the search ended at the highest rate that there is, so that more might be possible.
    at_most: bool


def search(
    attempt: Callable[[float], Trial],
    least: float,
    most: float,
    *,
    bound: float,
    precision: float = PRECISION,
    agreeing: int = AGREEING,
) -> Searched:
    """attempt(rate) is one trial; rates from `least` to `most`. bound: of loss, as a share of the offered.

    ValueError where least is not between 0 and most.
    """
    if not 0 < least <= most:
        raise ValueError(f"a search from {least} to {most}")
    trials: list[Trial] = []

    def holds(rate: float) -> bool:
        good = bad = 0
        while max(good, bad) < agreeing:
            trials.append(attempt(rate))
            if not trials[-1].gate:
                return False
            if trials[-1].held(bound):
                good += 1
            else:
                bad += 1
        return good == agreeing

    if holds(most):
        return Searched(most, tuple(trials), at_most=True)
    if not holds(least):
        return Searched(0.0, tuple(trials), at_most=False)
    low, high = least, most
    while high > low * (1 + precision) and len(trials) < _TRIALS:
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return Searched(low, tuple(trials), at_most=False)
