# SPDX-License-Identifier: Apache-2.0
"""Which plots a document has: what its rows have figures for, and no others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.prediction import WIRE_OCTETS, sessions_held
from bfd_fastpath.bench.processor import processor_of
from bfd_fastpath.bench.report import bars, curves, heat, sizes, stages
from bfd_fastpath.bench.report.bars import Bar, Group
from bfd_fastpath.bench.report.numbers import limit_of, number, standing, with_unit
from bfd_fastpath.bench.report.svg import Picture
from bfd_fastpath.bench.report.words import shortened, unit
from bfd_fastpath.bench.scaling import IMIX

#: More rows than these are a plot that nobody reads; the table has them all.
_MOST_GROUPS: Final = 24
_MOST_CURVES: Final = 7
_LEAST_SIZES: Final = 3
_GIGABITS: Final = (10, 25, 40, 100)
_ORDER: Final = ("ours", "l3fwd-lpm", "testpmd-mac", "testpmd-io")
#: What is no rival but the limit is drawn by a line, not by a bar.
_LIMITS: Final = {"testpmd-io"}
_RIVAL: Final = "l3fwd-lpm"


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of one suite, and a sentence below it."""

    suite: str
    picture: Picture
    caption: str


def plots(document: Document) -> list[Plot]:
    """In the order of the suites."""
    return [
        plot for suite, rows in document.suites.items() for plot in _of_suite(suite, rows, document.machine)
    ]


def _of_suite(suite: str, rows: Sequence[Row], machine: Mapping[str, Any]) -> Iterator[Plot]:
    envelope = [row for row in rows if _is_envelope(row)]
    if len(envelope) > 1:
        yield _envelope(suite, envelope, rows, machine)
    else:
        envelope = []
    by_size = [plot for family in (4, 6) for plot in _by_size(suite, family, rows)]
    yield from by_size
    for each in dict.fromkeys(row.unit for row in rows):
        some = [row for row in rows if row.unit == each and row not in envelope]
        if by_size:
            # The lines have all sizes; bars of the smallest frames and of the mix stay to be compared.
            some = _ends(some)
        yield from _figures(suite, each, some)
    if above := [row for row in rows if row.ours.cycles_over_io is not None]:
        yield from _above(suite, _ends(above) if by_size else above)
    curved = [row for row in rows if row.detail.get("cdf") and not row.detail.get("peers-cdf")]
    for each in dict.fromkeys(row.unit for row in curved):
        yield _curves(suite, each, [row for row in curved if row.unit == each])
    for part, row in enumerate(row for row in rows if row.detail.get("cdf") and row not in curved):
        yield _beside(suite, part, row)
    if staged := [row for row in rows if row.detail.get("stages")]:
        yield _stages(suite, _ends(staged) if by_size else staged)


def _is_envelope(row: Row) -> bool:
    return (
        "held" in row.detail
        and row.unit == "false-downs"
        and {"sessions", "interval-ms"} <= row.parameters.keys()
    )


def _ends(rows: Sequence[Row]) -> list[Row]:
    """Of rows of many sizes those of the smallest and of a mix."""
    least = min((size for row in rows if isinstance(size := row.parameters.get("size"), int)), default=0)
    return [row for row in rows if row.parameters.get("size") in (least, "imix")]


def _series(rows: Sequence[Row]) -> list[str]:
    names = {"ours": 0, **{name: 1 for row in rows for name in row.peers}}
    return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


def _bar(name: str, series: Sequence[str], figure: Figure) -> Bar:
    return Bar(name, series.index(name) % 7, figure.median, figure.min, figure.max)


def _figures(suite: str, measured: str, rows: Sequence[Row]) -> Iterator[Plot]:
    """Bars of the rows of a unit; one figure that stands beside nothing is left to the tables."""
    if len(rows) == 1 and not rows[0].peers and rows[0].prediction is None:
        return
    series = _series(rows)
    for part in range(0, len(rows), _MOST_GROUPS):
        some = rows[part : part + _MOST_GROUPS]
        names, common = shortened([row.name for row in some])
        groups = [
            Group(
                head=name,
                bars=[_bar("ours", series, row.ours)]
                + [_bar(n, series, row.peers[n]) for n in series if n in row.peers and n not in _LIMITS],
                standing=standing(row)[0],
                ceiling=row.ceiling,
                goal=_goal(row, measured),
                prediction=row.prediction,
                wires=list(_wires(row)),
            )
            for name, row in zip(names, some, strict=True)
        ]
        count = f" ({part // _MOST_GROUPS + 1})" if len(rows) > _MOST_GROUPS else ""
        text = "; ".join(
            f"{row.name}: ours {with_unit(row.ours.median, measured)}{_rivals(row)}" for row in some
        )
        picture = Picture(_name(suite, measured, part), f"{unit(measured)}{count}", text)
        bars.draw(picture, groups, unit(measured).lower())
        caption = f"Medians of interleaved windows; {some[0].better.value} is better."
        if any(row.prediction is not None for row in some):
            caption += " Predictions are those of docs/scaling.md for this machine."
        yield Plot(suite, picture, caption + _in_all(common))


def _in_all(common: str) -> str:
    return f" In all rows: {common}." if common else ""


def _rivals(row: Row) -> str:
    return "".join(f", {name} {number(figure.median)}" for name, figure in row.peers.items())


def _goal(row: Row, measured: str) -> float | None:
    limit = limit_of(row)
    return limit[0] if limit is not None and limit[1] == measured else None


def _by_size(suite: str, family: int, rows: Sequence[Row]) -> Iterator[Plot]:
    """Where at least three sizes were measured."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        asked = row.parameters
        if (
            row.unit == "Mpps"
            and asked.get("family") == family
            and isinstance(asked.get("size"), int)
            and not asked.get("sessions")
            and {"routes", "destinations"} <= asked.keys()
        ):
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
        f"{one.name}: {number(one.points[0][1])} Mpps at {one.points[0][0]:g} octets" for one in found
    )
    picture = Picture(_name(suite, f"by-size-ipv{family}", 0), f"IPv{family} by size of the frame", text)
    sizes.draw(picture, found, wires)
    yield Plot(suite, picture, "Dotted: what a wire of so many gigabits a second carries.")


def _lines(table: str, rows: Sequence[Row], colour: int) -> Iterator[sizes.Line]:
    """Ours through a table of routes, and its rival's."""

    def points(who: str) -> list[tuple[float, float]]:
        figures = {row.parameters["size"]: row.ours if who == "ours" else row.peers.get(who) for row in rows}
        return sorted((size, figure.median) for size, figure in figures.items() if figure is not None)

    predicted = sorted((row.parameters["size"], row.prediction) for row in rows if row.prediction is not None)
    yield sizes.Line(f"ours, {table}", points("ours"), colour, predicted=predicted)
    if len(rival := points(_RIVAL)) >= _LEAST_SIZES:
        yield sizes.Line(f"{_RIVAL} beside it", rival, colour, rival=True)


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
    series = _series(rows)
    groups, told = [], []
    names, common = shortened([row.name for row in rows[:_MOST_GROUPS]])
    for head, row in zip(names, rows, strict=False):
        figures = {"ours": row.ours, **row.peers}
        costs = {name: figures[name].cycles_over_io for name in series if name in figures}
        known = {name: cost for name, cost in costs.items() if cost is not None}
        told.append(f"{row.name}: {', '.join(f'{name} {number(cost)}' for name, cost in known.items())}")
        groups.append(
            Group(
                head=head,
                bars=[Bar(name, series.index(name) % 7, cost, cost, cost) for name, cost in known.items()],
                standing=standing(row)[0],
                goal=_goal(row, "cycles above io"),
            )
        )
    picture = Picture(
        _name(suite, "above-io", 0), "Cycles a packet above what the ports take", "; ".join(told)
    )
    bars.draw(picture, groups, "cycles above io", dots=False)
    caption = (
        "Medians of the differences to testpmd's io mode, round by round: the price of forwarding. Lower "
        "is better."
    )
    yield Plot(suite, picture, caption + _in_all(common))


def _envelope(suite: str, rows: Sequence[Row], every: Sequence[Row], machine: Mapping[str, Any]) -> Plot:
    cells = {}
    for row in rows:
        held = bool(row.detail["held"])
        downs = row.ours.median
        # Sessions that did not come up were not watched.
        up = row.parameters.get("seconds", 1) > 0
        words = (
            "held" if held else f"{number(downs)} Downs" if up and downs else "not held" if up else "not up"
        )
        sessions, interval = int(row.parameters["sessions"]), float(row.parameters["interval-ms"])
        rate = sessions / interval * 1000
        load = f"{_rate(rate)} hellos/s"
        tip = f"{row.name}: {words}. {row.detail.get('reason') or ''}".strip()
        cells[sessions, interval] = heat.Cell(held, words, load, rate, tip)
    text = "; ".join(
        f"{sessions:,} at {interval:g} ms: {cell.words}" for (sessions, interval), cell in cells.items()
    )
    intervals = sorted({interval for _, interval in cells})
    processor = processor_of(machine)
    predicted = heat.Line("predicted", {one: f"{sessions_held(one, processor):,}" for one in intervals})
    picture = Picture(_name(suite, "envelope", 0), "How many sessions are held, by interval", text)
    heat.draw(picture, cells, [predicted, *_rivals_held(every)])
    caption = (
        "Held: no session went Down without a detection time of silence. Predicted: the most that a core of "
        "this machine carries (docs/scaling.md)."
    )
    return Plot(suite, picture, caption)


def _rivals_held(rows: Sequence[Row]) -> list[heat.Line]:
    """The most that others held, by interval."""
    found: dict[str, dict[float, str]] = {}
    for row in rows:
        if row.unit == "sessions" and "interval-ms" in row.parameters:
            for name, figure in row.peers.items():
                found.setdefault(name, {})[float(row.parameters["interval-ms"])] = f"{figure.median:,.0f}"
    return [heat.Line(name, texts) for name, texts in found.items()]


def _rate(value: float) -> str:
    return number(value) if value >= 1e6 else f"{value / 1000:.3g} k" if value >= 1000 else f"{value:.0f}"


def _curves(suite: str, measured: str, rows: Sequence[Row]) -> Plot:
    some = rows[:_MOST_CURVES]
    names, common = shortened([_without_share(row.name) for row in some])
    found = [
        curves.Curve(name, _points(row.detail["cdf"]), _goal(row, measured))
        for name, row in zip(names, some, strict=True)
    ]
    return _distributions(suite, f"cdf-{measured}", 0, measured, found, _in_all(common))


def _beside(suite: str, part: int, row: Row) -> Plot:
    """Ours and the peers' by the same cable, in the colours that their bars have."""
    told = {"ours": row.detail["cdf"], **row.detail["peers-cdf"]}
    series = [name for name in _series([row]) if told.get(name)]
    found = [curves.Curve(name, _points(told[name]), _goal(row, row.unit)) for name in series]
    about = f" {_without_share(row.name)[:1].upper()}{_without_share(row.name)[1:]}."
    return _distributions(suite, f"cdf-{row.unit}-beside", part, row.unit, found, about)


def _distributions(
    suite: str, what: str, part: int, measured: str, found: Sequence[curves.Curve], more: str
) -> Plot:
    text = "; ".join(
        f"{one.name}: half within {number(one.at(0.5))}, 99 % within {number(one.at(0.99))} {measured}"
        for one in found
    )
    title = f"Share of all that took no longer, {unit(measured).lower()}"
    picture = Picture(_name(suite, what, part), title, text)
    curves.draw(picture, found, unit(measured).lower())
    caption = "The share's axis counts nines: the last in ten thousand has as much room as the first half."
    if any(one.at(0.5) <= 0 for one in found):
        caption += " Figures of 0 and less lie at the left edge."
    return Plot(suite, picture, caption + more)


def _without_share(name: str) -> str:
    """A curve has every share, whichever the row is about."""
    head, comma, last = name.rpartition(", ")
    return head if comma and last[:1] == "p" and last[1:].replace(".", "").isdigit() else name


def _points(pairs: Sequence[Any]) -> list[tuple[float, float]]:
    return [(float(value), float(share)) for value, share in pairs]


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
    picture = Picture(_name(suite, "stages", 0), "Cycles a packet by stage of ours", text)
    stages.draw(picture, found)
    caption = (
        "Cycles of the time stamp counter for a packet received. One burst in 61 is timed; a stage that ends "
        "waits for what it began."
    )
    return Plot(suite, picture, caption + _in_all(common))


def _name(suite: str, what: str, part: int) -> str:
    words = "".join(one if one.isalnum() else "-" for one in f"{suite}-{what}".lower())
    return f"{words}-{part}" if part else words
