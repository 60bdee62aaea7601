# SPDX-License-Identifier: Apache-2.0
"""The highest rates of data at which it is forwarded, and at which sessions are held though data is shed."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

from bfd_fastpath.bench.suites.envelope.rig import Wanted
from bfd_fastpath.bench.suites.shed.load import Alone, Load, Loaded, loaded

#: The search ends when what holds and what does not are so close.
_PRECISION: Final = 0.03
_LEAST: Final = 1e6
#: A rate does not hold when it failed so often: a virtual machine that is stopped fails any rate.
_TRIES: Final = 3
#: Longer than the windows of the search.
_CONFIRM: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Packets a second each."""

    wanted: Wanted
    source_pps: float
    #: Before the search, and after each longer window.
    classify: tuple[Alone, ...]
    #: With 99 % forwarded; None: not even the least that was tried.
    forwards: Loaded | None
    #: The highest rate that holds, over a longer window.
    holds: Loaded | None

    @property
    def classify_pps(self) -> float:
        return median(one.pps for one in self.classify)


def search(wanted: Wanted, seconds: float) -> Found:
    """In a process of its own. Raises NotUpError."""
    with loaded(wanted) as load:
        classify = [first := load.classify_alone(seconds)]
        forwards = _tried(load, _LEAST, seconds, lambda row: row.forwards and row.held)
        if forwards is not None:
            forwards = _highest(load, forwards, first.pps, seconds, lambda row: row.forwards and row.held)
        holds = forwards or _tried(load, _LEAST, seconds, lambda row: row.held)
        if holds is not None:
            # Half as much again as classify alone: what does not hold there does not hold.
            holds = _highest(load, holds, 1.5 * first.pps, seconds, lambda row: row.held)
        if holds is not None:
            holds = _confirmed(load, holds.offered_pps, seconds, classify)
        return Found(
            wanted=wanted,
            source_pps=load.source_pps,
            classify=tuple(classify),
            forwards=forwards,
            holds=holds,
        )


def _highest(load: Load, best: Loaded, most: float, seconds: float, good: Callable[[Loaded], bool]) -> Loaded:
    """By halves, from one that is good."""
    low, high = best.offered_pps, most
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        row = _tried(load, middle, seconds, good)
        if row is None:
            high = middle
        else:
            low, best = middle, row
    return best


def _tried(load: Load, pps: float, seconds: float, good: Callable[[Loaded], bool]) -> Loaded | None:
    for _ in range(_TRIES):
        row = load.at(pps, seconds)
        if good(row):
            return row
    return None


def _confirmed(load: Load, pps: float, seconds: float, classify: list[Alone]) -> Loaded | None:
    """For longer, and not above what classify alone keeps up with just then, which is added to `classify`; a
    little less where that fails.
    """
    for _ in range(10):
        row = load.at(pps, seconds * _CONFIRM)
        classify.append(load.classify_alone(seconds))
        if row.held and row.offered_pps <= classify[-1].pps:
            return row
        pps = min(pps, classify[-1].pps) * (1 - _PRECISION)
    return None
