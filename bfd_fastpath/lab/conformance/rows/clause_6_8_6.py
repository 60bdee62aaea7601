# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.8.6: reception."""

from bfd_fastpath.lab.conformance.row import Need, must

ROWS = (
    must(95, "6.8.6", "a received packet is treated in the order given"),
    must(96, "6.8.6", "one that is discarded has no effect at all"),
    must(97, "6.8.6", "another version than 1: discarded"),
    must(98, "6.8.6", "Length below 24, or below 26 with A: discarded"),
    must(99, "6.8.6", "Length beyond the UDP payload: discarded"),
    must(100, "6.8.6", "Detect Mult 0: discarded"),
    must(101, "6.8.6", "M set: discarded"),
    must(102, "6.8.6", "My Discriminator 0: discarded"),
    must(103, "6.8.6", "Your Discriminator, where it is not 0, says which session it is for"),
    must(104, "6.8.6", "and where there is no such session the packet is discarded"),
    must(105, "6.8.6", "Your Discriminator 0 in Init or Up: discarded"),
    must(106, "6.8.6", "Your Discriminator 0 in Down: the session is found by other fields"),
    must(107, "6.8.6", "A set where no authentication is in use: discarded"),
    must(108, "6.8.6", "A clear where authentication is in use: discarded", Need.MD5),
    must(109, "6.8.6", "A set where it is in use: authenticated as its type wants", Need.MD5),
    must(110, "6.8.6", "Required Min Echo RX 0 heard: Echo packets stop", Need.ECHO),
    must(111, "6.8.6", "F heard while polling: the Poll Sequence ends"),
    must(112, "6.8.6", "the peer demands, and both are Up: periodic packets stop"),
    must(113, "6.8.6", "otherwise they flow"),
    must(114, "6.8.6", "the state machine, fed by packets that were not discarded"),
)
