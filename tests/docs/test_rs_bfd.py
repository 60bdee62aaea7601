# SPDX-License-Identifier: Apache-2.0
"""docs/rs-bfd.md keeps its word: each of the draft's gaps and each rule has tests, and they are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "rs-bfd.md").read_text("utf-8")
GAPS, RULES = 11, 7
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def rows(title: str) -> list[str]:
    section = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


def functions(path: str) -> set[str]:
    """The tests of a file that run: those at its top."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("title", "count"), [("Gaps", GAPS), ("Rules", RULES)])
def test_each_row_names_tests(title: str, count: int) -> None:
    assert len(rows(title)) == count
    for row in rows(title):
        assert re.search(r"::test_\w+`", row), row


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_the_named_tests_are_there(path: str) -> None:
    assert {name for file, name in NAMED if file == path} - functions(path) == set()
