# SPDX-License-Identifier: Apache-2.0
"""What goes over each cable: addresses of its two ends, routes, and destinations, one in each route."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

ROUTES: Final = 1024
#: Octets of a frame, by family: a source that numbers and stamps its packets needs so many.
LEAST: Final = {4: 64, 6: 84}


@dataclass(frozen=True, slots=True)
class Wire:
    """The same on every cable, for nothing leaves it."""

    family: int
    router: Address
    source: Address
    #: Octets of the link's prefix, in bits.
    length: int
    #: That of the routes is so much longer that there are ROUTES of them.
    networks: Network

    def routes(self) -> list[Network]:
        return list(self.networks.subnets(ROUTES.bit_length() - 1))

    def destinations(self) -> list[Address]:
        return [network.network_address + 1 for network in self.routes()]

    def nlri(self) -> bytes:
        """As BGP has them: the length, and the octets it needs."""
        return b"".join(
            bytes((one.prefixlen,)) + one.network_address.packed[: -(-one.prefixlen // 8)]
            for one in self.routes()
        )


#: RFC 2544 and RFC 5180 have the networks.
WIRES: Final = {
    4: Wire(4, IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"), 24, IPv4Network("198.18.0.0/15")),
    6: Wire(6, IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2"), 64, IPv6Network("2001:2::/48")),
}
