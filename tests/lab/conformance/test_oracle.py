# SPDX-License-Identifier: Apache-2.0
"""The oracle held against the checklist: it states the rules apart from the engine, and what it speaks of it keeps."""

from bfd_fastpath.lab.conformance import suite
from bfd_fastpath.lab.conformance.row import Result
from tests.lab.conformance.oracle import Oracle


def test_the_oracle_keeps_every_rule_that_applies():
    report = suite.run(Oracle())
    failed = {one.row.number: one.evidence for one in report.rows if one.result is Result.FAIL}
    assert failed == {}
    assert sum(one.result is Result.PASS for one in report.rows) >= 70
