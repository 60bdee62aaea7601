# SPDX-License-Identifier: Apache-2.0
"""Rows of RFC 5880 6.7 and 6.7.1: authentication at large."""

from bfd_fastpath.lab.conformance.row import Need, must, should

ROWS = (
    must(13, "6.7", "who authenticates at all can do both kinds of SHA1", Need.SHA1, Need.METICULOUS_SHA1),
    should(14, "6.7.1", "authentication that packets switch on or off does so once at most", Need.MD5),
    should(15, "6.7.1", "otherwise no packet changes whether authentication is in use", Need.MD5),
)
