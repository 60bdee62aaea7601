# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.7.2: a simple password."""

from bfd_fastpath.lab.conformance.row import Need, must, should
from bfd_fastpath.lab.conformance.rows.unseen import IN_CONFIGURATION

ROWS = (
    must(16, "6.7.2", "every packet sent has the password and the key ID chosen", Need.SIMPLE),
    must(17, "6.7.2", "sent with Auth Type 1", Need.SIMPLE),
    must(18, "6.7.2", "sent with the right Auth Len, 4 to 19", Need.SIMPLE),
    must(19, "6.7.2", "a password has 1 to 16 octets", Need.SIMPLE),
    must(20, "6.7.2", "a password may be typed as ASCII", unseen=IN_CONFIGURATION),
    should(21, "6.7.2", "and any octets as hexadecimal digits", unseen=IN_CONFIGURATION),
    must(22, "6.7.2", "received without a section, or of another type: discarded", Need.SIMPLE),
    must(23, "6.7.2", "received with an unknown key ID: discarded", Need.SIMPLE),
    must(24, "6.7.2", "received with another Auth Len than the password's plus 3: discarded", Need.SIMPLE),
    must(25, "6.7.2", "received with another password: discarded", Need.SIMPLE),
    must(26, "6.7.2", "received with the right one: accepted", Need.SIMPLE),
)
