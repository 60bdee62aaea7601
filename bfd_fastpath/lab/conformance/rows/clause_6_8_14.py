# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.8.14 to 6.8.18: the rest of what may happen to a session."""

from bfd_fastpath.lab.conformance.row import Need, must, should

ROWS = (
    must(134, "6.8.14", "the peer demands no longer: periodic packets flow again"),
    must(135, "6.8.15", "forwarding plane reset: diagnostic 4", Need.RESET),
    must(136, "6.8.15", "and Down", Need.RESET),
    must(137, "6.8.16", "enabled: Down; disabled: AdminDown with diagnostic 7", Need.ADMIN),
    should(138, "6.8.16", "AdminDown is said for a Detection Time at least", Need.ADMIN),
    must(
        139, "6.8.17", "a concatenated path fails while the peer demands: a Poll tells it", Need.CONCATENATED
    ),
    must(140, "6.8.18", "the state of a session that is down is kept until a Detection Time of silence"),
    should(141, "6.8.18", "after that the peer's Required Min RX is taken to be 1 again"),
)
