# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.8.3: timers that change."""

from bfd_fastpath.lab.conformance.row import Need, must, should

ROWS = (
    must(83, "6.8.3", "a change of Desired Min TX or Required Min RX starts a Poll Sequence", Need.TIMERS),
    must(
        84, "6.8.3", "Up, Desired Min TX raised: packets keep their interval until the Poll ends", Need.TIMERS
    ),
    must(85, "6.8.3", "Up, Required Min RX lowered: so does the Detection Time", Need.TIMERS),
    must(86, "6.8.3", "while not Up, Desired Min TX is at least a second"),
    must(87, "6.8.3", "the peer's Required Min RX lowered: the shorter interval counts at once"),
    must(88, "6.8.3", "and a packet that is overdue by it goes as soon as can be"),
    should(89, "6.8.3", "while Echo is active, Required Min RX is at least a second", Need.ECHO),
    must(90, "6.8.3", "every other change of a timer counts at once", Need.TIMERS),
    must(91, "6.8.3", "a Poll after a Poll waits for a packet without F, or for a round trip", Need.TIMERS),
)
