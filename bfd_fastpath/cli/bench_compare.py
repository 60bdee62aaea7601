# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench compare A.json B.json`: what changed between two runs, and whether it is more than
noise."""

import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.options import json_option, print_json

if TYPE_CHECKING:
    from bfd_fastpath.bench.compare import Compared
    from bfd_fastpath.bench.document import Document

FILE = click.Path(dir_okay=False, path_type=Path)
_LEFT, _NAME, _MEDIANS = 11, 38, 27
_COLOURS = {"better": "green", "worse": "red"}


@click.command(
    epilog="""\b
The test: the ratio of the medians of the windows, B to A, and the interval that holds 99 % of 4,000 such
ratios with windows drawn again (bootstrap, fixed seed). Where both runs measured the same peers, divided by
what these did. A change is more than noise when the interval leaves out 1; fewer than five windows judge
nothing. Where figures are 0 or less, the difference of the medians is tested.

\b
Exit codes: 0 nothing got worse by more than noise; 1 something did; 2 a file is no document of a run.
"""
)
@click.argument("a", type=FILE)
@click.argument("b", type=FILE)
@json_option
def compare(a: Path, b: Path, as_json: bool) -> int:
    """Compare two runs, the files of --json, row by row."""
    first, second = read(a), read(b)
    if first is None or second is None:
        return exit_codes.BAD_INPUT
    from bfd_fastpath.bench import compare as room

    rows = room.compare(first, second)
    unlike = room.differences(first, second)
    worse = room.worse(rows)
    if as_json:
        print_json({"different": unlike, "worse": worse, "rows": [one.to_json() for one in rows]})
    else:
        for line in _lines(rows, unlike, worse):
            click.echo(line)
    return exit_codes.FAILED if worse else exit_codes.OK


def read(path: Path) -> "Document | None":
    """A document of a run; None, with the reason on stderr, where it is none."""
    from bfd_fastpath.bench.document import Document, DocumentError

    try:
        return Document.from_json(path.read_text("utf-8"))
    except (DocumentError, OSError, UnicodeDecodeError) as error:
        click.echo(f"bfd-fastpath: {path}: {error}", err=True)
        return None


def _lines(rows: "list[Compared]", unlike: list[str], worse: int) -> Iterator[str]:
    if unlike:
        yield "Not alike in both runs:"
        yield from (f"  {line}" for line in unlike)
        yield ""
    for suite, some in groupby(rows, key=lambda one: one.suite):
        yield click.style(suite, bold=True)
        for one in some:
            yield from _row(one)
    counts = ", ".join(
        f"{sum(one.change.value == kind for one in rows)} {kind}"
        for kind in sorted({r.change.value for r in rows})
    )
    yield ""
    yield f"{counts or 'no rows'}; {worse} worse by more than noise"


def _row(one: "Compared") -> Iterator[str]:
    """A row in a hundred columns: what it did, its medians, the ratio with its interval; more below it."""
    from bfd_fastpath.bench.report.numbers import number

    name, *rest = textwrap.wrap(one.name, _NAME) or [""]
    change = click.style(f"  {one.change.value:<9}", fg=_COLOURS.get(one.change.value))
    interval = "" if one.low is None or one.high is None else f" ({one.low:.2f} - {one.high:.2f})"
    ratio = "" if one.ratio is None else f"{one.ratio:.2f}{interval}"
    medians = " -> ".join("-" if value is None else number(value) for value in (one.a, one.b))
    yield f"{change}{name:<{_NAME}}  {f'{medians} {one.unit}':<{_MEDIANS}} {ratio}".rstrip()
    more = [*([] if one.peers is None else [f"peers {one.peers:.2f}"]), *([one.why] if one.why else [])]
    yield from (" " * _LEFT + text for text in rest)
    if more:
        yield " " * (_LEFT + 2) + ", ".join(more)
