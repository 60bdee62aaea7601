# SPDX-License-Identifier: Apache-2.0
"""The rows of a document as cells of text: what summary and page both show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.report.numbers import held_against, limit_of, number, span, standing

_SIGNS = {"met": "\N{CHECK MARK}", "missed": "\N{MULTIPLICATION X}", "open": "\N{EN DASH}", "none": ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """Text, and what it is: "n" for numbers, "met", "missed", "open", "" for words."""

    text: str
    kind: str = ""


Line = Sequence[Cell]
GOALS = ("", "Suite", "Row", "Goal", "Ours", "At most / least")


def goals(document: Document) -> list[Line]:
    """Every row that has a goal."""
    found: list[Line] = []
    for suite, rows in document.suites.items():
        for row in rows:
            if row.goal is None:
                continue
            limit = limit_of(row)
            ours, unit = held_against(row)
            kind, words = standing(row)
            asked = f"{number(limit[0])} {limit[1]}" if limit is not None else f"no {row.goal.of} in this run"
            text = (Cell(suite), Cell(row.name), Cell(row.goal.text))
            found.append((verdict(kind, words), *text, Cell(f"{number(ours)} {unit}", "n"), Cell(asked, "n")))
    return found


def verdict(kind: str, words: str) -> Cell:
    """A sign and a word, so that colour is not alone."""
    return Cell(f"{_SIGNS[kind]} {words}".strip(), kind if kind != "none" else "")


def headers(rows: Sequence[Row]) -> tuple[str, ...]:
    """Of a suite's table."""
    optional = (
        ("above io", any(row.ours.cycles_over_io is not None for row in rows)),
        ("ceiling", any(row.ceiling is not None for row in rows)),
        ("predicted", any(row.prediction is not None for row in rows)),
    )
    return (
        "Row",
        "Unit",
        "Ours",
        "least - most",
        *peers(rows),
        *(name for name, there in optional if there),
        "",
    )


def peers(rows: Sequence[Row]) -> list[str]:
    """In the order in which rows name them."""
    return list(dict.fromkeys(name for row in rows for name in row.peers))


def lines(rows: Sequence[Row]) -> Iterator[Line]:
    """Of a suite's table."""
    shown = headers(rows)
    for row in rows:
        cells = [
            Cell(row.name),
            Cell(row.unit),
            Cell(number(row.ours.median), "n"),
            Cell(span(row.ours), "n"),
        ]
        for name in peers(rows):
            figure = row.peers.get(name)
            cells.append(Cell("" if figure is None else number(figure.median), "n"))
        for name, value in (
            ("above io", _above(row)),
            ("ceiling", row.ceiling),
            ("predicted", row.prediction),
        ):
            if name in shown:
                text = value if isinstance(value, str) else "" if value is None else number(value)
                cells.append(Cell(text, "n"))
        yield (*cells, verdict(*standing(row)))


def _above(row: Row) -> str | None:
    if row.ours.cycles_over_io is None:
        return None
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
        ("Hugepages free", ", ".join(map(_pool, facts.get("hugepages") or ()))),
        ("Isolated CPUs", str(facts.get("isolated") or "none")),
        (
            "Governor",
            ", ".join(sorted({str(one) for one in (facts.get("governor") or {}).values() if one}))
            or "none to see",
        ),
        ("Software", f"bfd-fastpath {document.product.version}, {document.product.dpdk}"),
    ]
    return [(name, text) for name, text in found if text]


def _pool(one: Any) -> str:
    return f"{one.get('free')} of {one.get('page-kib', 0) // 1024} MiB on node {one.get('node')}"


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
