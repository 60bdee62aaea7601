# SPDX-License-Identifier: Apache-2.0
"""The kernel's routes that lead out at our TAPs, which FRR, BIRD or an operator put there, in the RIB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import structlog

import pydp
from bfd_fastpath.router.rib import Offer, Rib, Source
from bfd_fastpath.router.target import Gateway, Link, Target, of_gateways

if TYPE_CHECKING:
    from bfd_fastpath.net.kernel_route import KernelHop, KernelRoute
    from bfd_fastpath.net.kernel_routes import Changes, KernelRoutes

PREFERENCE = 30
#: Next hops that a group has room for.
_MOST = 64
_SPECIAL = {
    "BLACKHOLE": pydp.NextHopKind.BLACKHOLE,
    "UNREACHABLE": pydp.NextHopKind.UNREACHABLE,
    "PROHIBIT": pydp.NextHopKind.PROHIBITED,
}
_log = structlog.get_logger("forwarding")


class HostRoutes:
    """Off until set(). `interfaces()` are the kernel's of our ports by index, with the port and VLAN behind
    each."""

    def __init__(self, rib: Rib, interfaces: Callable[[], Mapping[int, Link]]) -> None:
        self._rib = rib
        self._interfaces = interfaces
        self._links: dict[int, Link] = {}
        self._kernel: KernelRoutes | None = None

    async def set(self, enabled: bool) -> None:
        """Use them, or no more. OSError when netlink refuses."""
        if not enabled:
            await self.close()
            self._rib.clear(Source.KERNEL)
        elif self._kernel is None:
            # pyroute2 takes a fifth of a start; only who wants these routes needs it.
            from bfd_fastpath.net.kernel_routes import KernelRoutes

            self._kernel = KernelRoutes(self._changed)
            self.follow()
            await self._kernel.start()

    async def close(self) -> None:
        """The routes stay as they are."""
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            await kernel.close()

    def follow(self) -> None:
        """The interfaces are others now."""
        if self._kernel is not None:
            self._links = dict(self._interfaces())
            self._kernel.set_interfaces(self._links)

    def _changed(self, changes: Changes) -> None:
        offers, gone = {}, []
        for prefix, route in changes.items():
            target = self._target(route) if route is not None else None
            if target is None:
                gone.append(prefix)
            else:
                offers[prefix] = Offer(PREFERENCE, target)
        refused = self._rib.change(Source.KERNEL, offers, gone)
        if refused:
            first = refused[0]
            _log.error("routes find no room", routes=len(refused), first=first.prefix, error=str(first.error))

    def _target(self, route: KernelRoute) -> Target | None:
        """None where it leads out nowhere."""
        special = _SPECIAL.get(route.type.name)
        if special is not None:
            return special
        gateways = [
            (Gateway(link.port, link.vlan, hop.via), hop.weight)
            for hop, link in self._hops(route)
            if hop.via is not None
        ]
        if gateways:
            return of_gateways(gateways[:_MOST])
        return next((link for _, link in self._hops(route)), None)

    def _hops(self, route: KernelRoute) -> list[tuple[KernelHop, Link]]:
        return [(hop, link) for hop in route.hops if (link := self._links.get(hop.interface)) is not None]
