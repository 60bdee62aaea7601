# SPDX-License-Identifier: Apache-2.0
"""Packets a second by the size of the frame: a colour for each table of routes, ours drawn through, its rival
dashed, what was predicted as rings; and what wires carry. Both axes are logarithmic: on them a wire is nearly
straight."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bfd_fastpath.bench.report.axis import Axis, by_decades
from bfd_fastpath.bench.report.numbers import number
from bfd_fastpath.bench.report.svg import WIDTH, Picture

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, WIDTH - 60, 12.0, 320.0
#: Where the legend says who is who.
_WHO = 460.0


@dataclass(frozen=True, slots=True)
class Line:
    """Points of (octets of a frame, Mpps), by size."""

    #: Its table of routes, or the wire.
    name: str
    points: Sequence[tuple[float, float]]
    #: The class of its colour; lines of a table share it.
    colour: int = 0
    #: Whose it is, where it is not ours.
    rival: str = ""
    predicted: Sequence[tuple[float, float]] = field(default=())


def draw(picture: Picture, lines: Sequence[Line], wires: Sequence[Line]) -> None:
    """Wires are named where they leave."""
    sizes = sorted({size for line in lines for size, _ in line.points})
    rates = [rate for line in lines for _, rate in (*line.points, *line.predicted) if rate > 0]
    x = Axis(sizes[0], sizes[-1], _LEFT, _RIGHT, log=True)
    y = by_decades(min(rates), max(rates), _BOTTOM, _TOP)
    for size in sizes:
        picture.line("grid", x(size), _TOP, x(size), _BOTTOM)
    for size in _apart(sizes, x):
        picture.write("small", x(size), _BOTTOM + 16, number(size), anchor="middle")
    for tick in (factor * power for power in y.ticks() for factor in (1, 2, 5)):
        if tick <= y.high:
            picture.line("grid", _LEFT, y(tick), _RIGHT, y(tick))
            picture.write("small", _LEFT - 8, y(tick) + 4, number(tick), anchor="end")
    what = "million packets a second by octets of a frame, both logarithmic"
    picture.write("small", (_LEFT + _RIGHT) / 2, _BOTTOM + 34, what, anchor="middle")
    for wire in wires:
        inside = [(size, rate) for size, rate in wire.points if y.low <= rate <= y.high]
        if len(inside) > 1:
            picture.path("wire", [(x(size), y(rate)) for size, rate in inside])
            picture.write("small", x(inside[-1][0]) + 4, y(inside[-1][1]) + 4, wire.name)
    for line in lines:
        kind = f"curve{' rival' if line.rival else ''} k{line.colour % 7}"
        picture.path(kind, [(x(size), y(rate)) for size, rate in line.points])
        for size, rate in line.points if not line.rival else ():
            picture.dot(f"s{line.colour % 7}", x(size), y(rate), 3)
        for size, rate in line.predicted:
            picture.dot(f"ring k{line.colour % 7}", x(size), y(rate), 4)
    _legend(picture, lines)


def _legend(picture: Picture, lines: Sequence[Line]) -> None:
    """Tables by colour at the left, who is who at the right."""
    for place, line in enumerate(one for one in lines if not one.rival):
        height = _BOTTOM + 58 + 18 * place
        picture.path(f"curve k{line.colour % 7}", [(_LEFT, height - 4), (_LEFT + 36, height - 4)])
        picture.write("figure", _LEFT + 44, height, line.name)
    kinds = {"ours": "plainly", **{line.rival: "plainly rival" for line in lines if line.rival}}
    for place, (name, kind) in enumerate(kinds.items()):
        height = _BOTTOM + 58 + 18 * place
        picture.path(f"curve {kind}", [(_WHO, height - 4), (_WHO + 36, height - 4)])
        picture.write("figure", _WHO + 44, height, name)
    if any(line.predicted for line in lines):
        height = _BOTTOM + 58 + 18 * len(kinds)
        picture.dot("ring", _WHO + 18, height - 4, 4)
        picture.write("figure", _WHO + 44, height, "predicted of ours")


def _apart(sizes: Sequence[float], axis: Axis) -> list[float]:
    """Those whose figures do not touch the one before."""
    found: list[float] = []
    for size in sizes:
        if not found or axis(size) - axis(found[-1]) > 34:
            found.append(size)
    return found
