# SPDX-License-Identifier: Apache-2.0
"""Where a route leads: values that are equal when the engine needs only one next hop for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

import pydp
from bfd_fastpath.router.events import Address

#: Kinds that are a target by themselves.
Special = pydp.NextHopKind


@dataclass(frozen=True, slots=True)
class Gateway:
    """A neighbour. `port` is the engine's index."""

    port: int
    vlan: int
    address: Address


@dataclass(frozen=True, slots=True)
class Link:
    """A connected prefix: each destination is a neighbour itself."""

    port: int
    vlan: int


@dataclass(frozen=True, slots=True)
class Group:
    """Several neighbours with their shares of the flows, and others in order for when none can be used."""

    members: tuple[tuple[Gateway, int], ...]
    backups: tuple[Gateway, ...] = ()

    def gateways(self) -> tuple[Gateway, ...]:
        """All of them."""
        return (*(gateway for gateway, _ in self.members), *self.backups)


Target = Gateway | Link | Group | Special


@dataclass(frozen=True, slots=True)
class Remote:
    """A next hop that is on none of our links: other routes say by which neighbours it is reached."""

    address: Address


Hop = Gateway | Remote


@dataclass(frozen=True, slots=True)
class Through:
    """Next hops of which one is remote at least, with shares and reserve as a route has them."""

    members: tuple[tuple[Hop, int], ...]
    backups: tuple[Hop, ...] = ()


#: Where a route is to lead.
Wanted = Target | Through


def of_hops(members: Iterable[tuple[Hop, int]], backups: Iterable[Hop] = ()) -> Wanted:
    """As of_gateways(), with next hops that may be remote."""
    shares, spare = tuple(members), tuple(backups)
    near = [(hop, weight) for hop, weight in shares if isinstance(hop, Gateway)]
    near_spare = [hop for hop in spare if isinstance(hop, Gateway)]
    if len(near) == len(shares) and len(near_spare) == len(spare):
        return of_gateways(near, near_spare)
    return Through(shares, spare)


def of_gateways(members: Iterable[tuple[Gateway, int]], backups: Iterable[Gateway] = ()) -> Target:
    """The target of neighbours with weights, at least one, however they are ordered and scaled."""
    weights: dict[Gateway, int] = {}
    for gateway, weight in members:
        weights[gateway] = weights.get(gateway, 0) + weight
    spare = tuple(one for one in dict.fromkeys(backups) if one not in weights)
    if len(weights) == 1 and not spare:
        return next(iter(weights))
    unit = gcd(*weights.values())
    # A group's weight has 16 bits.
    scale = max(unit, -(-max(weights.values()) // 65_535))
    ordered = sorted(weights.items(), key=lambda one: _order(one[0]))
    return Group(tuple((gateway, max(1, weight // scale)) for gateway, weight in ordered), spare)


def _order(gateway: Gateway) -> tuple[int, int, int, int]:
    return gateway.port, gateway.vlan, gateway.address.version, int(gateway.address)
