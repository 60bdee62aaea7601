# SPDX-License-Identifier: Apache-2.0
"""Mirrors the kernel's main routing table, as far as it leads out at some interfaces: a dump, then changes.

It works in the network namespace of the thread that calls start().
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from socket import AF_INET, AF_INET6
from typing import Any

import structlog
from pyroute2 import AsyncIPRoute
from pyroute2.netlink import NLM_F_APPEND
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.rtnl import (
    RTM_DELROUTE,
    RTM_NEWROUTE,
    RTMGRP_IPV4_IFADDR,
    RTMGRP_IPV4_ROUTE,
    RTMGRP_IPV6_ROUTE,
    RTMGRP_LINK,
)

from bfd_fastpath.net.kernel_route import KernelRoute, Network, RouteMessage, RouteType

#: The route that a prefix has now; None: none that leads out at one of the interfaces.
Changes = Mapping[Network, KernelRoute | None]

_RTMGRP_NEXTHOP = 1 << 31
_RTM_DELNEXTHOP = 105
#: IFF_UP, IFF_RUNNING and IFF_LOWER_UP: set up, and with a carrier.
_IFF_STATE = 1 | 1 << 6 | 1 << 16
#: Changes are handed over when so many wait, or after so long without.
_BATCH = 1000
_QUIET_S = 0.02
#: Between two dumps.
_DUMP_S = 1.0
#: Messages of a dump that are read in one turn of the loop.
_SLICE = 64
_log = structlog.get_logger("kernel-routes")


class KernelRoutes:
    """Calls `changed` with what differs from what it said before, of set_interfaces() and what drops.

    receive_octets: how much the kernel may tell before it is heard, as far as the kernel allows it.
    """

    def __init__(self, changed: Callable[[Changes], None], *, receive_octets: int = 8 << 20) -> None:
        self._changed = changed
        self._receive_octets = receive_octets
        self._interfaces: frozenset[int] = frozenset()
        self._states: dict[int, int] = {}
        #: By prefix and metric, of which the lowest is used.
        self._routes: dict[Network, dict[int, KernelRoute]] = {}
        self._told: dict[Network, KernelRoute] = {}
        self._touched: set[Network] = set()
        #: What came in while a dump runs; None: none does.
        self._meanwhile: list[RouteMessage] | None = None
        self._telling: asyncio.TimerHandle | None = None
        self._asked = asyncio.Event()
        self._route: Any = None
        self._monitor: Any = None
        self._stack = contextlib.AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """OSError when netlink refuses."""
        async with contextlib.AsyncExitStack() as stack:
            self._route = await stack.enter_async_context(AsyncIPRoute())
            self._monitor = await stack.enter_async_context(AsyncIPRoute(rcvbuf=self._receive_octets))
            for socket in (self._route, self._monitor):
                socket.marshal.msg_map |= {RTM_NEWROUTE: RouteMessage, RTM_DELROUTE: RouteMessage}
            await self._monitor.bind(
                groups=RTMGRP_IPV4_ROUTE
                | RTMGRP_IPV6_ROUTE
                | RTMGRP_LINK
                | RTMGRP_IPV4_IFADDR
                | _RTMGRP_NEXTHOP
            )
            self._stack = stack.pop_all()
        self._asked.set()
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._dump_when_asked())]

    async def close(self) -> None:
        """Nothing is told any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._telling is not None:
            self._telling.cancel()
        await self._stack.aclose()

    def set_interfaces(self, interfaces: Iterable[int]) -> None:
        """Routes that lead out at these are of interest, and those that drop."""
        wanted = frozenset(interfaces)
        if wanted != self._interfaces:
            self._interfaces = wanted
            self._asked.set()

    # -- dumps ---------------------------------------------------------------------------------------------

    async def _dump_when_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self._dump()
            except (NetlinkError, OSError) as error:
                _log.warning("kernel routes unreadable, asked again", error=str(error))
                self._asked.set()
            await asyncio.sleep(_DUMP_S)

    async def _dump(self) -> None:
        """What is told meanwhile may be newer than what the dump says, and is taken again after it."""
        found: dict[Network, dict[int, KernelRoute]] = {}
        number = 0
        self._meanwhile = []
        for family in (AF_INET, AF_INET6):
            async for message in await self._route.route("dump", family=family):
                route = self._near(message.route) if isinstance(message, RouteMessage) else None
                if route is not None:
                    # Of several with one metric the kernel uses the first.
                    found.setdefault(route.prefix, {}).setdefault(route.metric, route)
                number += 1
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
        self._touched |= self._routes.keys() | found.keys()
        self._routes = found
        later, self._meanwhile = self._meanwhile, None
        for message in later:
            self._take_route(message)
        while self._touched:
            self._tell()
            await asyncio.sleep(0)

    # -- notifications -------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        while True:
            try:
                async for message in self._monitor.get():
                    self._take(message)
            except (NetlinkError, OSError) as error:
                # ENOBUFS: notifications were lost; the table itself says how things stand.
                _log.warning("kernel route notifications lost, table read again", error=str(error))
                self._asked.set()
                await asyncio.sleep(_QUIET_S)

    def _take(self, message: Any) -> None:
        match message.get("event"):
            case "RTM_NEWROUTE" | "RTM_DELROUTE":
                if self._meanwhile is not None:
                    self._meanwhile.append(message)
                self._take_route(message)
            case "RTM_NEWLINK" | "RTM_DELLINK":
                self._link(message)
            case "RTM_NEWADDR" | "RTM_DELADDR":
                # With an address go routes of IPv4, without a word.
                if message["index"] in self._interfaces:
                    self._asked.set()
            case _:
                if message["header"]["type"] == _RTM_DELNEXTHOP:
                    self._asked.set()

    def _take_route(self, message: RouteMessage) -> None:
        route = self._near(message.route)
        if route is None:
            return
        if message["event"] == "RTM_DELROUTE":
            self._gone(route)
        elif message["header"]["flags"] & NLM_F_APPEND:
            self._asked.set()
        else:
            self._routes.setdefault(route.prefix, {})[route.metric] = route
            self._touch(route.prefix)

    def _link(self, message: Any) -> None:
        """Routes of IPv4 go without a word with an interface that is set down; those by next-hop objects,
        and single next hops of theirs, with its carrier, too."""
        index, state = message["index"], message["flags"] & _IFF_STATE
        if index in self._interfaces and self._states.get(index) != state:
            self._states[index] = state
            self._asked.set()

    def _gone(self, route: KernelRoute) -> None:
        of_prefix = self._routes.get(route.prefix, {})
        known = of_prefix.pop(route.metric, None)
        if known is None:
            return
        # IPv6 next hops may go one by one.
        left = tuple(hop for hop in known.hops if hop not in route.hops) if route.prefix.version == 6 else ()
        if left and len(left) < len(known.hops):
            of_prefix[route.metric] = replace(known, hops=left)
        if not of_prefix:
            del self._routes[route.prefix]
        self._touch(route.prefix)

    def _near(self, route: KernelRoute | None) -> KernelRoute | None:
        """Without the next hops at other interfaces."""
        if route is None or route.type is not RouteType.UNICAST:
            return route
        hops = tuple(hop for hop in route.hops if hop.interface in self._interfaces)
        if len(hops) < len(route.hops):
            route = replace(route, hops=hops)
        return route

    # -- what is told --------------------------------------------------------------------------------------

    def _touch(self, prefix: Network) -> None:
        self._touched.add(prefix)
        if len(self._touched) >= _BATCH:
            self._tell()
        elif self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_QUIET_S, self._tell)

    def _tell(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        changes: dict[Network, KernelRoute | None] = {}
        batch = list(islice(self._touched, _BATCH))
        self._touched.difference_update(batch)
        for prefix in batch:
            route = self._used(prefix)
            if route == self._told.get(prefix):
                continue
            changes[prefix] = route
            if route is None:
                del self._told[prefix]
            else:
                self._told[prefix] = route
        if changes:
            self._changed(changes)

    def _used(self, prefix: Network) -> KernelRoute | None:
        """The lowest metric; a route at other interfaces alone is none of ours, and hides those behind it."""
        of_prefix = self._routes.get(prefix)
        if not of_prefix:
            return None
        route = of_prefix[min(of_prefix)]
        return None if route.type is RouteType.UNICAST and not route.hops else route
