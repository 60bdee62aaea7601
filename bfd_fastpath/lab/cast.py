# SPDX-License-Identifier: Apache-2.0
"""Who plays: names, addresses and AS numbers of the routers and the route server, out of the ranges for
documentation."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

from bfd_fastpath.lab.options import DemoOptions, Prefix
from bfd_fastpath.routeserver.settings import Address, ClientSettings, ServerSettings

LAN4: Final = IPv4Network("198.51.100.0/24")
LAN6: Final = IPv6Network("2001:db8::/64")
SERVER_AS: Final = 64510
SERVER_ID: Final = IPv4Address("192.0.2.254")
SERVER_LAN4: Final = IPv4Address("198.51.100.254")
SERVER_LAN6: Final = IPv6Address("2001:db8::fe")
_PREFIXES: Final = ("192.0.2.0/24", "233.252.0.0/24", "2001:db8:a::/48", "2001:db8:aa::/48")


@dataclass(frozen=True, slots=True)
class Player:
    """One client router."""

    #: "a" or "b".
    name: str
    asn: int
    identifier: IPv4Address
    lan4: IPv4Address
    lan6: IPv6Address
    prefix: Prefix

    @property
    def lan(self) -> tuple[Address, Address]:
        return self.lan4, self.lan6

    @property
    def next_hop(self) -> Address:
        """Its LAN address in the family of its prefix: the address that the story is about."""
        return self.lan4 if self.prefix.version == 4 else self.lan6

    def client(self) -> ClientSettings:
        """What the route server knows of it."""
        return ClientSettings(self.name, self.asn, self.lan, self.identifier)


@dataclass(frozen=True, slots=True)
class Cast:
    """The two routers of one run."""

    a: Player
    b: Player

    @classmethod
    def of(cls, options: DemoOptions) -> "Cast":
        """B announces the prefix that was asked for; A one that has nothing in common with it, where that can
        be had (not beside a default route)."""
        wanted = options.prefix
        others = [p for p in map(ip_network, _PREFIXES) if p.version == wanted.version and p != wanted]
        own = next((p for p in others if not _overlap(p, wanted)), others[0])
        a = Player("a", 64500, IPv4Address("192.0.2.1"), LAN4[1], LAN6[1], own)
        b = Player("b", 64501, IPv4Address("192.0.2.2"), LAN4[2], LAN6[2], options.prefix)
        return cls(a, b)

    @property
    def players(self) -> tuple[Player, Player]:
        return self.a, self.b

    def other(self, player: Player) -> Player:
        return self.b if player is self.a else self.a

    def server(self) -> ServerSettings:
        return ServerSettings(SERVER_AS, SERVER_ID, (LAN4, LAN6), tuple(p.client() for p in self.players))


def _overlap(one: Prefix, other: Prefix) -> bool:
    return one.version == other.version and one.overlaps(other)
