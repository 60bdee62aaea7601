# SPDX-License-Identifier: Apache-2.0
"""What `show forwarding` and `show fib-nexthops` answer, and next hops as routes name them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import pydp
from bfd_fastpath.router.target import Gateway, Group, Link, Target, Wanted

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

Json = dict[str, Any]
#: Next hops read in one turn of the loop, some milliseconds.
_SLICE = 64


def ways(router: Router) -> Callable[[Wanted], list[Json]]:
    """A function that tells the next hops of where a route leads and whether they can be used; each is looked
    at once."""
    names, table, nexthops = router.dataplane.names(), router.forwarding.rib.next_hops, router.engine.nexthops

    @cache
    def live(gateway: Gateway) -> bool:
        number = table.number(gateway)
        return number is not None and nexthops.read(number).live

    def one(kind: str, place: Gateway | Link | None = None, weight: int = 1, backup: bool = False) -> Json:
        gateway = place if isinstance(place, Gateway) else None
        return {
            "kind": kind,
            "address": str(gateway.address) if gateway is not None else None,
            "interface": names[place.port] if place is not None else None,
            "vlan": place.vlan if place is not None else None,
            "weight": weight,
            "backup": backup,
            "live": live(gateway) if gateway is not None else None,
        }

    def tell(wanted: Wanted) -> list[Json]:
        target: Target | None = router.forwarding.rib.leads(wanted)
        match target:
            case Gateway():
                return [one("adjacent", target)]
            case Link():
                return [one("connected", target)]
            case Group(members, backups):
                found = [one("adjacent", gateway, weight) for gateway, weight in members]
                return found + [one("adjacent", gateway, backup=True) for gateway in backups]
            case None:
                return []
        return [one(str(target))]

    return tell


async def fib_nexthops(router: Router) -> Json:
    """The next hops of the engine, as it has them."""
    names, nexthops = router.dataplane.names(), router.engine.nexthops
    found = []
    for count, number in enumerate(nexthops.list(), 1):
        try:
            found.append(_next_hop(nexthops.read(number), names))
        except pydp.NotFoundError:  # it went meanwhile
            continue
        if count % _SLICE == 0:
            await asyncio.sleep(0)
    return {"next-hops": found}


def _next_hop(one: pydp.NextHop, names: list[str]) -> Json:
    config = one.config
    placed = config.kind in (pydp.NextHopKind.ADJACENT, pydp.NextHopKind.CONNECTED)
    return {
        "id": one.id,
        "kind": str(config.kind),
        "address": str(config.address) if config.address is not None else None,
        "interface": names[config.port] if placed else None,
        "vlan": config.vlan if placed else None,
        "members": [
            {"id": member.id, "weight": member.weight, "buckets": buckets}
            for member, buckets in zip(config.members, one.buckets, strict=True)
        ],
        "backups": list(config.backups),
        "routes": one.routes,
        "groups": one.groups,
        "live": one.live,
        "bfd-state": str(one.state) if config.kind is pydp.NextHopKind.ADJACENT else None,
        "neighbour-state": str(one.neighbour_state) if one.neighbour_state is not None else None,
    }


def forwarding(router: Router) -> Json:
    """How many routes there are of whom, how large the tables are, what each port forwarded and dropped."""
    wanted, rib, info = router.config.forwarding, router.forwarding.rib, router.engine.routes.info()
    refused = rib.refused()
    first = next(iter(refused.items()), None)
    return {
        "enabled": wanted.enabled,
        "rpf": wanted.rpf.value,
        "sources": {source.value: count for source, count in rib.counts().items()},
        "ipv4-routes": info.ipv4_routes,
        "max-ipv4-routes": info.max_ipv4_routes,
        "ipv6-routes": info.ipv6_routes,
        "max-ipv6-routes": info.max_ipv6_routes,
        "memory": info.memory,
        "max-memory": info.max_memory,
        "next-hops": len(rib.next_hops),
        "max-next-hops": rib.next_hops.size,
        "without-room": len(refused),
        "first-without-room": None if first is None else {"prefix": str(first[0]), "why": str(first[1])},
        "ports": [_port(router, index, name) for index, name in enumerate(router.dataplane.names())],
    }


def _port(router: Router, index: int, name: str) -> Json:
    values = router.engine.stats.port(index)
    counters = [one for one in pydp.counters() if one.is_forwarding]
    return {
        "name": name,
        "counters": {one.name: values[one.name] for one in counters if not one.is_drop},
        "drops": [
            {"name": one.name, "count": values[one.name], "text": one.text} for one in counters if one.is_drop
        ],
    }
