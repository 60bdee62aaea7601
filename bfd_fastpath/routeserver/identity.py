# SPDX-License-Identifier: Apache-2.0
"""Which member of the LAN an address, a node id or a BGP identifier stands for. Look-ups only."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address

from bfd_fastpath.routeserver.settings import Address, Prefix
from bfd_fastpath.wire.bgpls import Flag
from bfd_fastpath.wire.bgpls.profile_l5 import address_of, node_id


@dataclass(slots=True)
class Member:
    """One client as the others see it."""

    name: str
    asn: int
    addresses: set[Address]
    #: BGP identifier of its latest session, or as configured; None until either is known.
    identifier: IPv4Address | None = None
    flag: Flag = Flag.UNKNOWN


@dataclass(slots=True)
class Members:
    """Everyone on the LAN, by name, address and BGP identifier. `add` a member before asking about it."""

    lan: tuple[Prefix, ...]
    _by_name: dict[str, Member] = field(default_factory=dict)
    _owner: dict[Address, Member] = field(default_factory=dict)
    _literal: dict[bytes, Address | None] = field(default_factory=dict)
    """What node ids of members' addresses stand for: asked for with every entry."""
    _identified: dict[bytes, list[Member]] = field(default_factory=dict)

    def add(self, member: Member) -> None:
        self._by_name[member.name] = member
        self.claim(member, member.addresses)
        if member.identifier is not None:
            self._identified.setdefault(member.identifier.packed, []).append(member)

    def remove(self, member: Member) -> None:
        """Nobody has its addresses and its identifier any more."""
        del self._by_name[member.name]
        for address in member.addresses:
            if self._owner.get(address) is member:
                del self._owner[address]
        if member.identifier is not None:
            self._identified[member.identifier.packed].remove(member)

    def claim(self, member: Member, addresses: Iterable[Address]) -> None:
        """These addresses are this member's as well; those inside the LAN only. An address never changes
        hands."""
        for address in list(addresses):
            if self.on_lan(address) and self._owner.setdefault(address, member) is member:
                member.addresses.add(address)
                for octets in node_ids(address):
                    self._literal[octets] = address_of(octets, self.lan)

    def identify(self, member: Member, identifier: IPv4Address) -> None:
        """The member's BGP identifier is this one now."""
        if member.identifier is not None:
            self._identified[member.identifier.packed].remove(member)
        member.identifier = identifier
        self._identified.setdefault(identifier.packed, []).append(member)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._by_name.values())

    def owner(self, address: Address) -> Member | None:
        return self._owner.get(address)

    def with_identifier(self, identifier: bytes) -> list[Member]:
        """Members with this BGP identifier (4 octets). Two ASes may use the same one."""
        return list(self._identified.get(identifier, ()))

    def on_lan(self, address: Address) -> bool:
        return address in self._owner or any(address in network for network in self.lan)

    def literal(self, octets: bytes) -> Address | None:
        """The LAN address that a node id stands for by itself; None for none."""
        if octets in self._literal:
            return self._literal[octets]
        return address_of(octets, self.lan)


def name_order(name: str) -> tuple[str, str]:
    """By which names are sorted for people: netz-4 before netz-10."""
    return re.sub("[0-9]+", lambda digits: digits[0].lstrip("0").zfill(20), name), name


@lru_cache(maxsize=8192)
def node_ids(address: Address) -> tuple[bytes, ...]:
    """The values of TLV 515 that stand for an address: both forms of an IPv6 one are read."""
    short, full = node_id(address), node_id(address, full=True)
    return (short,) if short == full else (short, full)
