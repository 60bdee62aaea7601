# SPDX-License-Identifier: Apache-2.0
"""Frames as octets: what link they were captured on, where their IP header is, what they are to a router."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

Address = IPv4Address | IPv6Address

ETHERNET: Final = 1
#: Links without Ethernet header, by LINKTYPE number: octets before the packet, and where in them its type is.
_OTHER_LINKS: Final = {
    12: (0, None),
    14: (0, None),
    101: (0, None),
    228: (0, None),
    229: (0, None),
    113: (16, 14),
    276: (20, 0),
}
#: Of whoever sent a packet whose link header is not Ethernet's.
_SOMEBODY: Final = bytes.fromhex("0200000000fe")
_VLAN: Final = b"\x81\x00"
TYPE_4: Final = b"\x08\x00"
TYPE_6: Final = b"\x86\xdd"
_FAMILIES: Final = {TYPE_4: 4, TYPE_6: 6}
_HEADERS: Final = {0: 0, 4: 20, 6: 40}
ARP: Final = b"\x08\x06"
_ICMP6: Final = 58
_SOLICITATION: Final = 135
_REQUEST: Final = b"\0\x01"


@dataclass(frozen=True, slots=True)
class Look:
    """Where things are in an Ethernet frame."""

    #: 0: untagged.
    vlan: int
    #: Where the packet begins.
    at: int
    #: 4, 6 or 0: no IP, or cut off in its header.
    version: int
    #: By the Ethernet type alone.
    family: int


def ethernet(link_type: int, octets: bytes, mac: bytes) -> bytes | None:
    """A captured frame as an Ethernet frame; of another link it is to `mac`. None: of a link not read."""
    if link_type == ETHERNET:
        return octets
    if link_type not in _OTHER_LINKS:
        return None
    length, type_at = _OTHER_LINKS[link_type]
    if type_at is not None:
        kind = octets[type_at : type_at + 2]
    else:
        kind = TYPE_6 if octets[:1] and octets[0] >> 4 == 6 else TYPE_4
    return mac + _SOMEBODY + kind + octets[length:]


def look(frame: bytes) -> Look:
    tagged = frame[12:14] == _VLAN
    at = 18 if tagged else 14
    vlan = int.from_bytes(frame[14:16], "big") & 0xFFF if tagged else 0
    family = _FAMILIES.get(frame[at - 2 : at], 0)
    return Look(vlan, at, family if len(frame) >= at + _HEADERS[family] else 0, family)


def source(frame: bytes, seen: Look) -> bytes:
    """The source address; of ARP the sender's; empty where there is none."""
    at = seen.at
    if seen.version == 4:
        return frame[at + 12 : at + 16]
    if seen.version == 6:
        return frame[at + 8 : at + 24]
    return frame[at + 14 : at + 18] if frame[at - 2 : at] == ARP else b""


def destination(frame: bytes, seen: Look) -> bytes:
    at = seen.at
    return (
        frame[at + 16 : at + 20]
        if seen.version == 4
        else frame[at + 24 : at + 40]
        if seen.version == 6
        else b""
    )


def packet(frame: bytes, seen: Look) -> bytes:
    """The IP packet without what the link put behind it."""
    octets = frame[seen.at :]
    if seen.version == 4:
        return octets[: max(int.from_bytes(octets[2:4], "big"), 20)]
    return octets[: 40 + int.from_bytes(octets[4:6], "big")]


def essence(frame: bytes, seen: Look) -> bytes:
    """The IP packet without what a router changes in it."""
    octets = packet(frame, seen)
    if seen.version == 4:
        return octets[:8] + octets[9:10] + octets[12:]
    return octets[:7] + octets[8:]


def asks(frame: bytes) -> bool:
    """Whether it is an ARP request or a neighbour solicitation."""
    seen = look(frame)
    octets = frame[seen.at :]
    if seen.version == 6:
        return octets[6] == _ICMP6 and octets[40:41] == bytes([_SOLICITATION])
    return frame[seen.at - 2 : seen.at] == ARP and octets[6:8] == _REQUEST


def icmp(frame: bytes, seen: Look) -> tuple[int, int] | None:
    """Type and code of ICMP or ICMPv6."""
    octets = frame[seen.at :]
    if seen.version == 4 and octets[9] == 1:
        at = 4 * (octets[0] & 15)
    elif seen.version == 6 and octets[6] == _ICMP6:
        at = 40
    else:
        return None
    return (octets[at], octets[at + 1]) if len(octets) >= at + 2 else None
