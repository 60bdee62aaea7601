# SPDX-License-Identifier: Apache-2.0
"""docs/malformed.md keeps its word: its table is the program's list."""

from tests.docs.malformed_page import PAGE, table, written


def test_the_table_is_the_list_of_faults() -> None:
    page = PAGE.read_text("utf-8")
    assert table() in page, "run python -m tests.docs.malformed_page"
    assert written(page) == page
