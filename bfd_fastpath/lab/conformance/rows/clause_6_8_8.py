# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.8.8 and 6.8.9: the Echo function."""

from bfd_fastpath.lab.conformance.row import Need, must

ROWS = (
    must(129, "6.8.8", "an Echo packet that comes back is counted for its session", Need.ECHO),
    must(130, "6.8.8", "missing ones are noticed", Need.ECHO),
    must(131, "6.8.9", "no Echo packet unless Up", Need.ECHO),
    must(132, "6.8.9", "none unless the peer's Required Min Echo RX is above 0", Need.ECHO),
    must(133, "6.8.9", "none faster than it allows", Need.ECHO),
)
