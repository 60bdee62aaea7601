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

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, WIDTH - 16, 12.0, 300.0
_SHARES = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999)
#: Beyond the last share drawn.
_NINES = 4.3


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of (figure, share of all that is no more), ascending."""

    name: str
    points: Sequence[tuple[float, float]]


def _y(share: float) -> float:
    nines = _NINES if share >= 1 else min(-log10(1 - share), _NINES)
    return _BOTTOM - (_BOTTOM - _TOP) * nines / _NINES


def draw(picture: Picture, curves: Sequence[Curve], unit: str) -> None:
    """All on one logarithmic axis; figures of 0 and less lie at its beginning."""
    figures = [value for curve in curves for value, _ in curve.points if value > 0] or [1.0]
    axis = by_decades(min(figures), max(figures), _LEFT, _RIGHT)
    for share in _SHARES:
        picture.line("grid", _LEFT, _y(share), _RIGHT, _y(share))
        picture.write("small", _LEFT - 8, _y(share) + 4, f"{100 * share:g} %", anchor="end")
    for tick in axis.ticks():
        picture.line("grid", axis(tick), _TOP, axis(tick), _BOTTOM)
        last = axis(tick) > _RIGHT - 20
        picture.write("small", axis(tick), _BOTTOM + 16, number(tick), anchor="end" if last else "middle")
    picture.write("small", _RIGHT, _BOTTOM + 32, f"{unit}, logarithmic", anchor="end")
    for place, curve in enumerate(curves):
        kind = place % 7
        points = [(axis(value), _y(share)) for value, share in curve.points]
        steps = [
            points[0],
            *(step for a, b in pairwise(points) for step in ((b[0], a[1]), b)),
        ]
        picture.path(f"curve c{kind}", steps)
        y = _BOTTOM + 32 + 18 * place
        picture.path(f"curve c{kind}", [(_LEFT, y - 4), (_LEFT + 36, y - 4)])
        picture.write("figure", _LEFT + 44, y, curve.name)
