# SPDX-License-Identifier: Apache-2.0
"""All BGP neighbours of a router: which next hops they make it want, and what goes to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

import pydp
from bfd_fastpath.config.model import Neighbor
from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.net.tap import Tap
from bfd_fastpath.net.tcp import ANY
from bfd_fastpath.nhib import Change
from bfd_fastpath.report import LanAddress
from bfd_fastpath.router.events import Address, RouterEvent
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.wire.bgp import Cease
from bfd_fastpath.wire.bgpls import LinkPerformance

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

Key = tuple[Address, int]


class Neighbours:
    """The peers by address and port, iterable. Their wants become asks of the session manager, each under
    its name."""

    def __init__(self, router: Router, tap: Tap | None) -> None:
        self._router = router
        self._tap = tap
        self._peers: dict[Key, Peer] = {}
        self._listeners: dict[Key, Listener] = {}
        self._wanted: dict[str, set[Address]] = {}
        self._without_bfd: set[Address] = set()
        self._seen: dict[str, int] = {}

    def __iter__(self) -> Iterator[Peer]:
        return iter(tuple(self._peers.values()))

    def find(self, address: Address, port: int | None = None) -> Peer:
        """The neighbour at an address, and at a port where several are there. KeyError, with a text for
        people, where that is not exactly one."""
        found = [one for one in self if one.neighbor.address == address and port in (None, one.neighbor.port)]
        if len(found) == 1:
            return found[0]
        ports = ", ".join(str(one.neighbor.port) for one in found)
        raise KeyError(f"it has the ports {ports}: name one" if found else "none is configured")

    async def add(self, neighbor: Neighbor, learned: Learned | None = None, *, shut: bool = False) -> None:
        """Begins to connect, or to listen. OSError for a busy TCP port, ConfigError."""
        router = self._router
        peer = Peer(
            neighbor,
            router.config,
            self.lan(),
            router.reports.entries,
            self._happened,
            tap=self._tap,
            learned=learned,
            shut=shut,
        )
        if shut:
            await peer.stop()
        if neighbor.passive:
            await self._listen(peer)
        self._peers[neighbor.key] = peer
        self._wanted.setdefault(peer.user, set())
        if neighbor.bfd:
            self._sync(peer, peer.wanted())
        peer.start()

    async def remove(self, key: Key) -> None:
        """Withdraws what it was told and closes; nothing is wanted for its sake any more."""
        peer = await self._hang_up(key, Cease.DECONFIGURED)
        self._sync(peer, set())
        del self._wanted[peer.user]
        self._seen.pop(peer.user, None)
        self._sync_without_bfd()

    async def replace(self, neighbor: Neighbor) -> None:
        """The same neighbour over a new BGP session; what it made us want stays. Raises what add() raises."""
        peer = await self._hang_up(neighbor.key, Cease.CONFIGURATION_CHANGE)
        await self.add(neighbor, peer.learned, shut=peer.shut)

    async def _hang_up(self, key: Key, subcode: Cease) -> Peer:
        peer = self._peers[key]
        self._router.emit(peer.withdraw_told())
        await peer.stop(subcode, "")
        del self._peers[key]
        for place, listener in tuple(self._listeners.items()):
            if peer.speaker in listener.speakers():
                listener.remove(peer.speaker)
            if not listener.speakers():
                del self._listeners[place]
                await listener.stop()
        return peer

    def reconfigure(self, neighbor: Neighbor | None = None) -> None:
        """One neighbour's announcements and wants, or (None) everybody's LANs and report settings, are
        others now."""
        for peer in self:
            if neighbor is None or peer.neighbor.key == neighbor.key:
                wanted = neighbor or peer.neighbor
                self._router.emit(peer.reconfigure(wanted, self._router.config, self.lan()))
                self._sync(peer, peer.wanted())

    def report(self, changes: list[Change]) -> Iterator[RouterEvent]:
        """Tell every neighbour; what each was told, made as it is taken."""
        return chain.from_iterable([peer.report(changes) for peer in self])

    def failed(self, addresses: Iterable[Address]) -> None:
        """BFD to these went Down."""
        watched = [peer for peer in self if peer.neighbor.bfd]
        failed = set(addresses) if watched else ()
        for peer in watched:
            if peer.neighbor.address in failed:
                peer.bfd_down()

    def measured(self, links: Mapping[Address, LinkPerformance | None], now_ns: int) -> None:
        """Tell every neighbour what the links to these next hops are like."""
        for peer in self:
            peer.measured(links, now_ns)

    def withdraw_told(self) -> list[RouterEvent]:
        """Take back everything from everybody."""
        return [event for peer in self for event in peer.withdraw_told()]

    def telling(self) -> bool:
        """Whether there is a session to report over."""
        return any(peer.reporting for peer in self)

    async def close(self) -> None:
        for listener in self._listeners.values():
            await listener.stop()
        self._listeners.clear()
        await asyncio.gather(*(peer.stop() for peer in self))

    def lan(self) -> tuple[LanAddress, ...]:
        """Our addresses and the LANs round them, as reports need them."""
        return tuple(LanAddress(one.address, one.peering) for one in self._router.dataplane.attachments())

    async def _listen(self, peer: Peer) -> None:
        neighbor = peer.neighbor
        address = neighbor.local_address or ANY[neighbor.address.version]
        listener = self._listeners.get((address, neighbor.port))
        if listener is not None:
            listener.add(peer.speaker)
            return
        listener = Listener(address, neighbor.port)
        listener.add(peer.speaker)
        await listener.start()
        self._listeners[address, neighbor.port] = listener

    def _happened(self, peer: Peer, events: list[RouterEvent]) -> None:
        self._router.emit(events)
        if not self._router.leaving:
            self._router.forwarding.bgp.happened(events)
        if self._router.leaving or self._seen.get(peer.user) == peer.learned.revision:
            return
        self._seen[peer.user] = peer.learned.revision
        self._sync_without_bfd()
        self._sync(peer, peer.wanted())

    def _sync(self, peer: Peer, wanted: set[Address]) -> None:
        before = self._wanted[peer.user]
        self._wanted[peer.user] = wanted
        fresh = peer.interested(wanted - before)
        manager, now, changes = self._router.manager, pydp.clock_ns(), []
        for address in wanted - before:
            changes += manager.want(address, peer.user, None, now)
        for address in before - wanted:
            changes += manager.unwant(address, peer.user, now)
        self._router.apply(changes)
        self._router.emit(peer.catch_up(self._router.reports.entries_of(fresh)))

    def _sync_without_bfd(self) -> None:
        """Known to have no BFD, as any neighbour says (rule 4, flag 2)."""
        known = {address for peer in self for address in peer.learned.without_bfd()}
        manager, now, changes = self._router.manager, pydp.clock_ns(), []
        for address in known ^ self._without_bfd:
            changes += manager.set_without_bfd(address, address in known, now)
        self._without_bfd = known
        self._router.apply(changes)
