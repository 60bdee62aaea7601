# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.7.3: keyed and meticulous keyed MD5."""

from bfd_fastpath.lab.conformance.row import Need, must, should
from bfd_fastpath.lab.conformance.rows.unseen import IN_CONFIGURATION

ROWS = (
    must(27, "6.7.3", "sent with Auth Type 2, or 3 where meticulous", Need.MD5),
    must(28, "6.7.3", "sent with Auth Len 24", Need.MD5),
    must(29, "6.7.3", "sent with the ID of the key in use", Need.MD5),
    must(30, "6.7.3", "sent with the sequence number that stands (bfd.XmitAuthSeq)", Need.MD5),
    must(
        31,
        "6.7.3",
        "sent: the key, padded with zeros, stands in the digest field while it is computed",
        Need.MD5,
    ),
    must(32, "6.7.3", "a key may be typed as ASCII", unseen=IN_CONFIGURATION),
    should(33, "6.7.3", "and any octets as hexadecimal digits", unseen=IN_CONFIGURATION),
    must(34, "6.7.3", "sent: the digest covers the whole control packet", Need.MD5),
    must(35, "6.7.3", "sent: the digest stands in its field", Need.MD5),
    must(36, "6.7.3", "sent: the key itself never does", Need.MD5),
    should(37, "6.7.3", "keyed: the sequence number grows when the content changes", Need.MD5),
    must(38, "6.7.3", "meticulous: the sequence number grows by one with each packet", Need.METICULOUS_MD5),
    must(39, "6.7.3", "received without a section, or of another type: discarded", Need.MD5),
    must(40, "6.7.3", "received with an unknown key ID: discarded", Need.MD5),
    must(41, "6.7.3", "received with another Auth Len than 24: discarded", Need.MD5),
    must(
        42,
        "6.7.3",
        "keyed: a sequence number below the last, or 3 x Detect Mult beyond, is discarded",
        Need.MD5,
    ),
    must(43, "6.7.3", "meticulous: so is the last one itself", Need.METICULOUS_MD5),
    must(44, "6.7.3", "the first sequence number heard is known from then on", Need.MD5),
    must(45, "6.7.3", "and later ones are measured by it", Need.MD5),
    must(46, "6.7.3", "received with the right digest: accepted", Need.MD5),
    must(47, "6.7.3", "received with another digest: discarded", Need.MD5),
)
