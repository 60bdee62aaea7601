# SPDX-License-Identifier: Apache-2.0
"""A document as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.
Everything that a document says is escaped."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.report import tables
from bfd_fastpath.bench.report.numbers import standing
from bfd_fastpath.bench.report.plots import Plot, plots
from bfd_fastpath.bench.report.style import PAGE
from bfd_fastpath.bench.report.tables import Cell


def page(document: Document, title: str = "bfd-fastpath bench") -> str:
    """The whole page."""
    body = "\n".join(_body(document, title))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{PAGE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _body(document: Document, title: str) -> Iterator[str]:
    drawn = plots(document)
    yield f"<h1>{escape(title)}</h1>"
    when = document.started[:19].replace("T", " ")
    command = f"<code>{escape(document.command)}</code>"
    yield f'<p class="soft">{command}, {escape(when)} UTC, {document.seconds:,.0f} s</p>'
    yield _contents(document)
    yield _facts(document)
    if document.noise.verdict != "quiet":
        yield f'<p class="notice" role="note">{escape(tables.noise(document))}</p>'
    if rows := tables.goals(document):
        yield '<h2 id="goals">Goals</h2>'
        yield _table(tables.GOALS, rows)
    for suite, measured in document.suites.items():
        yield from _suite(suite, measured, [one for one in drawn if one.suite == suite])
    if document.skipped:
        yield '<h2 id="skipped">Not measured</h2>'
        rest = [tuple(map(Cell, (one.suite, one.what, one.why, one.install))) for one in document.skipped]
        yield _table(("Suite", "What", "Why", "What helps"), rest)
    yield '<h2 id="machine">The machine</h2>'
    yield _table(("Fact", ""), [(Cell(name), Cell(text)) for name, text in tables.machine(document)])
    yield f"<p>{escape(tables.noise(document))}</p>"
    yield from _doctor(document.machine.get("doctor"))


def _contents(document: Document) -> str:
    places = [("goals", "Goals")] if tables.goals(document) else []
    places += [(f"suite-{name}", name) for name in document.suites]
    places += [("skipped", "Not measured")] if document.skipped else []
    links = "".join(
        f'<a href="#{escape(place)}">{escape(text)}</a>' for place, text in (*places, ("machine", "Machine"))
    )
    return f'<nav aria-label="Contents">{links}</nav>'


def _facts(document: Document) -> str:
    rows = [row for measured in document.suites.values() for row in measured]
    kinds = [standing(row)[0] for row in rows if row.goal is not None]
    doctor = document.machine.get("doctor")
    facts = [
        (kinds.count("met"), "goals met", "met"),
        (kinds.count("missed"), "goals missed", "missed" if "missed" in kinds else ""),
        (kinds.count("open"), "without a verdict", ""),
        (len(rows), "rows", ""),
    ]
    if isinstance(doctor, dict) and "score" in doctor:
        facts.append((doctor["score"], "of 100, says doctor", ""))
    items = "".join(
        f'<li><b class="{kind}">{escape(f"{count:,}")}</b>{text}</li>' for count, text, kind in facts
    )
    return f'<ul class="facts">{items}</ul>'


def _suite(suite: str, rows: Sequence[Row], drawn: Sequence[Plot]) -> Iterator[str]:
    yield f'<h2 id="suite-{escape(suite)}">{escape(suite)}</h2>'
    if not rows:
        yield '<p class="soft">Nothing was measured.</p>'
        return
    for plot in drawn:
        yield f"<h3>{escape(plot.picture.title)}</h3>"
        yield (
            f"<figure><div>{plot.picture.inline()}</div><figcaption>{escape(plot.caption)}</figcaption></figure>"
        )
    yield "<details><summary>The figures as a table</summary>"
    yield _table(tables.headers(rows), tables.lines(rows))
    yield "</details>"
    if doubts := tables.doubts(rows):
        items = "".join(f"<li>{escape(one)}</li>" for one in doubts)
        yield f"<details open><summary>Rows without a verdict</summary><ul>{items}</ul></details>"


def _doctor(answer: Any) -> Iterator[str]:
    if not isinstance(answer, dict) or not isinstance(answer.get("findings"), list):
        return
    yield "<h3>What bfd-fastpath doctor says</h3>"
    order = {"bad": 0, "warn": 1, "unknown": 2, "ok": 3}
    kinds = {"bad": "missed", "warn": "open", "unknown": "open", "ok": "met"}
    found = sorted(answer["findings"], key=lambda one: order.get(one.get("state"), 9))
    lines = [
        (
            Cell(str(one.get("state")), kinds.get(str(one.get("state")), "")),
            Cell(f"{one.get('check')} {one.get('about') or ''}".strip()),
            Cell(str(one.get("now"))),
            Cell(str(one.get("command") or one.get("permanent") or ""), "code"),
        )
        for one in found
    ]
    open_lines = [line for line in lines if line[0].text in ("bad", "warn")]
    yield _table(("", "Check", "What is so", "What changes it"), open_lines)
    yield "<details><summary>All findings</summary>"
    yield _table(("", "Check", "What is so", "What changes it"), lines)
    yield "</details>"


def _table(headers: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    every = [tuple(line) for line in lines]
    right = [bool(every) and all(line[place].kind == "n" for line in every) for place in range(len(headers))]
    head = "".join(
        f'<th scope="col"{" class=n" if number else ""}>{escape(text)}</th>'
        for text, number in zip(headers, right, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in every)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(cell: Cell) -> str:
    if cell.kind == "code":
        return f"<td><code>{escape(cell.text)}</code></td>"
    kind = f' class="{cell.kind}"' if cell.kind else ""
    return f"<td{kind}>{escape(cell.text)}</td>"
