# SPDX-License-Identifier: Apache-2.0
"""Cycles a packet by stage: a bar for each row, its stages one after the other, each with its name where
there is room."""

from collections.abc import Mapping, Sequence

from bfd_fastpath.bench.report.axis import from_zero
from bfd_fastpath.bench.report.numbers import number
from bfd_fastpath.bench.report.svg import WIDTH, Picture

_RIGHT = WIDTH - 60
_BAR = 24.0


def draw(picture: Picture, rows: Sequence[tuple[str, Mapping[str, float]]]) -> None:
    """(row, cycles by stage), all on one axis."""
    axis = from_zero(max((sum(stages.values()) for _, stages in rows), default=1.0), 0.0, _RIGHT)
    names = list(dict.fromkeys(name for _, stages in rows for name in stages))
    y = 18.0
    for head, stages in rows:
        picture.write("head", 0, y, head)
        x, before = 0.0, 0.0
        for name, cycles in stages.items():
            before += cycles
            width = axis(before) - x
            picture.rect(
                f"s{names.index(name) % 7}",
                x + 0.5,
                y + 6,
                width - 1,
                _BAR,
                f"{name}: {number(cycles)} cycles",
            )
            words = f"{name} {cycles:.0f}"
            if width > 6.2 * len(words):
                picture.write("small", x + 1, y + 6 + _BAR + 13, words)
            elif width > 16:
                picture.write("small", x + 1, y + 6 + _BAR + 13, f"{cycles:.0f}")
            x = axis(before)
        picture.write("figure", x + 8, y + 23, number(round(before, 1)))
        y += _BAR + 44
    picture.write(
        "small",
        0,
        y,
        "cycles a packet, of the time stamp counter; under each stage its own, behind the bar their sum",
    )
    x = 0.0
    for place, name in enumerate(names):
        if x + 24 + 7 * len(name) > WIDTH:
            x, y = 0.0, y + 18
        picture.rect(f"s{place % 7}", x, y + 10, 12, 12)
        picture.write("small", x + 18, y + 20, name)
        x += 36 + 7 * len(name)
