# SPDX-License-Identifier: Apache-2.0
"""Ethernet, IP and UDP round the packets of the suite: made from their parts, and taken apart again."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_TYPE_4: Final = b"\x08\x00"
_TYPE_6: Final = b"\x86\xdd"
_UDP: Final = 17
#: RFC 5881 5.
TTL: Final = 255
_CS6: Final = 0xC0


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram in its frame."""

    source_mac: bytes
    destination_mac: bytes
    source: Address
    destination: Address
    source_port: int
    destination_port: int
    payload: bytes
    ttl: int = TTL

    def __bytes__(self) -> bytes:
        version = self.source.version
        length = 8 + len(self.payload)
        pseudo = self.source.packed + self.destination.packed + bytes((0, _UDP)) + length.to_bytes(2, "big")
        ports = self.source_port.to_bytes(2, "big") + self.destination_port.to_bytes(2, "big")
        head = ports + length.to_bytes(2, "big")
        summed = checksum(pseudo + head + b"\0\0" + self.payload)
        if summed == b"\0\0":
            summed = b"\xff\xff"
        network = self._ip4(length) if version == 4 else self._ip6(length)
        link = self.destination_mac + self.source_mac + (_TYPE_4 if version == 4 else _TYPE_6)
        return link + network + head + summed + self.payload

    def _ip4(self, length: int) -> bytes:
        start = bytes((0x45, _CS6)) + (20 + length).to_bytes(2, "big") + b"\0\0\x40\0"
        middle = bytes((self.ttl, _UDP))
        addresses = self.source.packed + self.destination.packed
        return start + middle + checksum(start + middle + b"\0\0" + addresses) + addresses

    def _ip6(self, length: int) -> bytes:
        start = bytes((0x60 | _CS6 >> 4, _CS6 << 4 & 0xFF, 0, 0)) + length.to_bytes(2, "big")
        return start + bytes((_UDP, self.ttl)) + self.source.packed + self.destination.packed


def datagram(frame: bytes) -> Datagram | None:
    """The UDP datagram in an untagged frame; None where it is something else, a fragment, or cut short."""
    kind, octets = frame[12:14], frame[14:]
    if kind == _TYPE_4 and len(octets) >= 20:
        head = 4 * (octets[0] & 15)
        if octets[9] != _UDP or int.from_bytes(octets[6:8], "big") & 0x3FFF:
            return None
        ttl, source, destination = octets[8], octets[12:16], octets[16:20]
        octets = octets[: int.from_bytes(octets[2:4], "big")]
    elif kind == _TYPE_6 and len(octets) >= 40:
        head = 40
        if octets[6] != _UDP:
            return None
        ttl, source, destination = octets[7], octets[8:24], octets[24:40]
        octets = octets[: 40 + int.from_bytes(octets[4:6], "big")]
    else:
        return None
    udp = octets[head:]
    length = int.from_bytes(udp[4:6], "big")
    if not 8 <= length <= len(udp):
        return None
    return Datagram(
        source_mac=frame[6:12],
        destination_mac=frame[:6],
        source=ip_address(source),
        destination=ip_address(destination),
        source_port=int.from_bytes(udp[:2], "big"),
        destination_port=int.from_bytes(udp[2:4], "big"),
        payload=udp[8:length],
        ttl=ttl,
    )


def checksum(octets: bytes) -> bytes:
    """RFC 1071."""
    padded = octets + b"\0" if len(octets) % 2 else octets
    total = sum(int.from_bytes(padded[i : i + 2], "big") for i in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (total ^ 0xFFFF).to_bytes(2, "big")
