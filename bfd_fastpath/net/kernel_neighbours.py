# SPDX-License-Identifier: Apache-2.0
"""The kernel's neighbour table of one interface, for a port that shares its wire with the kernel.

There (af_xdp, af_packet) the kernel owns ARP and ND: this asks it to resolve the next hops that somebody
wants and hands on the MAC addresses it finds. It works in the network namespace of the thread that calls
start(), and never writes an entry of its own.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import structlog
from pyroute2 import AsyncIPRoute
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.rtnl import RTMGRP_NEIGH
from pyroute2.netlink.rtnl.ndmsg import NTF_USE, NUD_FAILED, NUD_INCOMPLETE, NUD_NONE

Address = IPv4Address | IPv6Address
#: Told each change: the address and its MAC address, None when the kernel cannot resolve it.
OnNeighbour = Callable[[Address, bytes | None], None]

_EVENTS = ("RTM_NEWNEIGH", "RTM_DELNEIGH")
_log = structlog.get_logger("kernel-neighbours")


class NoInterfaceError(OSError):
    """The interface is not in this network namespace."""


class KernelNeighbours:
    """Mirrors the neighbours of `interface` that are wanted.

    `retry_s` is the time between two requests for an address that does not resolve, `refresh_s` for
    one that does (so that the kernel probes it and does not collect it as unused).
    """

    def __init__(
        self, interface: str, on_neighbour: OnNeighbour, *, retry_s: float = 1.0, refresh_s: float = 20.0
    ) -> None:
        self._interface = interface
        self._on_neighbour = on_neighbour
        self._retry_s = retry_s
        self._refresh_s = refresh_s
        self._index = 0
        self._wanted: set[Address] = set()
        self._asked: dict[Address, float] = {}
        self._doubted: set[Address] = set()
        self._known: dict[Address, bytes] = {}
        self._route: Any = None
        self._monitor: Any = None
        self._tasks: list[asyncio.Task[None]] = []
        self._nudge = asyncio.Event()

    @property
    def interface(self) -> str:
        return self._interface

    def known(self) -> Mapping[Address, bytes]:
        """MAC addresses of the wanted addresses that are resolved."""
        return self._known

    async def start(self) -> None:
        """Raises NoInterfaceError, or another OSError when netlink refuses."""
        async with contextlib.AsyncExitStack() as stack:
            self._route = await stack.enter_async_context(AsyncIPRoute())
            indices = await self._route.link_lookup(ifname=self._interface)
            if not indices:
                raise NoInterfaceError(
                    f"There is no interface {self._interface} in this network namespace; "
                    "correct the port's `interface`."
                )
            self._index = indices[0]
            self._monitor = await stack.enter_async_context(AsyncIPRoute())
            await self._monitor.bind(groups=RTMGRP_NEIGH)
            self._stack = stack.pop_all()
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._ask())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks:
            self._tasks = []
            await self._stack.aclose()

    def want(self, address: Address) -> None:
        """Ask the kernel to resolve and keep this address; what is known comes by on_neighbour."""
        if address not in self._wanted:
            self._wanted.add(address)
            self._nudge.set()

    def unwant(self, address: Address) -> None:
        self._wanted.discard(address)
        self._asked.pop(address, None)
        self._doubted.discard(address)
        self._known.pop(address, None)

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._nudge.clear()
            now = loop.time()
            new = self._wanted - self._asked.keys()
            for address in sorted(self._wanted, key=int):
                due = self._refresh_s if address in self._known else self._retry_s
                if now - self._asked.get(address, -due) >= due:
                    self._asked[address] = now
                    await self._use(address)
            if new:
                # An entry that was there before may be confirmed without a change to notify.
                await self._dump()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nudge.wait(), self._retry_s)

    async def _use(self, address: Address) -> None:
        """NTF_USE does what a packet to the address would do: look up, resolve, confirm."""
        try:
            await self._route.neigh(
                "replace", dst=str(address), ifindex=self._index, flags=NTF_USE, state=NUD_NONE
            )
        except (NetlinkError, OSError) as error:
            _log.warning(
                "kernel refuses to resolve", address=str(address), interface=self._interface, error=str(error)
            )

    async def _dump(self) -> None:
        try:
            async for message in await self._route.neigh("dump", ifindex=self._index):
                self._take(message)
        except (NetlinkError, OSError) as error:
            _log.warning("kernel neighbours unreadable", interface=self._interface, error=str(error))

    async def _watch(self) -> None:
        while True:
            try:
                async for message in self._monitor.get():
                    self._take(message)
            except (NetlinkError, OSError) as error:
                # ENOBUFS: notifications were lost; the table itself says how things stand.
                _log.warning(
                    "kernel neighbour notifications lost", interface=self._interface, error=str(error)
                )
                await self._dump()
                await asyncio.sleep(self._retry_s)

    def _take(self, message: Any) -> None:
        if message.get("ifindex") != self._index or message.get("event") not in _EVENTS:
            return
        text = message.get("dst")
        address = ip_address(text) if text else None
        if address is None or address not in self._wanted:
            return
        if message["event"] == "RTM_DELNEIGH":
            # Collected by the kernel, not failed: keep the MAC address and have it looked up again.
            self._ask_again(address)
        elif message["state"] & NUD_FAILED:
            self._failed(address)
        elif not message["state"] & NUD_INCOMPLETE and (mac := message.get("lladdr")):
            self._resolved(address, bytes.fromhex(mac.replace(":", "")))

    def _resolved(self, address: Address, mac: bytes) -> None:
        self._doubted.discard(address)
        if self._known.get(address) != mac:
            self._known[address] = mac
            self._on_neighbour(address, mac)

    def _failed(self, address: Address) -> None:
        """Deleting an entry looks like a failure too: what was known goes when it fails once more."""
        if address in self._known and address not in self._doubted:
            self._doubted.add(address)
            self._ask_again(address)
            return
        self._doubted.discard(address)
        self._known.pop(address, None)
        self._on_neighbour(address, None)

    def _ask_again(self, address: Address) -> None:
        self._asked.pop(address, None)
        self._nudge.set()
