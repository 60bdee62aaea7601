# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.8.1: state variables."""

from bfd_fastpath.lab.conformance.row import Need, must, should

ROWS = (
    must(68, "6.8.1", "a session's state is kept for a Detection Time after the last packet, whatever it is"),
    must(69, "6.8.1", "a session starts Down", Need.RESTART),
    must(
        70,
        "6.8.1",
        "and takes its peer to be Down",
        unseen="nothing sent depends on it before the first packet heard overwrites it",
    ),
    must(71, "6.8.1", "its discriminator is not 0, and no other session's", Need.RESTART),
    should(72, "6.8.1", "its discriminator is random", Need.RESTART),
    must(73, "6.8.1", "the peer's discriminator starts as 0", Need.RESTART),
    must(74, "6.8.1", "and becomes 0 again after a Detection Time without a valid packet"),
    must(75, "6.8.1", "the diagnostic starts as 0", Need.RESTART),
    must(76, "6.8.1", "Desired Min TX starts at a second or more", Need.RESTART),
    must(77, "6.8.1", "the peer's Required Min RX is taken to be 1 microsecond at first", Need.RESTART),
    must(
        78,
        "6.8.1",
        "the peer is taken not to demand at first",
        unseen="it counts only while Up, and the packets that lead there overwrite it",
    ),
    must(79, "6.8.1", "Detect Mult is not 0", Need.RESTART),
    must(
        80, "6.8.1", "the first authentication sequence number is random", Need.RESTART, Need.METICULOUS_MD5
    ),
    must(
        81, "6.8.1", "no sequence number of the peer's is known at first", Need.RESTART, Need.METICULOUS_MD5
    ),
    must(82, "6.8.1", "and none any more after two Detection Times of silence", Need.METICULOUS_MD5),
)
