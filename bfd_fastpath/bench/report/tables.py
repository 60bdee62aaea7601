# SPDX-License-Identifier: Apache-2.0
"""The rows of a document as cells of text: what summary and page both show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.report.numbers import (
    held_against,
    limit_of,
    number,
    relation,
    sign,
    span,
    standing,
)
from bfd_fastpath.bench.report.words import short


@dataclass(frozen=True, slots=True)
class Cell:
    """Text, and what it is: "n" for numbers, "met", "missed", "open", "" for words."""

    text: str
    kind: str = ""


Line = Sequence[Cell]
GOALS = ("", "Suite", "Row", "Goal", "Ours", "Asked")


def goals(document: Document) -> list[Line]:
    """Every row that has a goal."""
    found: list[Line] = []
    for suite, row in with_goals(document):
        text = (Cell(suite), Cell(row.name), Cell("" if row.goal is None else row.goal.text))
        found.append((verdict(row), *text, Cell(ours(row), "n"), Cell(asked(row), "n")))
    return found


def with_goals(document: Document) -> Iterator[tuple[str, Row]]:
    """(suite, row) of each row that has a goal."""
    for suite, rows in document.suites.items():
        yield from ((suite, row) for row in rows if row.goal is not None)


def ours(row: Row) -> str:
    """The figure that a goal is about, with its unit."""
    figure, unit = held_against(row)
    return f"{number(figure)} {short(unit)}"


def figure(row: Row) -> str:
    """The figure that a goal is about, and what was asked of it: "40.8 <= 16 cycles above io"."""
    limit = limit_of(row)
    if limit is None:
        return ours(row)
    value, unit = held_against(row)
    return f"{number(value)} {relation(row)} {number(limit[0])} {short(unit)}"


def asked(row: Row) -> str:
    """What a goal asks of the figure beside it."""
    limit = limit_of(row)
    if limit is None:
        return f"no {row.goal.of} in this run" if row.goal is not None else ""
    return f"{relation(row)} {number(limit[0])}"


def counts(document: Document) -> list[tuple[int, str, str]]:
    """(how many, in words, kind) of goals that were met, were missed, have no verdict."""
    kinds = [standing(row)[0] for _, row in with_goals(document)]
    words = (("met", "met"), ("missed", "missed"), ("without a verdict", "open"))
    return [(kinds.count(kind), text, kind) for text, kind in words]


def counted(document: Document) -> str:
    """The same as a sentence: "12 goals met, 8 missed, 5 without a verdict"."""
    (met, *_), *rest = counts(document)
    first = f"{met} goal{'' if met == 1 else 's'} met"
    return ", ".join([first, *(f"{count} {text}" for count, text, _ in rest)])


def verdict(row: Row) -> Cell:
    """A sign and a word, so that colour is not alone."""
    kind, words = standing(row)
    return Cell(f"{sign(kind)} {words}".strip(), kind if kind != "none" else "")


def columns(rows: Sequence[Row]) -> list[tuple[str, Callable[[Row], Cell]]]:
    """Of a suite's table: what stands above each, and what of a row stands in it."""
    of_many, of_few = peers(rows)
    found: list[tuple[str, Callable[[Row], Cell]]] = [
        ("Row", lambda row: Cell(row.name)),
        ("Unit", lambda row: Cell(short(row.unit))),
        ("Ours", lambda row: Cell(number(row.ours.median), "n")),
        ("least - most", lambda row: Cell(span(row.ours) if row.ours.max > row.ours.min else "", "n")),
    ]
    found += [(name, _peer(name)) for name in of_many]
    if of_few:
        found.append(("Beside", lambda row: Cell(beside(row, of_few))))
    if any(row.ours.cycles_over_io is not None for row in rows):
        found.append(("above io", lambda row: Cell(_above(row))))
    if any(_ceiling_alone(row) for row in rows):
        found.append(("ceiling", lambda row: _number(row.ceiling)))
    if any(row.prediction is not None for row in rows):
        found.append(("predicted", lambda row: _number(row.prediction)))
    if any(standing(row)[1] for row in rows):
        found.append(("", verdict))
    return found


def headers(rows: Sequence[Row]) -> tuple[str, ...]:
    """Of a suite's table."""
    return tuple(name for name, _ in columns(rows))


def lines(rows: Sequence[Row]) -> Iterator[Line]:
    """Of a suite's table."""
    shown = columns(rows)
    for row in rows:
        yield tuple(cell(row) for _, cell in shown)


def peers(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """(those that most rows were measured beside, the others), in the order in which rows name them."""
    every = list(dict.fromkeys(name for row in rows for name in row.peers))
    many = [name for name in every if 2 * sum(name in row.peers for row in rows) > len(rows)]
    return many, [name for name in every if name not in many]


def beside(row: Row, names: Sequence[str]) -> str:
    """Some peers with their figures."""
    return ", ".join(f"{name} {number(row.peers[name].median)}" for name in names if name in row.peers)


def _ceiling_alone(row: Row) -> bool:
    """Whether no column has the ceiling already: often one of the peers is it."""
    if row.ceiling is None:
        return False
    return not any(isclose(row.ceiling, one.median, rel_tol=0.001) for one in row.peers.values())


def _peer(name: str) -> Callable[[Row], Cell]:
    return lambda row: _number(row.peers[name].median if name in row.peers else None)


def _number(value: float | None) -> Cell:
    return Cell("" if value is None else number(value), "n")


def _above(row: Row) -> str:
    if row.ours.cycles_over_io is None:
        return ""
    others = [
        f"{name} {number(figure.cycles_over_io)}"
        for name, figure in row.peers.items()
        if figure.cycles_over_io is not None
    ]
    return number(row.ours.cycles_over_io) + (f" ({', '.join(others)})" if others else "")


def doubts(rows: Sequence[Row]) -> list[str]:
    """Why rows give no verdict."""
    return [f"{row.name}: {row.detail['doubt']}" for row in rows if row.detail.get("doubt")]


def machine(document: Document) -> list[tuple[str, str]]:
    """Facts that figures depend on, in words."""
    facts, cpu = document.machine, document.machine.get("cpu", {})
    found = [
        (
            "Processor",
            f"{cpu.get('model', 'not told')}, {cpu.get('cores', '?')} cores"
            + (", virtual" if cpu.get("virtual") else ""),
        ),
        (
            "Caches",
            ", ".join(
                f"L{one.get('level')} {one.get('size')}"
                for one in cpu.get("caches", ())
                if one.get("type") != "instruction"
            ),
        ),
        ("Time stamp counter", f"{facts['tsc-hz'] / 1e9:.3f} GHz, measured" if facts.get("tsc-hz") else ""),
        ("Kernel", str(facts.get("kernel", ""))),
        ("Memory", f"{facts['memory-mib'] / 1024:.1f} GiB" if facts.get("memory-mib") else ""),
        ("Hugepages free", _pools(facts["hugepages"]) if "hugepages" in facts else ""),
        ("Pinned to", _pinned(facts.get("pinned") or {})),
        ("Isolated CPUs", str(facts.get("isolated") or "none")),
        (
            "Governor",
            ", ".join(sorted({str(one) for one in (facts.get("governor") or {}).values() if one}))
            or "none to see",
        ),
        ("The far end's", _far_end(facts.get("far-end") or {})),
        ("Software", f"bfd-fastpath {document.product.version}, {document.product.dpdk}"),
    ]
    return [(name, text) for name, text in found if text]


def _pinned(cores: Mapping[str, Any]) -> str:
    if not cores:
        return ""
    return f"CPU {cores.get('measured')}, which is measured, and CPU {cores.get('other')}"


def _far_end(host: Mapping[str, Any]) -> str:
    """Another machine."""
    if not host:
        return ""
    words = [f"{host.get('model')}, {host.get('cores')} cores{', virtual' if host.get('virtual') else ''}"]
    words.append(f"kernel {host.get('kernel')}")
    words.append(f"CPU {host.get('cpu')} polls, governor {host.get('governor') or 'none to see'}")
    return "; ".join([*words, f"isolated CPUs {host.get('isolated') or 'none'}"])


def in_short(document: Document) -> str:
    """The machine in a few words."""
    cpu = document.machine.get("cpu", {})
    virtual = ", a virtual machine" if cpu.get("virtual") else ""
    return f"{cpu.get('cores', '?')} cores of {cpu.get('model', 'an unknown processor')}{virtual}"


def lasted(seconds: float) -> str:
    """ "42 s", "14 min 48 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _pools(pools: Sequence[Any]) -> str:
    """Free hugepages; sizes of which there are none are left out."""
    told = [
        f"{one.get('free'):,} of {_size(one.get('page-kib', 0))} on node {one.get('node')}"
        for one in pools
        if one.get("free")
    ]
    return ", ".join(told) or "none"


def _size(kib: int) -> str:
    return f"{kib >> 20} GiB" if kib >= 1 << 20 else f"{kib >> 10} MiB"


def noise(document: Document) -> str:
    """One sentence about how quiet it was."""
    told = document.noise
    if told.reasons:
        return f"The machine was {told.verdict}: {'; '.join(told.reasons)}."
    return (
        f"The machine was {told.verdict}: {told.steal_percent:g} % of the time was stolen by its host, "
        "and the same "
        f"work took times {told.calibration_spread_percent:g} % apart."
    )
