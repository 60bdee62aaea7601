# SPDX-License-Identifier: Apache-2.0
"""The rules of RFC 5880 section 6 as a suite that any BFD speaker can be held against: a scripted far end,
and a verdict for every row of the checklist from the packets that crossed the wire.
"""
