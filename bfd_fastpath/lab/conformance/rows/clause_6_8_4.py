# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.8.4 and 6.8.5: detection."""

from bfd_fastpath.lab.conformance.row import Need, must

ROWS = (
    must(92, "6.8.4", "silent for a Detection Time in Init or Up: Down with diagnostic 1"),
    must(
        93, "6.8.4", "demanding, a Poll unanswered for a Detection Time: Down with diagnostic 1", Need.DEMAND
    ),
    must(94, "6.8.5", "Echo packets that do not come back: Down with diagnostic 2", Need.ECHO),
)
