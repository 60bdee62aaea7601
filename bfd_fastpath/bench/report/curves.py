# SPDX-License-Identifier: Apache-2.0
"""Distributions: which share of all was no later than so much. The share's axis counts nines, so that the
last in ten thousand can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10

from bfd_fastpath.bench.report.axis import by_decades
from bfd_fastpath.bench.report.numbers import number
from bfd_fastpath.bench.report.svg import WIDTH, Picture

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, WIDTH - 16, 22.0, 300.0
_SHARES = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999)
#: Beyond the last share drawn.
_NINES = 4.3
#: What lies before this share does not widen the axis: the first few may be decades before all others.
_FIRST = 0.01
#: Columns of the legend: a share, and its name.
_TOLD = ((0.5, "half"), (0.99, "99 %"), (0.999, "99.9 %"))


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of (figure, share of all that is no more), ascending."""

    name: str
    points: Sequence[tuple[float, float]]
    #: What the share of a goal is to be below.
    goal: float | None = None

    def at(self, share: float) -> float:
        """The figure that this share does not exceed."""
        return next((value for value, reached in self.points if reached >= share), self.points[-1][0])

    def tells(self, share: float) -> bool:
        """Whether so many were seen that one of them lies beyond the share."""
        return any(share <= reached < 1 for _, reached in self.points)


def _y(share: float) -> float:
    nines = _NINES if share >= 1 else min(-log10(1 - share), _NINES)
    return _BOTTOM - (_BOTTOM - _TOP) * nines / _NINES


def draw(picture: Picture, curves: Sequence[Curve], unit: str) -> None:
    """All on one logarithmic axis; figures of 0 and less lie at its beginning."""
    lows = [one for curve in curves if (one := curve.at(_FIRST)) > 0]
    highs = [curve.points[-1][0] for curve in curves if curve.points[-1][0] > 0]
    goals = sorted({curve.goal for curve in curves if curve.goal is not None and curve.goal > 0})
    least, most = min([*lows, *highs, *goals], default=1.0), max([*highs, *goals], default=10.0)
    axis = by_decades(least, most, _LEFT, _RIGHT)
    for share in _SHARES:
        picture.line("grid", _LEFT, _y(share), _RIGHT, _y(share))
        picture.write("small", _LEFT - 8, _y(share) + 4, f"{100 * share:g} %", anchor="end")
    for tick in axis.ticks():
        picture.line("grid", axis(tick), _TOP, axis(tick), _BOTTOM)
        last = axis(tick) > _RIGHT - 20
        picture.write("small", axis(tick), _BOTTOM + 16, number(tick), anchor="end" if last else "middle")
    picture.write("small", (_LEFT + _RIGHT) / 2, _BOTTOM + 32, f"{unit}, logarithmic", anchor="middle")
    for goal in goals:
        picture.line("limit", axis(goal), _TOP - 4, axis(goal), _BOTTOM)
        picture.write("small", axis(goal), _TOP - 9, f"goal {number(goal)}", anchor="middle")
    for place, curve in enumerate(curves):
        points = [(axis(value), _y(share)) for value, share in curve.points]
        start = (points[0][0], _y(0.0))
        steps = [
            start,
            points[0],
            *(step for a, b in pairwise(points) for step in ((b[0], a[1]), b)),
        ]
        picture.path(f"curve c{place % 7}", steps)
    _legend(picture, curves)


def _legend(picture: Picture, curves: Sequence[Curve]) -> None:
    """A line for each curve, with the figures that a reader would look for."""
    ends = [_RIGHT - 70 * place for place in range(len(_TOLD))][::-1]
    for (_, name), end in zip(_TOLD, ends, strict=True):
        picture.write("small", end, _BOTTOM + 52, name, anchor="end")
    for place, curve in enumerate(curves):
        y = _BOTTOM + 70 + 18 * place
        picture.path(f"curve c{place % 7}", [(_LEFT, y - 4), (_LEFT + 36, y - 4)])
        picture.write("figure", _LEFT + 44, y, curve.name)
        for (share, _), end in zip(_TOLD, ends, strict=True):
            if share <= 0.5 or curve.tells(share):
                picture.write("figure", end, y, number(round(curve.at(share), 3)), anchor="end")
            else:
                picture.write("small", end, y, "not told", anchor="end")
