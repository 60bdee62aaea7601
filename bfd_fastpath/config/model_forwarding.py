# SPDX-License-Identifier: Apache-2.0
"""Forwarding and routes as checked records. Part of model.py, which has all the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from bfd_fastpath.config.addresses import Address, Network


class Rpf(StrEnum):
    """Reverse path check of source addresses (RFC 3704)."""

    OFF = "off"
    LOOSE = "loose"
    STRICT = "strict"


class SpecialNextHop(StrEnum):
    """RFC 8349's special-next-hop, as far as it drops."""

    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"


class RouteSource(StrEnum):
    """Who brings routes beside the configuration."""

    BGP = "bgp"
    KERNEL = "kernel"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Whether and how packets that are not for us are forwarded."""

    enabled: bool = False
    rpf: Rpf = Rpf.OFF
    icmp_error_rate: int = 1000
    """Errors a second at each port."""
    icmp_echo_rate: int = 1000
    icmp_source_ipv4: IPv4Address | None = None
    """Where errors come from, as long as it is a port's; None: an address on the link that they leave by."""
    icmp_source_ipv6: IPv6Address | None = None
    routes: tuple[RouteSource, ...] = (RouteSource.BGP,)
    max_next_hops: int = 4096
    max_ipv4_routes: int = 2_097_152
    max_ipv6_routes: int = 2_097_152
    route_memory_mib: int = 1024


@dataclass(frozen=True, slots=True)
class Via:
    """A next hop: a neighbour with the port and VLAN where it is, or one that other routes lead to."""

    interface: str | None
    """None: it is on none of our links."""
    vlan: int
    """0: untagged."""
    address: Address
    weight: int = 1

    @property
    def place(self) -> tuple[str | None, int, Address]:
        """What makes two of them the same neighbour."""
        return self.interface, self.vlan, self.address

    def __str__(self) -> str:
        tag = f" vlan {self.vlan}" if self.vlan else ""
        share = f" weight {self.weight}" if self.weight != 1 else ""
        where = f" on {self.interface}{tag}" if self.interface is not None else ""
        return f"{self.address}{where}{share}"


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A route that the configuration wants: neighbours, or a special next hop."""

    prefix: Network
    via: tuple[Via, ...] = ()
    backup: tuple[Via, ...] = ()
    """Taken in this order while none of via can be used."""
    special_next_hop: SpecialNextHop | None = None
    route_preference: int = 1

    @property
    def key(self) -> tuple[Network, int]:
        """What makes two [[route]] tables the same route."""
        return self.prefix, self.route_preference

    def __str__(self) -> str:
        if self.special_next_hop is not None:
            way = self.special_next_hop.value
        else:
            way = "via " + ", ".join(map(str, self.via))
        if self.backup:
            way += ", backup " + ", ".join(map(str, self.backup))
        preference = f", route-preference {self.route_preference}" if self.route_preference != 1 else ""
        return f"{way}{preference}"
