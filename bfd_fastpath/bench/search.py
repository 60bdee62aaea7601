# SPDX-License-Identifier: Apache-2.0
"""The highest rate without loss, by bisection: RFC 2544 26.1 with a stated loss bound, and a gate that
trials have to pass (no session went down). A rate is decided by trials of which more than half agree, as
MLRsearch's exceed ratio of a half: one lucky trial is none, and neither is one in which a machine that others
share was away. A rate that was refused so is asked for once more before it bounds what is found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
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
    near: float | None = None,
) -> Searched:
    """attempt(rate) is one trial; rates from `least` to `most`. bound: of loss, as a share of the offered.
    near: where an earlier search ended, which this one begins with.

    ValueError where least is not between 0 and most.
    """
    if not 0 < least <= most:
        raise ValueError(f"a search from {least} to {most}")
    asked = _Asked(attempt, bound, agreeing)
    if near is not None and least < near < most:
        low, refused = _bracket(asked, least, near, most, precision)
    elif asked.holds(most):
        low, refused = most, []
    else:
        low, refused = least if asked.holds(least) else 0.0, [most]
    while low and refused:
        low = _halve(asked, low, refused, precision)
        if not asked.again(refused[-1]):
            break
        low = refused.pop()
    return Searched(low, tuple(asked.trials), at_most=not refused)


@dataclass(slots=True)
class _Asked:
    """What was asked for so far."""

    attempt: Callable[[float], Trial]
    bound: float
    agreeing: int
    trials: list[Trial] = field(default_factory=list)
    #: Refused for good: twice, or by the gate.
    final: set[float] = field(default_factory=set)

    @property
    def over(self) -> bool:
        return len(self.trials) >= _TRIALS

    def holds(self, rate: float) -> bool:
        good = bad = 0
        while max(good, bad) < self.agreeing:
            trial = self.attempt(rate)
            self.trials.append(trial)
            if not trial.gate:
                self.final.add(rate)
                return False
            if trial.held(self.bound):
                good += 1
            else:
                bad += 1
        return good == self.agreeing

    def again(self, rate: float) -> bool:
        """Whether a rate that did not hold does so after all."""
        if self.over or rate in self.final:
            return False
        self.final.add(rate)
        return self.holds(rate)


def _bracket(
    asked: _Asked, least: float, near: float, most: float, precision: float
) -> tuple[float, list[float]]:
    """(the highest rate that held, 0 where none did; what did not, the lowest last), by steps that grow."""
    step = 2 * precision
    if asked.holds(near):
        low = near
        while low < most:
            rate, step = min(low * (1 + step), most), 2 * step
            if not asked.holds(rate):
                return low, [rate]
            low = rate
        return low, []
    refused = [near]
    while refused[-1] > least:
        rate, step = max(refused[-1] * (1 - step), least), 2 * step
        if asked.holds(rate):
            return rate, refused
        refused.append(rate)
    return 0.0, refused


def _halve(asked: _Asked, low: float, refused: list[float], precision: float) -> float:
    """The highest rate that held, next to the lowest that did not, which is then the last of `refused`."""
    while refused[-1] > low * (1 + precision) and not asked.over:
        middle = (low + refused[-1]) / 2
        if asked.holds(middle):
            low = middle
        else:
            refused.append(middle)
    return low
