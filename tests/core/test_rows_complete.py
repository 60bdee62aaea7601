# SPDX-License-Identifier: Apache-2.0
"""Every row of the RFC 5880 checklist that is to be covered has a test which names it, here or, for what the operator may
write, in tests/config."""

import ast
import re
from pathlib import Path

TO_BE_COVERED = {
    *range(1, 142),
}


def rows_named(source: str) -> set[int]:
    """Numbers in the names of functions test_row_NNN[_NNN...]_what_it_says."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and (
            match := re.match(r"test_row((?:_\d{3})+)_[a-z]", node.name)
        ):
            found |= {int(row) for row in match.group(1).split("_")[1:]}
    return found


def test_every_row_to_be_covered_has_a_test() -> None:
    named: set[int] = set()
    tests = Path(__file__).parents[1]
    for path in [*tests.glob("core/test_rows_*.py"), *tests.glob("config/test_rows_*.py")]:
        named |= rows_named(path.read_text())
    assert TO_BE_COVERED - named == set()


def test_a_name_without_words_or_a_row_in_passing_does_not_count() -> None:
    source = "def test_row_001(): ...\ndef test_not_row_002_x(): ...\ndef test_row_003_004_x(): ...\n"
    assert rows_named(source) == {3, 4}
