# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.7.4: keyed and meticulous keyed SHA1."""

from bfd_fastpath.lab.conformance.row import Need, must, should
from bfd_fastpath.lab.conformance.rows.unseen import IN_CONFIGURATION

ROWS = (
    must(48, "6.7.4", "sent with Auth Type 4, or 5 where meticulous", Need.SHA1),
    must(49, "6.7.4", "sent with Auth Len 28", Need.SHA1),
    must(50, "6.7.4", "sent with the ID of the key in use", Need.SHA1),
    must(51, "6.7.4", "sent with the sequence number that stands (bfd.XmitAuthSeq)", Need.SHA1),
    must(
        52,
        "6.7.4",
        "sent: the key, padded with zeros, stands in the hash field while it is computed",
        Need.SHA1,
    ),
    must(53, "6.7.4", "a key may be typed as ASCII", unseen=IN_CONFIGURATION),
    should(54, "6.7.4", "and any octets as hexadecimal digits", unseen=IN_CONFIGURATION),
    must(55, "6.7.4", "sent: the hash covers the whole control packet", Need.SHA1),
    must(56, "6.7.4", "sent: the hash stands in its field", Need.SHA1),
    must(57, "6.7.4", "sent: the key itself never does", Need.SHA1),
    should(58, "6.7.4", "keyed: the sequence number grows when the content changes", Need.SHA1),
    must(59, "6.7.4", "meticulous: the sequence number grows by one with each packet", Need.METICULOUS_SHA1),
    must(60, "6.7.4", "received without a section, or of another type: discarded", Need.SHA1),
    must(61, "6.7.4", "received with an unknown key ID: discarded", Need.SHA1),
    must(62, "6.7.4", "received with another Auth Len than 28: discarded", Need.SHA1),
    must(
        63,
        "6.7.4",
        "keyed: a sequence number below the last, or 3 x Detect Mult beyond, is discarded",
        Need.SHA1,
    ),
    must(64, "6.7.4", "meticulous: so is the last one itself", Need.METICULOUS_SHA1),
    must(
        65, "6.7.4", "the first sequence number heard is known, and later ones are measured by it", Need.SHA1
    ),
    must(66, "6.7.4", "received with the right hash: accepted", Need.SHA1),
    must(67, "6.7.4", "received with another hash: discarded", Need.SHA1),
)
