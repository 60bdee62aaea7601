# SPDX-License-Identifier: Apache-2.0
"""A document as Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from bfd_fastpath.bench.document import Document
from bfd_fastpath.bench.report import tables
from bfd_fastpath.bench.report.tables import Cell


def summary(document: Document) -> str:
    """Goals first, then each suite, then what was not measured."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"# Bench of {document.started[:10]}"
    yield ""
    yield f"`{document.command}`, {document.started}, {tables.lasted(document.seconds)}"
    yield ""
    rows = tables.goals(document)
    if rows:
        yield f"**{tables.counted(document)}**"
        yield ""
    yield from (f"* {name}: {text}" for name, text in tables.machine(document))
    yield f"* {tables.noise(document)}"
    doctor = document.machine.get("doctor")
    if isinstance(doctor, dict):
        yield f"* `bfd-fastpath doctor`: score {doctor.get('score')} of 100"
    if rows:
        yield from ("", "## Goals", "", *_table(tables.GOALS, rows))
    for suite, measured in document.suites.items():
        yield from ("", f"## {suite}", "")
        if not measured:
            yield "Nothing was measured."
            continue
        yield from _table(tables.headers(measured), tables.lines(measured))
        if doubts := tables.doubts(measured):
            yield from ("", "No verdict:", "", *(f"* {_plain(one)}" for one in doubts))
    if document.skipped:
        yield from ("", "## Not measured", "")
        rest = [tuple(map(Cell, (one.suite, one.what, one.why, one.install))) for one in document.skipped]
        yield from _table(("Suite", "What", "Why", "What helps"), rest)


def _table(headers: Sequence[str], lines: Iterable[Sequence[Cell]]) -> Iterator[str]:
    every = [tuple(line) for line in lines]
    numbers = [all(line[place].kind == "n" for line in every) for place in range(len(headers))]
    yield f"| {' | '.join(headers)} |"
    yield f"|{'|'.join('---:' if right else '---' for right in numbers)}|"
    for line in every:
        yield f"| {' | '.join(_plain(cell.text) for cell in line)} |"


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
