# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.1, 6.3 and 6.4: roles, discriminators, intervals that are advertised."""

from bfd_fastpath.lab.conformance.row import Need, must, should

ROWS = (
    must(1, "6.1", "an active end sends control packets whether or not it has heard any", Need.RESTART),
    must(
        2, "6.1", "a passive end says nothing for a session before it has heard a packet for it", Need.PASSIVE
    ),
    must(
        3, "6.1", "at least one of the two ends is active; over one hop both are (RFC 5881 3)", Need.RESTART
    ),
    must(4, "6.3", "each session has an opaque discriminator of its own, and keeps it", Need.RESTART),
    must(5, "6.3", "no two sessions of a system have the same discriminator", Need.SECOND),
    should(6, "6.4", "the intervals advertised for reception can be sustained"),
)
