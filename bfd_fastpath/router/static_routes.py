# SPDX-License-Identifier: Apache-2.0
"""The [[route]]s of a configuration as offers. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import pydp
from bfd_fastpath.config.model import SpecialNextHop, StaticRoute, Via
from bfd_fastpath.router.events import Prefix
from bfd_fastpath.router.rib import Offer
from bfd_fastpath.router.target import Gateway, Hop, Remote, of_hops

_SPECIAL = {
    SpecialNextHop.BLACKHOLE: pydp.NextHopKind.BLACKHOLE,
    SpecialNextHop.UNREACHABLE: pydp.NextHopKind.UNREACHABLE,
    SpecialNextHop.PROHIBIT: pydp.NextHopKind.PROHIBITED,
}


class StaticRoutes:
    """Several of a prefix differ in their preference. `indices`: the engine's ports by name."""

    def __init__(self, indices: Mapping[str, int]) -> None:
        self._indices = indices
        self._routes: dict[Prefix, dict[int, StaticRoute]] = {}

    def set(self, route: StaticRoute) -> None:
        """It is wanted, in place of that with the same prefix and preference."""
        self._routes.setdefault(route.prefix, {})[route.route_preference] = route

    def remove(self, route: StaticRoute) -> None:
        """It is not wanted any more."""
        of_prefix = self._routes.get(route.prefix, {})
        of_prefix.pop(route.route_preference, None)
        if not of_prefix:
            self._routes.pop(route.prefix, None)

    def offer(self, prefix: Prefix) -> Offer | None:
        """The preferred one of a prefix."""
        of_prefix = self._routes.get(prefix)
        if not of_prefix:
            return None
        route = of_prefix[min(of_prefix)]
        if route.special_next_hop is not None:
            return Offer(route.route_preference, _SPECIAL[route.special_next_hop])
        members = ((self._hop(via), via.weight) for via in route.via)
        return Offer(route.route_preference, of_hops(members, map(self._hop, route.backup)))

    def _hop(self, via: Via) -> Hop:
        if via.interface is None:
            return Remote(via.address)
        return Gateway(self._indices[via.interface], via.vlan, via.address)
