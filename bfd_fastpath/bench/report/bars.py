# SPDX-License-Identifier: Apache-2.0
"""Figures of ours beside their peers, a group for each row: bars from 0, or dots where figures are decades
apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bfd_fastpath.bench.report.axis import Axis, by_decades, from_zero
from bfd_fastpath.bench.report.numbers import number
from bfd_fastpath.bench.report.svg import WIDTH, Picture

_NAMES, _MOST_NAMES, _RIGHT = 132.0, 280.0, WIDTH - 64
_LETTER = 6.6
_BAR, _STEP = 14.0, 19.0
#: Beyond this dots on a logarithmic axis take the place of bars.
_DECADES = 60.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure. `series` is the class of its colour, the same for the same name in a report."""

    name: str
    series: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """One row: its bars, and what is marked across them."""

    head: str
    bars: Sequence[Bar]
    ceiling: float | None = None
    goal: float | None = None
    prediction: float | None = None
    #: Name and figure of what a wire carries.
    wires: Sequence[tuple[str, float]] = field(default=())


def draw(picture: Picture, groups: Sequence[Group], unit: str, *, dots: bool = True) -> None:
    """All groups on one axis; without `dots` always bars from 0."""
    every = [figure for group in groups for bar in group.bars for figure in (bar.value, bar.low, bar.high)]
    marks = [
        one for group in groups for one in (group.ceiling, group.goal, group.prediction) if one is not None
    ]
    most = max([*every, *marks], default=1.0)
    above_zero = [one for one in [*every, *marks] if one > 0]
    log = dots and bool(above_zero) and most / min(above_zero) > _DECADES
    longest = max((len(bar.name) for group in groups for bar in group.bars), default=0)
    left = min(max(longest * _LETTER + 10, _NAMES), _MOST_NAMES)
    axis = by_decades(min(above_zero), most, left, _RIGHT) if log else from_zero(most, left, _RIGHT)
    y = 6.0
    tops: list[float] = []
    for group in groups:
        tops.append(y + 24)
        y += 24 + _STEP * len(group.bars) + 14
    for tick in axis.ticks():
        picture.line("grid", axis(tick), 22, axis(tick), y - 6)
        picture.write("small", axis(tick), y + 10, number(tick), anchor="middle")
    picture.write("small", _RIGHT, y + 26, f"{unit}, {'logarithmic' if log else 'from 0'}", anchor="end")
    for group, top in zip(groups, tops, strict=True):
        _group(picture, group, top, axis, log)
    _legend(picture, groups, y + 26)


def _group(picture: Picture, group: Group, top: float, axis: Axis, log: bool) -> None:
    bottom = top + _STEP * len(group.bars) - 3
    picture.write("head", 0, top - 6, group.head)
    for name, figure in group.wires:
        if figure <= axis.high:
            picture.line("wire", axis(figure), top - 2, axis(figure), bottom)
            picture.write("small", axis(figure), bottom + 11, name, anchor="middle")
    for number_of, bar in enumerate(group.bars):
        y = top + _STEP * number_of
        middle = y + _BAR / 2
        picture.write("figure" if bar.series == 0 else "plain", 0, y + 11, _short(bar.name, axis.begin))
        tip = f"{bar.name}: {number(bar.value)} ({number(bar.low)} - {number(bar.high)})"
        if log:
            picture.dot(f"s{bar.series}", axis(bar.value), middle, 5)
        else:
            picture.rect(f"s{bar.series}", axis.begin, y, axis(bar.value) - axis.begin, _BAR, tip)
        picture.line("whisker", axis(bar.low), middle, axis(bar.high), middle)
    if group.ceiling is not None:
        picture.line("ceiling", axis(group.ceiling), top - 2, axis(group.ceiling), bottom)
    for kind, marked, size in (("prediction", group.prediction, 6), ("goal", group.goal, 5)):
        if marked is not None:
            picture.diamond(kind, axis(marked), top + _BAR / 2, size)
    # Words last: they have a rim of the page's colour.
    for number_of, bar in enumerate(group.bars):
        beyond = max(axis(bar.high), axis(bar.value)) + 8
        marks = [axis(one) for one in (group.prediction, group.goal) if one is not None and number_of == 0]
        for mark in sorted(marks):
            # They begin behind a mark that they would cover.
            if beyond - 8 <= mark <= beyond + 40:
                beyond = mark + 12
        picture.write("figure", beyond, top + _STEP * number_of + 11, number(bar.value))


def _short(name: str, room: float) -> str:
    most = int((room - 10) / _LETTER)
    return name if len(name) <= most else name[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _legend(picture: Picture, groups: Sequence[Group], y: float) -> None:
    x = 0.0
    for kind, words, used in (
        ("whisker", "least to most of the windows", True),
        ("ceiling", "what the ports give", any(one.ceiling is not None for one in groups)),
        ("wire", "what a wire carries", any(one.wires for one in groups)),
        ("goal", "goal", any(one.goal is not None for one in groups)),
        ("prediction", "predicted", any(one.prediction is not None for one in groups)),
    ):
        if not used:
            continue
        if kind == "whisker":
            picture.line(kind, x, y - 4, x + 14, y - 4)
        elif kind in ("ceiling", "wire"):
            picture.line(kind, x + 7, y - 10, x + 7, y + 2)
        else:
            picture.diamond(kind, x + 7, y - 4)
        picture.write("small", x + 20, y, words)
        x += 36 + 6.2 * len(words)
