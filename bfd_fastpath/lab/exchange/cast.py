# SPDX-License-Identifier: Apache-2.0
"""Who is at the exchange and what they announce, drawn from a seed. No state, no protocol."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from random import Random
from typing import Final

from bfd_fastpath.lab.exchange.wanted import SWITCHES, Wanted

Address = IPv4Address | IPv6Address
Prefix = IPv4Network | IPv6Network

#: The peering LAN by IP version: in the networks for measurements of RFC 2544 and RFC 5180.
LANS: Final[dict[int, Prefix]] = {4: IPv4Network("198.18.0.0/19"), 6: IPv6Network("2001:2:0:1::/64")}
SERVER_AS: Final = 64500
_FIRST_AS: Final = 4_200_000_000
_FIRST_MEMBER: Final = 10


@dataclass(frozen=True, slots=True)
class Offer:
    """A prefix and how far behind its first announcer this one is: 0 is the best path."""

    prefix: Prefix
    rank: int


@dataclass(frozen=True, slots=True)
class Player:
    """One member; `index` is its number on the LAN."""

    index: int
    name: str
    asn: int
    identifier: IPv4Address
    address: Address
    switch: int
    bfd: bool
    #: The exchange knows that it has no BFD, and tells the others.
    known_without_bfd: bool
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    #: IP version of the LAN and of all routes.
    version: int
    players: tuple[Player, ...]
    #: For each prefix who announces it, by index, the best path first.
    announcers: dict[Prefix, tuple[int, ...]]

    @property
    def server(self) -> int:
        """The route server's number on the LAN."""
        return len(self.players)


def prefix_of(number: int, version: int = 4) -> Prefix:
    if version == 4:
        return IPv4Network((int(IPv4Address("10.0.0.0")) + (number << 8), 24))
    return IPv6Network((int(IPv6Address("fd00::")) + (number << 80), 48))


def address_of(member: int, version: int) -> Address:
    """On the LAN."""
    return LANS[version].network_address + _FIRST_MEMBER + member


def server_address(version: int) -> Address:
    return LANS[version].network_address + 1


def member_of(address: Address) -> int:
    """The index of the member with this LAN address."""
    return int(address) - int(LANS[address.version].network_address) - _FIRST_MEMBER


def draw(wanted: Wanted) -> Cast:
    """The same for the same seed. Half of the prefixes have one announcer, the others two or three."""
    random = Random(wanted.seed)
    count = wanted.clients
    order = random.sample(range(count), count)
    announcers: dict[Prefix, tuple[int, ...]] = {}
    offers: list[list[Offer]] = [[] for _ in range(count)]
    for number in range(wanted.prefixes):
        first = order[number % count]
        others = random.sample([one for one in range(count) if one != first], 2)
        chosen = (
            first,
            *others[: (0, 0, 1, 2)[number // count % 4 if wanted.prefixes > count else number % 4]],
        )
        prefix = prefix_of(number, wanted.version)
        announcers[prefix] = chosen
        for rank, member in enumerate(chosen):
            offers[member].append(Offer(prefix, rank))
    without = set(random.sample(range(count), round(wanted.without_bfd * count)))
    known = set(random.sample(sorted(without), len(without) // 2))
    switches = [index % SWITCHES for index in range(count)]
    random.shuffle(switches)
    players = tuple(
        Player(
            index=index,
            name=f"m{index}",
            asn=_FIRST_AS + index,
            identifier=IPv4Address(int(address_of(index, 4))),
            address=address_of(index, wanted.version),
            switch=switches[index],
            bfd=index not in without,
            known_without_bfd=index in known,
            offers=tuple(offers[index]),
        )
        for index in range(count)
    )
    return Cast(wanted.version, players, announcers)
