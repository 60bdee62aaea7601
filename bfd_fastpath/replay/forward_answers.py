# SPDX-License-Identifier: Apache-2.0
"""The answers of neighbours that a capture does not have: ARP replies and neighbour advertisements, with MAC
addresses that are made of the IP addresses. It sends nothing.
"""

from __future__ import annotations

import zlib
from typing import Final

_VLAN: Final = b"\x81\x00"
_ARP: Final = b"\x08\x06"
_IP6: Final = b"\x86\xdd"
_REQUEST: Final = bytes.fromhex("0001080006040001")
_REPLY: Final = bytes.fromhex("0001080006040002")
_ICMP6: Final = 58
_SOLICITATION: Final = 135
#: Solicited, and instead of what was known (RFC 4861 4.4).
_ADVERTISEMENT: Final = bytes.fromhex("8800000060000000")


def made_mac(address: bytes) -> bytes:
    """The MAC address of whoever has an IP address of 4 or 16 octets: locally administered, ever the same."""
    return b"\x02" + bytes([len(address)]) + zlib.crc32(address).to_bytes(4, "big")


def answer(frame: bytes) -> bytes | None:
    """What the neighbour whom a frame asks for would say; None where it asks for nobody."""
    at = 18 if frame[12:14] == _VLAN else 14
    kind, asked = frame[at - 2 : at], frame[at:]
    if kind == _ARP and asked[:8] == _REQUEST and len(asked) >= 28 and asked[14:18] != asked[24:28]:
        mac = made_mac(asked[24:28])
        return frame[6:12] + mac + frame[12:at] + _REPLY + mac + asked[24:28] + asked[8:18]
    if (
        kind == _IP6
        and len(asked) >= 64
        and asked[6] == _ICMP6
        and asked[40] == _SOLICITATION
        and any(asked[8:24])
    ):
        return frame[6:12] + made_mac(asked[48:64]) + frame[12:at] + _advertisement(asked[8:24], asked[48:64])
    return None


def _advertisement(asker: bytes, target: bytes) -> bytes:
    body = _ADVERTISEMENT + target + b"\x02\x01" + made_mac(target)
    pseudo = target + asker + len(body).to_bytes(4, "big") + bytes([0, 0, 0, _ICMP6])
    total = sum(int.from_bytes((pseudo + body)[i : i + 2], "big") for i in range(0, len(pseudo + body), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    body = body[:2] + (total ^ 0xFFFF).to_bytes(2, "big") + body[4:]
    return b"\x60\0\0\0" + len(body).to_bytes(2, "big") + bytes([_ICMP6, 255]) + target + asker + body
