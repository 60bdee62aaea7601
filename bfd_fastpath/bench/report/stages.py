# SPDX-License-Identifier: Apache-2.0
"""Cycles a packet by stage: a line for each row, a column for each stage, all bars on one scale, so that a
stage is compared by looking down its column."""

from collections.abc import Mapping, Sequence

from bfd_fastpath.bench.report.svg import WIDTH, Picture

_LINE, _BAR = 50.0, 14.0
#: Room of a figure before its bar, and of the sum at the right.
_FIGURE, _SUM = 36.0, 60.0


def draw(picture: Picture, rows: Sequence[tuple[str, Mapping[str, float]]]) -> None:
    """(row, cycles by stage)."""
    names = list(dict.fromkeys(name for _, stages in rows for name in stages))
    most = max((cycles for _, stages in rows for cycles in stages.values()), default=1.0)
    width = (WIDTH - _SUM) / max(len(names), 1)
    scale = (width - _FIGURE - 8) / max(most, 1e-9)
    for column, name in enumerate(names):
        picture.write("small", column * width, 12, name)
        picture.line("grid", column * width + _FIGURE, 18, column * width + _FIGURE, 18 + _LINE * len(rows))
    picture.write("small", WIDTH - 4, 12, "sum", anchor="end")
    for number, (head, stages) in enumerate(rows):
        y = 18 + _LINE * number
        picture.write("head", 0, y + 18, head)
        for column, name in enumerate(names):
            cycles = stages.get(name)
            if cycles is None:
                continue
            x = column * width
            picture.write("figure", x + _FIGURE - 6, y + 36, _cycles(cycles), anchor="end")
            picture.rect(
                f"s{column % 7}", x + _FIGURE, y + 25, max(cycles * scale, 1), _BAR, f"{name}: {cycles:g}"
            )
        picture.write("figure ours", WIDTH - 4, y + 36, f"{sum(stages.values()):,.0f}", anchor="end")


def _cycles(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
