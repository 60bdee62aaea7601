# SPDX-License-Identifier: Apache-2.0
"""Where a far end listens: ADDRESS or ADDRESS:PORT, and [ADDRESS]:PORT in IPv6."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

PORT: Final = 17784


@dataclass(frozen=True, slots=True)
class Place:
    address: IPv4Address | IPv6Address
    port: int = PORT

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if self.address.version == 6 else socket.AF_INET

    def __str__(self) -> str:
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{host}:{self.port}"


def place(text: str) -> Place:
    """ValueError in words for people."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        colon, port = rest[:1], rest[1:]
        good = closed == "]" and colon in ("", ":")
    elif text.count(":") == 1:
        host, colon, port = text.partition(":")
        good = True
    else:
        host, colon, port, good = text, "", "", True
    try:
        address = ip_address(host)
    except ValueError:
        good = False
    if colon:
        good = good and port.isdecimal() and port.isascii() and len(port) < 6 and 0 < int(port) < 1 << 16
    if not good:
        raise ValueError(f"{text!r} is no address: write 192.0.2.1, 192.0.2.1:{PORT} or [::1]:{PORT}")
    return Place(address, int(port)) if colon else Place(address)
