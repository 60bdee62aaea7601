# SPDX-License-Identifier: Apache-2.0
"""Which plots a document has: what its rows have figures for, and no others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.report import bars, curves, heat, sizes, stages
from bfd_fastpath.bench.report.bars import Bar, Group
from bfd_fastpath.bench.report.numbers import limit_of, number, with_unit
from bfd_fastpath.bench.report.svg import Picture

#: More rows than these are a plot that nobody reads; the table has them all.
_MOST_GROUPS: Final = 24
_MOST_CURVES: Final = 7
_LEAST_SIZES: Final = 3
#: Octets of a frame besides itself on the wire, and what is drawn of wires.
_WIRE: Final = 20
#: Mean octets of seven frames of 64, four of 594 and one of 1,518.
_IMIX: Final = (7 * 64 + 4 * 594 + 1518) / 12
_GIGABITS: Final = (10, 25, 40, 100)
_ORDER: Final = ("ours", "l3fwd-lpm", "testpmd-mac", "testpmd-io")
#: What is no rival but the limit is drawn by a line, not by a bar.
_LIMITS: Final = {"testpmd-io"}


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of one suite, and a sentence below it."""

    suite: str
    picture: Picture
    caption: str


def plots(document: Document) -> list[Plot]:
    """In the order of the suites."""
    return [plot for suite, rows in document.suites.items() for plot in _of_suite(suite, rows)]


def _of_suite(suite: str, rows: Sequence[Row]) -> Iterator[Plot]:
    envelope = [
        row for row in rows if "held" in row.detail and {"sessions", "interval-ms"} <= row.parameters.keys()
    ]
    for unit in dict.fromkeys(row.unit for row in rows if row not in envelope):
        some = [row for row in rows if row.unit == unit and row not in envelope]
        yield from _figures(suite, unit, some)
    for family in (4, 6):
        yield from _by_size(suite, family, rows)
    if above := [row for row in rows if row.ours.cycles_over_io is not None]:
        yield _above(suite, above)
    if envelope:
        yield _envelope(suite, envelope)
    curved = [row for row in rows if row.detail.get("cdf")]
    for unit in dict.fromkeys(row.unit for row in curved):
        yield _curves(suite, unit, [row for row in curved if row.unit == unit])
    if staged := [row for row in rows if row.detail.get("stages")]:
        yield _stages(suite, staged)


def _series(rows: Sequence[Row]) -> list[str]:
    names = {"ours": 0, **{name: 1 for row in rows for name in row.peers}}
    return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


def _bar(name: str, series: Sequence[str], figure: Figure) -> Bar:
    return Bar(name, series.index(name) % 7, figure.median, figure.min, figure.max)


def _figures(suite: str, unit: str, rows: Sequence[Row]) -> Iterator[Plot]:
    series = _series(rows)
    for part in range(0, len(rows), _MOST_GROUPS):
        some = rows[part : part + _MOST_GROUPS]
        groups = [
            Group(
                head=row.name,
                bars=[_bar("ours", series, row.ours)]
                + [_bar(n, series, row.peers[n]) for n in series if n in row.peers and n not in _LIMITS],
                ceiling=row.ceiling,
                goal=_goal(row, unit),
                prediction=row.prediction,
                wires=list(_wires(row)),
            )
            for row in some
        ]
        count = f" ({part // _MOST_GROUPS + 1})" if len(rows) > _MOST_GROUPS else ""
        beside = ", ".join(name for name in series if name != "ours")
        text = "; ".join(f"{row.name}: ours {with_unit(row.ours.median, unit)}{_rivals(row)}" for row in some)
        title = f"{suite}, {unit}{count}: ours{f' beside {beside}' if beside else ''}"
        picture = Picture(_name(suite, unit, part), title, text)
        bars.draw(picture, groups, unit)
        yield Plot(suite, picture, f"Medians of interleaved windows; {_better(some[0])}.")


def _rivals(row: Row) -> str:
    return "".join(f", {name} {number(figure.median)}" for name, figure in row.peers.items())


def _better(row: Row) -> str:
    return f"{row.better.value} is better"


def _goal(row: Row, unit: str) -> float | None:
    limit = limit_of(row)
    return limit[0] if limit is not None and limit[1] == unit else None


def _by_size(suite: str, family: int, rows: Sequence[Row]) -> Iterator[Plot]:
    """Where at least three sizes were measured."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        asked, size = row.parameters, row.parameters.get("size")
        if (
            row.unit != "Mpps"
            or asked.get("family") != family
            or not isinstance(size, int)
            or asked.get("sessions")
        ):
            continue
        table = f"{asked.get('routes', 0):,} routes, {asked.get('destinations', 0):,} destinations"
        for who, figure in (("ours", row.ours), *row.peers.items()):
            if who == "ours" or who == "l3fwd-lpm":
                lines.setdefault(f"{who}, {table}", []).append((size, figure.median))
    found = [
        sizes.Line(name, sorted(points)) for name, points in lines.items() if len(points) >= _LEAST_SIZES
    ]
    if not found:
        return
    every = sorted({size for line in found for size, _ in line.points})
    wires = [
        sizes.Line(f"{gigabits}G", [(size, _mpps(gigabits, size)) for size in every])
        for gigabits in _GIGABITS
    ]
    text = "; ".join(
        f"{one.name}: {number(one.points[0][1])} Mpps at {one.points[0][0]:g} octets" for one in found
    )
    picture = Picture(
        _name(suite, f"by-size-ipv{family}", 0), f"{suite}: IPv{family} packets a second by size", text
    )
    sizes.draw(picture, found, wires)
    yield Plot(suite, picture, "Dotted: what a wire of so many gigabits a second carries.")


def _mpps(gigabits: int, size: float) -> float:
    return gigabits * 1e3 / 8 / (size + _WIRE)


def _wires(row: Row) -> Iterator[tuple[str, float]]:
    """What ports carry of frames of this row's size, Mpps."""
    size = row.parameters.get("size")
    if size == "imix":
        size = _IMIX
    if row.unit != "Mpps" or not isinstance(size, int | float) or not size:
        return
    for gigabits in _GIGABITS:
        yield f"{gigabits}G", _mpps(gigabits, size)


def _above(suite: str, rows: Sequence[Row]) -> Plot:
    series = _series(rows)
    groups, told = [], []
    for row in rows[:_MOST_GROUPS]:
        figures = {"ours": row.ours, **row.peers}
        costs = {name: figures[name].cycles_over_io for name in series if name in figures}
        known = {name: cost for name, cost in costs.items() if cost is not None}
        told.append(f"{row.name}: {', '.join(f'{name} {number(cost)}' for name, cost in known.items())}")
        groups.append(
            Group(
                head=row.name,
                bars=[Bar(name, series.index(name) % 7, cost, cost, cost) for name, cost in known.items()],
                goal=_goal(row, "cycles above io"),
            )
        )
    title = f"{suite}: cycles a packet above what the ports take"
    picture = Picture(_name(suite, "above-io", 0), title, "; ".join(told))
    bars.draw(picture, groups, "cycles above io", dots=False)
    caption = (
        "Medians of the differences to testpmd's io mode, round by round: the price of forwarding. Lower "
        "is better."
    )
    return Plot(suite, picture, caption)


def _envelope(suite: str, rows: Sequence[Row]) -> Plot:
    cells = {}
    for row in rows:
        held = bool(row.detail["held"])
        downs = row.ours.median
        # Sessions that did not come up were not watched.
        up = row.parameters.get("seconds", 1) > 0
        words = (
            "held" if held else f"{number(downs)} Downs" if up and downs else "not held" if up else "not up"
        )
        place = (int(row.parameters["sessions"]), float(row.parameters["interval-ms"]))
        cells[place] = heat.Cell(held, words, f"{row.name}: {words}")
    text = "; ".join(
        f"{sessions:,} at {interval:g} ms: {cell.words}" for (sessions, interval), cell in cells.items()
    )
    picture = Picture(
        _name(suite, "envelope", 0), f"{suite}: how many BFD sessions are held, by interval", text
    )
    heat.draw(picture, cells)
    return Plot(suite, picture, "Held: no session went Down without a detection time of silence.")


def _curves(suite: str, unit: str, rows: Sequence[Row]) -> Plot:
    found = [curves.Curve(row.name, _points(row.detail["cdf"])) for row in rows[:_MOST_CURVES]]
    text = "; ".join(
        f"{one.name}: half within {_at(one, 0.5)}, 99 % within {_at(one, 0.99)} {unit}" for one in found
    )
    picture = Picture(
        _name(suite, f"cdf-{unit}", 0), f"{suite}: how many were no later than so many {unit}", text
    )
    curves.draw(picture, found, unit)
    caption = "The share's axis counts nines: the last in ten thousand has as much room as the first half."
    if any(one.points[0][0] <= 0 for one in found):
        caption += " Figures of 0 and less lie at the left edge."
    return Plot(suite, picture, caption)


def _points(pairs: Sequence[Any]) -> list[tuple[float, float]]:
    return [(float(value), float(share)) for value, share in pairs]


def _at(curve: curves.Curve, share: float) -> str:
    return number(next((value for value, reached in curve.points if reached >= share), curve.points[-1][0]))


def _stages(suite: str, rows: Sequence[Row]) -> Plot:
    found = [
        (row.name, {name: float(cycles) for name, cycles in row.detail["stages"].items()}) for row in rows
    ]
    text = "; ".join(
        f"{name}: {', '.join(f'{stage} {number(cycles)}' for stage, cycles in of.items())}"
        for name, of in found
    )
    picture = Picture(_name(suite, "stages", 0), f"{suite}: cycles a packet by stage of ours", text)
    stages.draw(picture, found[:_MOST_GROUPS])
    return Plot(suite, picture, "One burst in 61 is timed; a stage that ends waits for what it began.")


def _name(suite: str, what: str, part: int) -> str:
    words = "".join(one if one.isalnum() else "-" for one in f"{suite}-{what}".lower())
    return f"{words}-{part}" if part else words
