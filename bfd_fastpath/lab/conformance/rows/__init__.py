# SPDX-License-Identifier: Apache-2.0
"""The 141 rows, by number."""

from typing import Final

from bfd_fastpath.lab.conformance.row import Row
from bfd_fastpath.lab.conformance.rows import (
    clause_6_1,
    clause_6_5,
    clause_6_7_1,
    clause_6_7_2,
    clause_6_7_3,
    clause_6_7_4,
    clause_6_8_1,
    clause_6_8_3,
    clause_6_8_4,
    clause_6_8_6,
    clause_6_8_7,
    clause_6_8_8,
    clause_6_8_14,
)

_CLAUSES: Final = (
    clause_6_1,
    clause_6_5,
    clause_6_7_1,
    clause_6_7_2,
    clause_6_7_3,
    clause_6_7_4,
    clause_6_8_1,
    clause_6_8_3,
    clause_6_8_4,
    clause_6_8_6,
    clause_6_8_7,
    clause_6_8_8,
    clause_6_8_14,
)
#: By number, ascending.
ROWS: Final[dict[int, Row]] = {row.number: row for clause in _CLAUSES for row in clause.ROWS}
