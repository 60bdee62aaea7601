# SPDX-License-Identifier: Apache-2.0
"""docs/conformance.md against the checklist and the program: every row, our engine's results as they are, and a reason for
each row that does not apply.
"""

import re

import pytest

from bfd_fastpath.cli.conformance import conformance
from bfd_fastpath.lab.conformance import suite
from bfd_fastpath.lab.conformance.own_engine import OwnEngine
from bfd_fastpath.lab.conformance.row import Result
from bfd_fastpath.lab.conformance.rows import ROWS
from tests.interop.conformance.table import PAGE, results

TEXT = PAGE.read_text()
CELL = {Result.PASS: "pass", Result.FAIL: "**fail**", Result.NOT_APPLICABLE: "-"}


def announced() -> set[int]:
    """Rows that the page says beforehand may be not applicable."""
    part = TEXT.split("## Rows that may be not applicable")[1].split("\n## ")[0]
    found: set[int] = set()
    for line in re.findall(r"^\| (\d.*?) \|", part, re.M):
        for first, last in re.findall(r"(\d+)(?: to (\d+))?", line):
            found |= set(range(int(first), int(last or first) + 1))
    return found


def test_the_table_has_every_row_as_the_suite_words_it():
    _, rows = results(TEXT)
    assert list(rows) == list(ROWS)
    for number, row in ROWS.items():
        assert rows[number][:3] == [row.clause, row.level.value, row.text]


def test_our_column_is_what_the_engine_does(eal):
    heads, rows = results(TEXT)
    assert heads[0] == "our engine"
    report = suite.run(OwnEngine())
    assert {one.row.number: CELL[one.result] for one in report.rows} == {n: row[3] for n, row in rows.items()}


@pytest.mark.parametrize("column", [1, 2])
def test_the_daemons_columns_are_results(column):
    heads, rows = results(TEXT)
    assert re.fullmatch(r"(FRR bfdd|BIRD) [\d.]+", heads[column])
    cells = {row[3 + column] for row in rows.values()}
    assert cells <= set(CELL.values())
    assert "pass" in cells


def test_a_row_that_does_not_apply_somewhere_was_announced():
    _, rows = results(TEXT)
    assert {number for number, row in rows.items() if "-" in row[3:]} <= announced()


def test_every_row_that_needs_something_was_announced():
    assert {number for number, row in ROWS.items() if row.needs or row.unseen} <= announced()


def test_the_page_names_every_option_of_a_target():
    options = {one.opts[0] for one in conformance.params}
    assert {"--driver", "--source", "--second-source", "--auth-key-file", "--pcap", "--rows"} <= options
    for option in re.findall(r"`(--[a-z-]+)", TEXT):
        assert option in options
