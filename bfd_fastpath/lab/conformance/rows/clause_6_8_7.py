# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.8.7: transmission."""

from bfd_fastpath.lab.conformance.row import Need, must, should

ROWS = (
    must(
        115, "6.8.7", "never more often than Desired Min TX and the peer's Required Min RX allow, less jitter"
    ),
    must(116, "6.8.7", "each interval is jittered by itself, by 25 % at most"),
    must(117, "6.8.7", "so that it is 75 to 100 % of what was negotiated"),
    must(118, "6.8.7", "with Detect Mult 1 at most 90 %", Need.MULTIPLIER),
    must(119, "6.8.7", "and at least 75 %", Need.MULTIPLIER),
    must(120, "6.8.7", "the interval follows Desired Min TX and the peer's Required Min RX"),
    must(121, "6.8.7", "a passive end that knows no discriminator of its peer sends nothing", Need.PASSIVE),
    must(122, "6.8.7", "the peer's Required Min RX is 0: nothing periodic is sent"),
    must(123, "6.8.7", "the peer demands, and no Poll is under way: nothing periodic is sent"),
    must(124, "6.8.7", "a Poll is answered at once by F without P, whatever else holds"),
    must(125, "6.8.7", "where answers are limited in rate, Desired Min TX is at least that limit"),
    must(126, "6.8.7", "no D unless Demand mode is wanted and both ends are Up"),
    should(127, "6.8.7", "a change of what packets say is sent without waiting for the interval"),
    must(128, "6.8.7", "each field of a packet is what the RFC says"),
)
