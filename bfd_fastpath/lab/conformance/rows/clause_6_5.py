# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.5 and 6.6: Poll Sequences, Demand mode."""

from bfd_fastpath.lab.conformance.row import Need, must

ROWS = (
    must(7, "6.5", "P and F are never set in one packet"),
    must(8, "6.5", "while packets flow periodically, a Poll rides on the scheduled ones"),
    must(9, "6.5", "and no packet more is sent for it"),
    must(
        10, "6.6", "D is set only while the session is Up here and was last heard to be Up there", Need.DEMAND
    ),
    must(11, "6.6", "a change of the D bit starts a Poll Sequence", Need.DEMAND),
    must(12, "6.6", "while Demand is active, any change but of P and F starts a Poll Sequence", Need.TIMERS),
)
