# SPDX-License-Identifier: Apache-2.0
"""UPDATE bodies made from loose parts, so that tests can break any one of them."""

ORIGIN = bytes.fromhex("40010100")
AS_PATH = bytes.fromhex("40020602010000fbf4")
NEXT_HOP = bytes.fromhex("400304c6336401")
MANDATORY = ORIGIN + AS_PATH + NEXT_HOP
PREFIX = bytes.fromhex("18cb0071")
"""203.0.113.0/24"""
MP_IPV6 = bytes.fromhex("800e1c00020110" + "20010db8000000000000000000000001" + "00" + "3020010db80001")
"""MP_REACH of 2001:db8:1::/48 through 2001:db8::1"""


def attribute(flags: int, kind: int, value: bytes) -> bytes:
    return bytes((flags | 0x10, kind)) + len(value).to_bytes(2, "big") + value


def body(attributes: bytes = MANDATORY, nlri: bytes = PREFIX, withdrawn: bytes = b"") -> bytes:
    head = len(withdrawn).to_bytes(2, "big") + withdrawn
    return head + len(attributes).to_bytes(2, "big") + attributes + nlri
