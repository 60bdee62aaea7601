# SPDX-License-Identifier: Apache-2.0
"""A document as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.
Everything that a document says is escaped."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from bfd_fastpath.bench.document import Document, Row
from bfd_fastpath.bench.report import tables
from bfd_fastpath.bench.report.plot import Plot
from bfd_fastpath.bench.report.plots import plots
from bfd_fastpath.bench.report.score import bar
from bfd_fastpath.bench.report.style import PAGE
from bfd_fastpath.bench.report.tables import Cell
from bfd_fastpath.bench.report.words import about, heading, shortened


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
    when = document.started[:16].replace("T", " ")
    took = tables.lasted(document.seconds)
    yield f'<p class="soft"><code>{escape(document.command)}</code>, {escape(when)} UTC, {took}</p>'
    yield f'<p class="lede">{escape(_lede(document))}</p>'
    if document.noise.verdict != "quiet":
        yield f'<p class="notice" role="note">{escape(tables.noise(document))}</p>'
    yield from _share(document)
    yield _contents(document)
    yield from _goals(document)
    for suite, measured in document.suites.items():
        yield from _suite(suite, measured, [one for one in drawn if one.suite == suite])
    if document.skipped:
        yield '<h2 id="skipped">Not measured</h2>'
        rest = [
            (Cell(heading(one.suite)), Cell(one.what), Cell(one.why), Cell(one.install, "code"))
            for one in document.skipped
        ]
        yield _table(("Suite", "What", "Why", "What helps"), rest)
    yield '<h2 id="machine">The machine</h2>'
    yield _table((), [(Cell(name), Cell(text)) for name, text in tables.machine(document)])
    yield f"<p>{escape(tables.noise(document))}</p>"
    yield from _doctor(document.machine.get("doctor"))


def _lede(document: Document) -> str:
    rows = sum(len(measured) for measured in document.suites.values())
    words = [f"{rows} row{'' if rows == 1 else 's'} on {tables.in_short(document)}"]
    if document.noise.verdict == "quiet":
        words.append("which was quiet")
    doctor = document.machine.get("doctor")
    if isinstance(doctor, dict) and "score" in doctor:
        words.append(f"to which bfd-fastpath doctor gives {doctor['score']} of 100")
    return f"{', '.join(words)}."


def _share(document: Document) -> Iterator[str]:
    """Goals at a glance."""
    counts = tables.counts(document)
    if not any(count for count, _, _ in counts):
        return
    parts = "".join(f'<i class="{kind}" style="flex:{count}"></i>' for count, _, kind in counts if count)
    yield f'<div class="share" aria-hidden="true">{parts}</div>'
    items = "".join(
        f'<li><b class="{kind}">{count}</b>{"goals " if kind != "open" else ""}{text}</li>'
        for count, text, kind in counts
    )
    yield f'<ul class="facts">{items}</ul>'


def _contents(document: Document) -> str:
    places = [("goals", "Goals")] if tables.goals(document) else []
    places += [(f"suite-{name}", heading(name)) for name in document.suites]
    places += [("skipped", "Not measured")] if document.skipped else []
    places.append(("machine", "The machine"))
    links = "".join(f'<a href="#{escape(place)}">{escape(text)}</a>' for place, text in places)
    return f'<nav aria-label="Contents">{links}</nav>'


def _goals(document: Document) -> Iterator[str]:
    """Each with a bar that says how far it is from its goal."""
    by_suite = {
        suite: [row for row in rows if row.goal is not None] for suite, rows in document.suites.items()
    }
    if not any(by_suite.values()):
        return
    yield '<h2 id="goals">Goals</h2>'
    scale = "<span><i>0.1 x</i><i>goal</i><i>10 x</i></span>"
    head = "".join(
        f'<th scope="col"{kind}>{text}</th>'
        for kind, text in (
            ("", ""),
            ("", "Row"),
            (' class="scale"', scale),
            (" class=n", "Ours"),
            (" class=n", "Asked"),
        )
    )
    body = "".join(
        f'<tr class="group"><th colspan="5" scope="rowgroup">{escape(heading(suite))}</th></tr>'
        f"{''.join(_goal_lines(rows))}"
        for suite, rows in by_suite.items()
        if rows
    )
    yield _framed(head, body, "goals")


def _goal_lines(rows: Sequence[Row]) -> Iterator[str]:
    names, common = shortened([row.name for row in rows])
    for name, row in zip(names, rows, strict=True):
        text = row.goal.text if row.goal is not None else ""
        what = f'<td title="{escape(common)}">{escape(name)}<small>{escape(text)}</small></td>'
        cells = _cell(Cell(tables.ours(row), "n")), _cell(Cell(tables.asked(row), "n"))
        yield f"<tr>{_cell(tables.verdict(row))}{what}<td>{bar(row)}</td>{''.join(cells)}</tr>"


def _suite(suite: str, rows: Sequence[Row], drawn: Sequence[Plot]) -> Iterator[str]:
    code = f"<code>{escape(suite)}</code>" if heading(suite) != suite else ""
    yield f'<h2 id="suite-{escape(suite)}">{escape(heading(suite))}{code}</h2>'
    if about(suite):
        yield f'<p class="soft">{escape(about(suite))}</p>'
    if not rows:
        yield '<p class="soft">Nothing was measured.</p>'
        return
    for plot in drawn:
        yield f"<h3>{escape(plot.picture.title)}</h3>"
        yield (
            f"<figure><div>{plot.picture.inline()}</div><figcaption>{escape(plot.caption)}</figcaption></figure>"
        )
    yield f"<details{'' if drawn else ' open'}><summary>The figures as a table</summary>"
    yield _table(tables.headers(rows), tables.lines(rows), "figures")
    yield "</details>"
    if doubts := tables.doubts(rows):
        items = "".join(f"<li>{escape(one)}</li>" for one in doubts)
        count = f"{len(doubts)} row{'' if len(doubts) == 1 else 's'} without a verdict, and why"
        yield f"<details><summary>{count}</summary><ul>{items}</ul></details>"


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


def _table(headers: Sequence[str], lines: Iterable[Sequence[Cell]], kind: str = "") -> str:
    every = [tuple(line) for line in lines]
    right = [bool(every) and all(line[place].kind == "n" for line in every) for place in range(len(headers))]
    head = "".join(
        f'<th scope="col"{" class=n" if number else ""}>{escape(text)}</th>'
        for text, number in zip(headers, right, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in every)
    return _framed(head, body, kind)


def _framed(head: str, body: str, kind: str) -> str:
    """A table that scrolls by itself where the page is narrow."""
    named = f' class="{kind}"' if kind else ""
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f'<div class="scroll"><table{named}>{top}<tbody>{body}</tbody></table></div>'


def _cell(cell: Cell) -> str:
    if cell.kind == "code":
        return f"<td><code>{escape(cell.text)}</code></td>"
    kind = f' class="{cell.kind}"' if cell.kind else ""
    return f"<td{kind}>{escape(cell.text)}</td>"
