# SPDX-License-Identifier: Apache-2.0
"""The envelope of sessions: how many are held at which interval. A cell says in words what its colour
says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bfd_fastpath.bench.report.svg import WIDTH, Picture

_LEFT, _TOP, _CELL_HEIGHT = 110.0, 30.0, 34.0
_WIDEST = 130.0


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of so many sessions at an interval."""

    held: bool
    #: A few words: "held", "26 Downs".
    words: str
    tip: str = ""


def draw(picture: Picture, cells: Mapping[tuple[int, float], Cell]) -> None:
    """By (sessions, interval in ms); what was not tried is an empty frame."""
    intervals = sorted({interval for _, interval in cells})
    counts = sorted({sessions for sessions, _ in cells}, reverse=True)
    width = min((WIDTH - _LEFT) / max(len(intervals), 1), _WIDEST)
    for column, interval in enumerate(intervals):
        picture.write(
            "head", _LEFT + (column + 0.5) * width, _TOP - 10, f"{interval:g} ms x 3", anchor="middle"
        )
    for line, sessions in enumerate(counts):
        y = _TOP + line * _CELL_HEIGHT
        picture.write("head", _LEFT - 12, y + 21, f"{sessions:,}", anchor="end")
        _line(picture, sessions, intervals, cells, (y, width))
    picture.write(
        "small", 0, _TOP + len(counts) * _CELL_HEIGHT + 16, "sessions, by interval; empty: not tried"
    )


def _line(
    picture: Picture,
    sessions: int,
    intervals: Sequence[float],
    cells: Mapping[tuple[int, float], Cell],
    place: tuple[float, float],
) -> None:
    y, width = place
    for column, interval in enumerate(intervals):
        cell = cells.get((sessions, interval))
        x = _LEFT + column * width
        kind = "untried" if cell is None else "held" if cell.held else "lost"
        tip = "" if cell is None else cell.tip
        picture.rect(kind, x + 2, y + 2, width - 4, _CELL_HEIGHT - 4, tip)
        if cell is not None:
            sign = "\N{CHECK MARK}" if cell.held else "\N{MULTIPLICATION X}"
            picture.write("cell", x + width / 2, y + 21, f"{sign} {cell.words}", anchor="middle")
