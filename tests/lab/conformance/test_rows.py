# SPDX-License-Identifier: Apache-2.0
"""The checklist as data: every row once, and a scene for every row that packets can show."""

from bfd_fastpath.lab.conformance.row import Level, Need
from bfd_fastpath.lab.conformance.rows import ROWS
from bfd_fastpath.lab.conformance.scenes import SCRIPTS

UNSEEN = {20, 21, 32, 33, 53, 54, 70, 78}
SHOULD = {6, 14, 15, 21, 33, 37, 54, 58, 72, 89, 127, 138, 141}


def test_there_are_the_141_rows_in_order():
    assert list(ROWS) == list(range(1, 142))
    assert {number for number, row in ROWS.items() if row.level is Level.SHOULD} == SHOULD


def test_clauses_ascend_with_the_rows():
    clauses = [tuple(map(int, row.clause.split("."))) for row in ROWS.values()]
    assert clauses == sorted(clauses)
    assert all(clause[0] == 6 for clause in clauses)


def test_no_two_rows_of_a_clause_say_the_same():
    said = [(row.clause, row.text) for row in ROWS.values()]
    assert len(said) == len(set(said))


def test_every_row_that_can_be_seen_has_a_scene_and_no_other_has():
    shown = {number for script in SCRIPTS for number in script.rows}
    assert shown == set(ROWS) - UNSEEN
    assert {number for number, row in ROWS.items() if row.unseen} == UNSEEN


def test_a_scene_may_be_played_wherever_one_of_its_rows_applies():
    """A row that needs nothing has a scene without needs of its own."""
    for number, row in ROWS.items():
        if not row.unseen:
            assert any(number in script.rows and set(script.needs) <= set(row.needs) for script in SCRIPTS), (
                number
            )


def test_scenes_have_names_of_their_own():
    names = [script.name for script in SCRIPTS]
    assert len(names) == len(set(names))


def test_every_need_is_some_rows():
    needed = {need for row in ROWS.values() for need in row.needs}
    assert needed == set(Need)
