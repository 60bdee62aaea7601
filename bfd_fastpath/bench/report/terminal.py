# SPDX-License-Identifier: Apache-2.0
"""A document for a terminal, in lines of at most a hundred columns: each goal, or each row of one suite."""

import textwrap
from collections.abc import Iterator, Sequence

from rich.text import Text

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.report import tables
from bfd_fastpath.bench.report.numbers import held_against, number, span
from bfd_fastpath.bench.report.words import heading, short, shortened

WIDTH = 100
_VERDICT, _NAME = 16, 50
_COLOURS = {"met": "green", "missed": "bold red", "open": "yellow"}


def lines(document: Document, *, every: bool = False) -> Iterator[Text]:
    """What became of the goals, by suite; `every`: all rows, with what they were measured beside."""
    for suite, measured in document.suites.items():
        rows = [row for row in measured if every or row.goal is not None]
        if not rows:
            continue
        names, common = shortened([row.name for row in rows])
        yield Text.assemble((heading(suite), "bold"), f": {common}" if common else "")
        for name, row in zip(names, rows, strict=True):
            yield from _row(row, name, every=every)
    if any(row.goal is not None for measured in document.suites.values() for row in measured):
        yield Text.assemble((tables.counted(document), "bold"))


def _row(row: Row, name: str, *, every: bool) -> Iterator[Text]:
    verdict = tables.verdict(row)
    figure = tables.figure(row) if row.goal is not None else f"{number(row.ours.median)} {short(row.unit)}"
    first, *rest = textwrap.wrap(name, _NAME) or [""]
    left = f"  {verdict.text:<{_VERDICT - 2}}"
    middle = f"{first:<{_NAME}}{figure:>{WIDTH - _VERDICT - _NAME}}"
    yield Text.assemble((left, _COLOURS.get(verdict.kind, "")), middle)
    yield from _under(rest)
    more = "; ".join(_more(row)) if every else _predicted(row)
    yield from _under(textwrap.wrap(more, WIDTH - _VERDICT - 2), "  ", "dim")


def _more(row: Row) -> Iterator[str]:
    """What stands beside a figure."""
    if row.goal is not None and held_against(row)[1] != row.unit:
        yield f"{number(row.ours.median)} {short(row.unit)}"
    if row.ours.max > row.ours.min:
        yield f"windows {span(row.ours)}"
    if row.peers:
        yield tables.beside(row, list(row.peers))
    if row.prediction is not None:
        yield f"predicted {number(row.prediction)}"
    if row.detail.get("doubt"):
        yield f"no verdict: {row.detail['doubt']}"


def _predicted(row: Row) -> str:
    """In the unit of the row, which need not be that of its goal."""
    if row.prediction is None:
        return ""
    return f"{number(row.ours.median)} {short(row.unit)}, predicted {number(row.prediction)}"


def _under(texts: Sequence[str], more: str = "", style: str = "") -> Iterator[Text]:
    for text in texts:
        yield Text(" " * _VERDICT + more + text, style)
