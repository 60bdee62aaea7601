# SPDX-License-Identifier: Apache-2.0
"""Every behaviour that VPP's BFD suite checks is covered here, by what exists, or has a reason why it does not apply."""

import re
from pathlib import Path

import pytest

from bfd_fastpath.lab.conformance.rows import ROWS
from tests.lab.conformance.behaviours_of_vpp import ALL, Behaviour
from tests.lab.conformance.test_mutants import FAULTS

REPOSITORY = Path(__file__).parents[3]


def test_there_are_the_79():
    assert len(ALL) == 79


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.text)
def test_a_behaviour_is_covered_or_does_not_apply(one: Behaviour):
    assert bool(one.rows or one.tests) != bool(one.apart)
    assert all(not ROWS[row].unseen for row in one.rows)
    # A row counts because a fault that breaks it is noticed.
    assert set(one.rows) <= set(FAULTS)
    for named in one.tests:
        path, _, name = named.partition("::")
        text = (REPOSITORY / path).read_text()
        assert name
        assert re.search(rf"^(?:async )?def {name}\(", text, re.M), named
