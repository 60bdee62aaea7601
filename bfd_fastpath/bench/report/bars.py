# SPDX-License-Identifier: Apache-2.0
"""Figures of ours beside their peers, a group for each row: bars from 0, or dots where figures are decades
apart. Figures stand in columns of their own at the right, where no bar reaches them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bfd_fastpath.bench.report.axis import Axis, by_decades, from_zero
from bfd_fastpath.bench.report.numbers import number, sign
from bfd_fastpath.bench.report.svg import WIDTH, Picture
from bfd_fastpath.bench.report.words import wrapped

_LETTER = 6.6
#: Room of names at the left: beside bars of groups, and of rows that are a bar each.
_LEAST_NAMES, _MOST_NAMES, _ROWS = 96.0, 250.0, 300.0
#: Where columns of figures end, and where bars do: with and without a column of predictions.
_FIGURES, _PREDICTED = WIDTH - 4, 76.0
_BAR, _PEER, _STEP, _ROW = 15.0, 9.0, 19.0, 32.0
#: Beyond this dots on a logarithmic axis take the place of bars.
_DECADES = 60.0
#: Names of wires closer than this would cover each other.
_APART = 26.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure. `series` is the class of its colour, the same for the same name in a report; 0 is ours."""

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
    #: What became of its goal: "met", "missed", "open" or "none".
    standing: str = "none"
    ceiling: float | None = None
    goal: float | None = None
    prediction: float | None = None
    #: Name and figure of what a wire carries.
    wires: Sequence[tuple[str, float]] = field(default=())


@dataclass(frozen=True, slots=True)
class _Room:
    """Where things are, from left to right."""

    axis: Axis
    #: Where the columns of medians and of predictions end.
    figures: float
    predicted: float | None

    @property
    def log(self) -> bool:
        return self.axis.log


def draw(picture: Picture, groups: Sequence[Group], unit: str, *, dots: bool = True) -> None:
    """All groups on one axis; without `dots` always bars from 0."""
    alone = all(len(group.bars) == 1 for group in groups)
    room = _room(groups, alone=alone, dots=dots)
    top = 26.0
    tops = []
    for group in groups:
        tops.append(top)
        top += _ROW if alone else 20 + _STEP * len(group.bars) + (22 if _wires(group, room) else 12)
    for tick in room.axis.ticks():
        picture.line("grid", room.axis(tick), 20, room.axis(tick), top - 6)
        picture.write("small", room.axis(tick), top + 8, number(tick), anchor="middle")
    how = "logarithmic" if room.log else "from 0"
    picture.write("small", room.axis.begin, top + 25, f"{unit}, {how}")
    picture.write("small", room.figures, 12, "median", anchor="end")
    if room.predicted is not None:
        picture.write("small", room.predicted, 12, "predicted", anchor="end")
    for group, at in zip(groups, tops, strict=True):
        if alone:
            _row(picture, group, at, room)
        else:
            _group(picture, group, at, room)
    _legend(picture, groups, room, top + 46)


def _room(groups: Sequence[Group], *, alone: bool, dots: bool) -> _Room:
    every = [figure for group in groups for bar in group.bars for figure in (bar.value, bar.low, bar.high)]
    marks = [
        one for group in groups for one in (group.ceiling, group.goal, group.prediction) if one is not None
    ]
    most = max([*every, *marks], default=1.0)
    above_zero = [one for one in [*every, *marks] if one > 0]
    log = dots and bool(above_zero) and most / min(above_zero) > _DECADES
    longest = max((len(bar.name) for group in groups for bar in group.bars), default=0)
    left = _ROWS if alone else min(max(longest * _LETTER + 10, _LEAST_NAMES), _MOST_NAMES)
    predicted = _FIGURES if any(one.prediction is not None for one in groups) else None
    figures = _FIGURES if predicted is None else _FIGURES - _PREDICTED
    right = figures - 62
    axis = by_decades(min(above_zero), most, left, right) if log else from_zero(most, left, right)
    return _Room(axis, figures, predicted)


def _wires(group: Group, room: _Room) -> list[tuple[str, float]]:
    """Those on the picture whose names do not cover each other."""
    found: list[tuple[str, float]] = []
    for name, figure in group.wires:
        if figure <= room.axis.high and (not found or room.axis(figure) - room.axis(found[-1][1]) >= _APART):
            found.append((name, figure))
    return found


def _row(picture: Picture, group: Group, top: float, room: _Room) -> None:
    """A name at the left, its bar beside it."""
    (bar,) = group.bars
    lines = wrapped(group.head, int((_ROWS - 26) / _LETTER))
    picture.write(group.standing, 0, top + 12, sign(group.standing))
    for number_of, text in enumerate(lines):
        shift = 12 + 13 * number_of - (6 if len(lines) > 1 else 0)
        picture.write("head", 16, top + shift, text)
    _bar(picture, bar, top, _BAR, room)
    _marks(picture, group, top, room)
    _told(picture, bar, group, top, room)


def _group(picture: Picture, group: Group, top: float, room: _Room) -> None:
    bottom = top + 20 + _STEP * len(group.bars) - 3
    mark = sign(group.standing)
    picture.write(group.standing, 0, top + 12, mark)
    picture.write("head", 16 if mark else 0, top + 12, group.head)
    for name, figure in _wires(group, room):
        picture.line("wire", room.axis(figure), top + 17, room.axis(figure), bottom)
        picture.write("small", room.axis(figure), bottom + 11, name, anchor="middle")
    for number_of, bar in enumerate(group.bars):
        y = top + 20 + _STEP * number_of
        _bar(picture, bar, y, _BAR if bar.series == 0 else _PEER, room)
        picture.write("figure" if bar.series == 0 else "plain", 0, y + 12, _short(bar.name, room.axis.begin))
        _told(picture, bar, group if number_of == 0 else None, y, room)
    if group.ceiling is not None:
        picture.line("ceiling", room.axis(group.ceiling), top + 17, room.axis(group.ceiling), bottom)
    _marks(picture, group, top + 20, room)


def _bar(picture: Picture, bar: Bar, y: float, height: float, room: _Room) -> None:
    axis, middle = room.axis, y + _BAR / 2
    tip = f"{bar.name}: {number(bar.value)} ({number(bar.low)} - {number(bar.high)})"
    if room.log:
        # The dot lies on its whisker, the bar below.
        _whisker(picture, bar, middle, axis)
    if room.log and bar.value < axis.low:
        # Beyond the axis, which has no 0.
        picture.path(
            f"s{bar.series}",
            [(axis.begin - 5, middle), (axis.begin + 5, middle - 5), (axis.begin + 5, middle + 5)],
            closed=True,
        )
    elif room.log:
        picture.dot(f"s{bar.series}", axis(bar.value), middle, 5 if bar.series == 0 else 4)
    else:
        picture.rect(
            f"s{bar.series}", axis.begin, middle - height / 2, axis(bar.value) - axis.begin, height, tip
        )
        _whisker(picture, bar, middle, axis)


def _whisker(picture: Picture, bar: Bar, middle: float, axis: Axis) -> None:
    if bar.high > bar.low and axis(bar.high) > axis(bar.low):
        picture.line("whisker", axis(bar.low), middle, axis(bar.high), middle)
        for end in (bar.low, bar.high):
            picture.line("whisker", axis(end), middle - 3, axis(end), middle + 3)


def _marks(picture: Picture, group: Group, top: float, room: _Room) -> None:
    middle = top + _BAR / 2
    if group.prediction is not None:
        picture.dot("prediction", room.axis(group.prediction), middle, 4.5)
    if group.goal is not None:
        picture.diamond("goal", room.axis(group.goal), middle, 5.5)


def _told(picture: Picture, bar: Bar, group: Group | None, y: float, room: _Room) -> None:
    """The figures at the right."""
    kind = "figure ours" if bar.series == 0 else "plain"
    picture.write(kind, room.figures, y + 12, number(bar.value), anchor="end")
    if group is not None and group.prediction is not None and room.predicted is not None:
        picture.write("plain", room.predicted, y + 12, number(group.prediction), anchor="end")


def _short(name: str, room: float) -> str:
    most = int((room - 10) / _LETTER)
    return name if len(name) <= most else name[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _legend(picture: Picture, groups: Sequence[Group], room: _Room, y: float) -> None:
    x = 0.0
    spread = any(bar.high > bar.low for group in groups for bar in group.bars)
    below = any(bar.value < room.axis.low for group in groups for bar in group.bars)
    for kind, words, used in (
        ("whisker", "least to most of the windows", spread),
        ("ceiling", "what the ports give", any(one.ceiling is not None for one in groups)),
        ("wire", "what a wire carries", any(_wires(one, room) for one in groups)),
        ("goal", "goal", any(one.goal is not None for one in groups)),
        ("prediction", "predicted", any(one.prediction is not None for one in groups)),
        ("below", "0 or less", room.log and below),
    ):
        if not used:
            continue
        if kind == "whisker":
            picture.line(kind, x, y - 4, x + 14, y - 4)
            picture.line(kind, x, y - 7, x, y - 1)
            picture.line(kind, x + 14, y - 7, x + 14, y - 1)
        elif kind in ("ceiling", "wire"):
            picture.line(kind, x + 7, y - 10, x + 7, y + 2)
        elif kind == "prediction":
            picture.dot(kind, x + 7, y - 4, 4.5)
        elif kind == "below":
            picture.path("s0", [(x + 2, y - 4), (x + 12, y - 9), (x + 12, y + 1)], closed=True)
        else:
            picture.diamond(kind, x + 7, y - 4)
        picture.write("small", x + 20, y, words)
        x += 40 + 6.2 * len(words)
