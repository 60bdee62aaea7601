# SPDX-License-Identifier: Apache-2.0
"""Next hops on none of our links (RFC 4271 5.1.3, 9.1.2.1): by which neighbours routes to them lead. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network
from math import lcm

import pydp
from bfd_fastpath.router.events import Address, Prefix
from bfd_fastpath.router.target import Gateway, Group, Hop, Link, Target, Through, Wanted, of_gateways

#: A route by a route by a route: so many at most.
DEPTH = 8
#: What the engine has room for in a group.
_MEMBERS, _BACKUPS = 64, 8


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where packets go, or why they cannot."""

    target: Target | None
    #: Why there is none.
    why: str = ""


class _LoopError(Exception):
    pass


@dataclass(slots=True)
class _Ways:
    """Neighbours with their shares of one, and those in reserve."""

    members: list[tuple[Gateway, Fraction]]
    backups: list[Gateway]


class Recursion:
    """`offers(prefix)` are the targets of the routes to exactly that prefix, the preferred first. A next hop
    is reached by the longest prefix that holds it and has a route that leads somewhere, the default route
    apart."""

    def __init__(self, offers: Callable[[Prefix], Iterable[Wanted]]) -> None:
        self._offers = offers
        self._known: dict[Through, Resolution] = {}
        self._asked: set[Address] = set()
        self._news: list[Address] = []

    def of(self, through: Through) -> Resolution:
        """Where it leads now. It is remembered until again()."""
        known = self._known.get(through)
        if known is None:
            known = self._known[through] = self._resolve(through)
        return known

    def again(self, used: Iterable[Through]) -> set[Through]:
        """Other routes are others now: resolve those that are used anew; those that lead elsewhere."""
        before, self._known = self._known, {}
        self._asked.clear()
        self._news.clear()
        return {one for one in used if self.of(one) != before.get(one)}

    def news(self) -> list[Prefix]:
        """The prefixes whose routes say where what is remembered leads, but for those that were told before;
        all of them after again()."""
        asked, self._news = self._news, []
        return list(dict.fromkeys(prefix for address in asked for prefix in _covering(address)))

    def _resolve(self, through: Through) -> Resolution:
        try:
            found = self._ways(through, ())
        except _LoopError as loop:
            return Resolution(None, str(loop))
        if found is None:
            names = ", ".join(str(hop.address) for hop, _ in through.members)
            return Resolution(None, f"no route leads to {names}")
        members = found.members[:_MEMBERS]
        unit = lcm(*(share.denominator for _, share in members))
        target = of_gateways(
            ((gateway, int(share * unit)) for gateway, share in members), found.backups[:_BACKUPS]
        )
        return Resolution(target)

    def _ways(self, through: Through, chain: tuple[Prefix, ...]) -> _Ways | None:
        """None: none of its next hops is reached. The first in reserve that is stands in for the members."""
        found = _Ways([], [])
        total = sum(weight for _, weight in through.members)
        for hop, weight in through.members:
            ways = self._hop(hop, chain)
            if ways is not None:
                found.members += [
                    (gateway, share * Fraction(weight, total)) for gateway, share in ways.members
                ]
                found.backups += ways.backups
        for hop in through.backups:
            ways = self._hop(hop, chain)
            if ways is not None and found.members:
                found.backups += [gateway for gateway, _ in ways.members]
            elif ways is not None:
                found = ways
        return found if found.members else None

    def _hop(self, hop: Hop, chain: tuple[Prefix, ...]) -> _Ways | None:
        if isinstance(hop, Gateway):
            return _Ways([(hop, Fraction(1))], [])
        if hop.address not in self._asked:
            self._asked.add(hop.address)
            self._news.append(hop.address)
        for prefix in _covering(hop.address):
            for wanted in self._offers(prefix):
                if prefix in chain:
                    raise _LoopError(f"{hop.address} is reached by {prefix}, which leads there itself")
                ways = self._route(wanted, hop.address, (*chain, prefix))
                if ways is not None:
                    return ways if ways.members else None
        return None

    def _route(self, wanted: Wanted, address: Address, chain: tuple[Prefix, ...]) -> _Ways | None:
        """None: it leads nowhere, and a shorter prefix may. What drops, and our own address, have nobody."""
        match wanted:
            case Gateway():
                return _Ways([(wanted, Fraction(1))], [])
            case Link(port, vlan):
                return _Ways([(Gateway(port, vlan, address), Fraction(1))], [])
            case Group(members, backups):
                total = sum(weight for _, weight in members)
                return _Ways([(one, Fraction(weight, total)) for one, weight in members], list(backups))
            case Through():
                return self._ways(wanted, chain) if len(chain) <= DEPTH else None
            case pydp.NextHopKind():
                return _Ways([], [])


def _covering(address: Address) -> Iterator[Prefix]:
    """From the address itself up to half of all."""
    for length in range(address.max_prefixlen, 0, -1):
        spare = address.max_prefixlen - length
        place = int(address) >> spare << spare, length
        yield IPv4Network(place) if address.version == 4 else IPv6Network(place)
