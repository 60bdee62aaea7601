# SPDX-License-Identifier: Apache-2.0
"""The envelope of sessions: how many are held at which interval. A cell says in words what its colour says,
and its shade how many hellos a second it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log10

from bfd_fastpath.bench.report.svg import WIDTH, Picture

_LEFT, _TOP, _HEIGHT, _GAP = 110.0, 30.0, 46.0, 3.0
_WIDEST = 160.0
#: Shades of a cell that is held, from few hellos to many.
SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of so many sessions at an interval."""

    held: bool
    #: A few words: "held", "26 Downs".
    words: str
    #: How hard it was: "2.29 M hellos/s".
    load: str = ""
    #: The same as a number, for the shade; 0 where it is not known.
    rate: float = 0.0
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What stands below the cells, by interval: "predicted", "BIRD"."""

    name: str
    texts: Mapping[float, str] = field(default_factory=dict)


def draw(picture: Picture, cells: Mapping[tuple[int, float], Cell], below: Sequence[Line] = ()) -> None:
    """By (sessions, interval in ms); what was not tried is an empty frame."""
    intervals = sorted({interval for _, interval in cells})
    counts = sorted({sessions for sessions, _ in cells}, reverse=True)
    rates = [cell.rate for cell in cells.values() if cell.rate > 0] or [1.0]
    width = min((WIDTH - _LEFT) / max(len(intervals), 1), _WIDEST)
    for column, interval in enumerate(intervals):
        picture.write(
            "head", _LEFT + (column + 0.5) * width, _TOP - 10, f"{interval:g} ms x 3", anchor="middle"
        )
    for number, sessions in enumerate(counts):
        y = _TOP + number * _HEIGHT
        picture.write("head", _LEFT - 12, y + 27, f"{sessions:,}", anchor="end")
        for column, interval in enumerate(intervals):
            cell = cells.get((sessions, interval))
            shade = "" if cell is None else _shade(cell.rate, min(rates), max(rates))
            _cell(picture, cell, (_LEFT + column * width, y), width, shade)
    y = _TOP + len(counts) * _HEIGHT + 18
    for line in below:
        picture.write("plain", _LEFT - 12, y, line.name, anchor="end")
        for column, interval in enumerate(intervals):
            text = line.texts.get(interval, "")
            picture.write("figure", _LEFT + (column + 0.5) * width, y, text, anchor="middle")
        y += 18
    picture.write("small", _LEFT, y + 6, "rows: sessions; stronger: more hellos a second; empty: not tried")


def _shade(rate: float, least: float, most: float) -> str:
    if rate <= 0 or most <= least:
        return "h0"
    share = (log10(rate) - log10(least)) / (log10(most) - log10(least))
    return f"h{min(int(share * SHADES), SHADES - 1)}"


def _cell(picture: Picture, cell: Cell | None, at: tuple[float, float], width: float, shade: str) -> None:
    x, y = at
    kind = "untried" if cell is None else shade if cell.held else "lost"
    tip = "" if cell is None else cell.tip
    picture.rect(kind, x + _GAP, y + _GAP, width - 2 * _GAP, _HEIGHT - 2 * _GAP, tip)
    if cell is not None:
        sign = "\N{CHECK MARK}" if cell.held else "\N{MULTIPLICATION X}"
        rows = [f"{sign} {cell.words}", *([cell.load] if cell.load else [])]
        words = "on-dark" if shade in ("h3", "h4") and cell.held else "cell"
        for number, text in enumerate(rows):
            middle = y + 27 + (16 * number - 8 if len(rows) > 1 else 0)
            picture.write(words, x + width / 2, middle, text, anchor="middle")
