# SPDX-License-Identifier: Apache-2.0
"""Which plots a document has: what its rows have figures for, and no others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.prediction import WIRE_OCTETS
from bfd_fastpath.bench.report import bars, distributions, sizes, stages
from bfd_fastpath.bench.report.bars import Bar, Group
from bfd_fastpath.bench.report.envelope import envelope, is_envelope
from bfd_fastpath.bench.report.numbers import number, standing, with_unit
from bfd_fastpath.bench.report.plot import Plot, goal, in_all, name_of, series
from bfd_fastpath.bench.report.svg import Picture
from bfd_fastpath.bench.report.words import shortened, unit
from bfd_fastpath.bench.scaling import IMIX

#: More rows than these are a plot that nobody reads; the table has them all.
_MOST_GROUPS: Final = 24
_LEAST_SIZES: Final = 3
_GIGABITS: Final = (10, 25, 40, 100)
#: What is no rival but the limit is drawn by a line, not by a bar.
_LIMITS: Final = {"testpmd-io"}
_RIVAL: Final = "l3fwd-lpm"


def plots(document: Document) -> list[Plot]:
    """In the order of the suites."""
    return [
        plot for suite, rows in document.suites.items() for plot in _of_suite(suite, rows, document.machine)
    ]


def _of_suite(suite: str, rows: Sequence[Row], machine: Mapping[str, Any]) -> Iterator[Plot]:
    cells = [row for row in rows if is_envelope(row)]
    if len(cells) > 1:
        yield envelope(suite, cells, rows, machine)
    else:
        cells = []
    by_size = [plot for family in (4, 6) for plot in _by_size(suite, family, rows)]
    yield from by_size
    for each in dict.fromkeys(row.unit for row in rows):
        some = [row for row in rows if row.unit == each and row not in cells]
        if by_size:
            some = [row for row in some if not _has_size(row)]
        yield from _figures(suite, each, some)
    if above := [row for row in rows if row.ours.cycles_over_io is not None]:
        yield from _above(suite, _smallest(above) if by_size else above)
    curved = [row for row in rows if row.detail.get("cdf") and not row.detail.get("peers-cdf")]
    for each in dict.fromkeys(row.unit for row in curved):
        yield distributions.together(suite, each, [row for row in curved if row.unit == each])
    for part, row in enumerate(row for row in rows if row.detail.get("cdf") and row not in curved):
        yield distributions.beside(suite, part, row)
    if staged := [row for row in rows if row.detail.get("stages")]:
        yield _stages(suite, _smallest(staged) if by_size else staged)


def _has_size(row: Row) -> bool:
    """Whether it is a point of a line by size: others are not drawn twice, either."""
    asked = row.parameters
    return (
        row.unit == "Mpps"
        and asked.get("family") in (4, 6)
        and not asked.get("sessions")
        and all(
            isinstance(one := asked.get(name), int) and one > 0 for name in ("size", "routes", "destinations")
        )
    )


def _smallest(rows: Sequence[Row]) -> list[Row]:
    """Of rows of many sizes those that have the goals: larger frames are bound by their copies."""
    least = min((size for row in rows if isinstance(size := row.parameters.get("size"), int)), default=0)
    return [row for row in rows if row.parameters.get("size") == least]


def _bar(name: str, every: Sequence[str], figure: Figure) -> Bar:
    return Bar(name, every.index(name) % 7, figure.median, figure.min, figure.max)


def _figures(suite: str, measured: str, rows: Sequence[Row]) -> Iterator[Plot]:
    """Bars of the rows of a unit; one figure that stands beside nothing is left to the tables."""
    if len(rows) == 1 and not rows[0].peers and rows[0].prediction is None:
        return
    every = series(rows)
    for part in range(0, len(rows), _MOST_GROUPS):
        some = rows[part : part + _MOST_GROUPS]
        names, common = shortened([row.name for row in some])
        groups = [
            Group(
                head=name,
                bars=[_bar("ours", every, row.ours)]
                + [_bar(n, every, row.peers[n]) for n in every if n in row.peers and n not in _LIMITS],
                standing=standing(row)[0],
                ceiling=row.ceiling,
                goal=goal(row, measured),
                prediction=row.prediction,
                wires=list(_wires(row)),
            )
            for name, row in zip(names, some, strict=True)
        ]
        count = f" ({part // _MOST_GROUPS + 1})" if len(rows) > _MOST_GROUPS else ""
        text = "; ".join(
            f"{row.name}: ours {with_unit(row.ours.median, measured)}{_rivals(row)}" for row in some
        )
        picture = Picture(name_of(suite, measured, part), f"{unit(measured)}{count}", text)
        bars.draw(picture, groups, unit(measured).lower())
        beside = "interleaved " if any(row.peers for row in some) else ""
        caption = f"Medians of {beside}windows; {some[0].better.value} is better."
        if any(row.prediction is not None for row in some):
            caption += " Predictions are those of docs/scaling.md for this machine."
        yield Plot(suite, picture, caption + in_all(common))


def _rivals(row: Row) -> str:
    return "".join(f", {name} {number(figure.median)}" for name, figure in row.peers.items())


def _by_size(suite: str, family: int, rows: Sequence[Row]) -> Iterator[Plot]:
    """Where at least three sizes were measured."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        asked = row.parameters
        if _has_size(row) and asked["family"] == family:
            table = f"{asked['routes']:,} routes, {asked['destinations']:,} destinations"
            tables.setdefault(table, []).append(row)
    found = [
        line
        for colour, (table, some) in enumerate(tables.items())
        if len(some) >= _LEAST_SIZES
        for line in _lines(table, some, colour)
    ]
    if not found:
        return
    every = sorted({size for line in found for size, _ in line.points})
    wires = [
        sizes.Line(f"{gigabits}G", [(size, _mpps(gigabits, size)) for size in every])
        for gigabits in _GIGABITS
    ]
    text = "; ".join(
        f"{one.name}, {one.rival or 'ours'}: {number(one.points[0][1])} Mpps at {one.points[0][0]:g} octets"
        for one in found
    )
    picture = Picture(name_of(suite, f"by-size-ipv{family}"), f"IPv{family} by size of the frame", text)
    sizes.draw(picture, found, wires)
    yield Plot(suite, picture, "Dotted: what a wire of so many gigabits a second carries.")


def _lines(table: str, rows: Sequence[Row], colour: int) -> Iterator[sizes.Line]:
    """Ours through a table of routes, and its rival's."""

    def points(who: str) -> list[tuple[float, float]]:
        figures = {row.parameters["size"]: row.ours if who == "ours" else row.peers.get(who) for row in rows}
        return sorted((size, figure.median) for size, figure in figures.items() if figure is not None)

    predicted = sorted((row.parameters["size"], row.prediction) for row in rows if row.prediction is not None)
    yield sizes.Line(table, points("ours"), colour, predicted=predicted)
    if len(rival := points(_RIVAL)) >= _LEAST_SIZES:
        yield sizes.Line(table, rival, colour, rival=_RIVAL)


def _mpps(gigabits: int, size: float) -> float:
    return gigabits * 1e3 / 8 / (size + WIRE_OCTETS)


def _wires(row: Row) -> Iterator[tuple[str, float]]:
    """What ports carry of frames of this row's size, Mpps."""
    size = row.parameters.get("size")
    if size == "imix":
        size = IMIX
    if row.unit != "Mpps" or row.ceiling is None or not isinstance(size, int | float) or not size:
        return
    for gigabits in _GIGABITS:
        yield f"{gigabits}G", _mpps(gigabits, size)


def _above(suite: str, rows: Sequence[Row]) -> Iterator[Plot]:
    if not rows:
        return
    every = series(rows)
    groups, told = [], []
    names, common = shortened([row.name for row in rows[:_MOST_GROUPS]])
    for head, row in zip(names, rows, strict=False):
        figures = {"ours": row.ours, **row.peers}
        costs = {name: figures[name].cycles_over_io for name in every if name in figures}
        known = {name: cost for name, cost in costs.items() if cost is not None}
        told.append(f"{row.name}: {', '.join(f'{name} {number(cost)}' for name, cost in known.items())}")
        groups.append(
            Group(
                head=head,
                bars=[Bar(name, every.index(name) % 7, cost, cost, cost) for name, cost in known.items()],
                standing=standing(row)[0],
                goal=goal(row, "cycles above io"),
            )
        )
    picture = Picture(
        name_of(suite, "above-io"), "Cycles a packet above what the ports take", "; ".join(told)
    )
    bars.draw(picture, groups, "cycles above io", dots=False)
    caption = (
        "Medians of the differences to testpmd's io mode, round by round: the price of forwarding. Lower "
        "is better."
    )
    yield Plot(suite, picture, caption + in_all(common))


def _stages(suite: str, rows: Sequence[Row]) -> Plot:
    some = rows[:_MOST_GROUPS]
    names, common = shortened([row.name for row in some])
    found = [
        (name, {stage: float(cycles) for stage, cycles in row.detail["stages"].items()})
        for name, row in zip(names, some, strict=True)
    ]
    text = "; ".join(
        f"{name}: {', '.join(f'{stage} {number(cycles)}' for stage, cycles in of.items())}"
        for name, of in found
    )
    picture = Picture(name_of(suite, "stages"), "Cycles a packet by stage of ours", text)
    stages.draw(picture, found)
    caption = (
        "Cycles of the time stamp counter for a packet received. One burst in 61 is timed; a stage that ends "
        "waits for what it began."
    )
    return Plot(suite, picture, caption + in_all(common))
