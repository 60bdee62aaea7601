# SPDX-License-Identifier: Apache-2.0
"""A whole client router in this process: from a configuration to engine, sessions, NHIB, reporter and BGP,
and back.

It is not the process round it: no signals, no log set-up, no EAL initialisation (see daemon), and no event
loop of its own: every method runs on the loop that called start().
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Final

import structlog

import pydp
from bfd_fastpath.config import plan
from bfd_fastpath.config.model import Config
from bfd_fastpath.config.steps import Step
from bfd_fastpath.net.deadline import DeadlineTimer
from bfd_fastpath.net.pump import EventPump
from bfd_fastpath.net.tap import Tap
from bfd_fastpath.nhib import Change, Entry, Nhib
from bfd_fastpath.router import carry_out, engine_events
from bfd_fastpath.router.dataplane import Dataplane
from bfd_fastpath.router.events import Address, RouterEvent
from bfd_fastpath.router.farewell import Farewell
from bfd_fastpath.router.forwarding import Forwarding
from bfd_fastpath.router.host_routes import HostRoutes
from bfd_fastpath.router.hosts import Hosts
from bfd_fastpath.router.kernel_mirror import KernelMirror
from bfd_fastpath.router.key_chains import ConfiguredKeyChains
from bfd_fastpath.router.lags import Lags
from bfd_fastpath.router.learned import Route
from bfd_fastpath.router.link_reports import LinkReports
from bfd_fastpath.router.neighbours import Neighbours
from bfd_fastpath.router.observers import Observer, Observers
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.port_links import PortLinks
from bfd_fastpath.router.reports import Reports
from bfd_fastpath.session import (
    EngineRefusedError,
    EventRecord,
    PathSignal,
    SessionManager,
    StandingSessions,
    Unsolicited,
    UrgentFirst,
    strangers,
)
from bfd_fastpath.session.native import NativeEngine

_log = structlog.get_logger("router")
#: Records that come together from which on observers wait until the neighbours have been told of all.
_CROWD: Final = 16


class Router:
    """One running client router.

    `Router(config, ports=...)` prepares; `start()` opens what is missing and connects; `stop()` leaves in
    order (withdraw, AdminDown, wait the peers' detection time, close BGP). EAL must be initialised first
    (pydp.eal.init).

    `ports` maps a port's name in the configuration to a port that is open already (an in-memory link's
    end): it is
    attached, and left open at the end. Ports not in it are opened from their devargs and closed by
    `stop()`. `name` is
    the engine's, unique in the process, and the router's own unless given. `tap` is shown the octets of
    every BGP
    connection.
    """

    def __init__(
        self,
        config: Config,
        *,
        ports: Mapping[str, pydp.Port] | None = None,
        name: str | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.config = config
        self.nhib = Nhib()
        self.dataplane = Dataplane((name or config.router.name)[:20], config, ports or {})
        self.neighbours = Neighbours(self, tap)
        self.reports = Reports(self)
        self.link_reports = LinkReports(self)
        self._kernel = KernelMirror(self.dataplane, config.ports)
        self.hosts = Hosts(self.dataplane, config.ports)
        self._port_links = PortLinks(self.dataplane, self.emit)
        #: True from the beginning of stop() on: nothing new is begun.
        self.leaving = False
        self._farewell = Farewell()
        self._closing = asyncio.Lock()
        self._observers = Observers(lambda: self._pump is not None and self._pump.busy)
        self._manager: SessionManager | None = None
        self._forwarding: Forwarding | None = None
        self._host_routes: HostRoutes | None = None
        self._standing: StandingSessions | None = None
        self._unsolicited: Unsolicited | None = None
        self._key_chains: ConfiguredKeyChains | None = None
        self._lags: Lags | None = None
        self._pump: EventPump[Any] | None = None
        self._timer = DeadlineTimer(pydp.clock_ns, self._next_deadline, self._expired)

    # -- for the process round it --------------------------------------------------------------------------

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer` with every RouterEvent from here on, in order; returns the function that ends it.

        It runs inside the router's own work, so it must be quick; what it raises is logged. In a storm it is
        shown what happened when the neighbours have been told.
        """
        return self._observers.add(observer)

    async def start(self) -> None:
        """Everything up, BGP connecting. Raises PydpError (port, engine), OSError (a busy TCP port, netlink),
        ConfigError or NoInterfaceError; what had been opened by then is closed again.
        """
        try:
            self.dataplane.create()
            self._forwarding = Forwarding(
                self.engine,
                self.config.forwarding,
                self.dataplane.indices,
                lambda: tuple(self.neighbours),
                asyncio.get_running_loop().call_soon,
            )
            self._host_routes = HostRoutes(self._forwarding.rib, self.hosts.interfaces)
            native = NativeEngine(self.engine)
            self._key_chains = ConfiguredKeyChains(native.key_chains)
            self._manager = SessionManager(native, self.nhib)
            self._standing = StandingSessions(native)
            self._unsolicited = Unsolicited(self._standing)
            self._lags = Lags(self.dataplane, self._standing)
            self._pump = EventPump(UrgentFirst(self.engine.events), self._events)
            await carry_out.start(self, plan(None, self.config))
        except BaseException:
            await self._close()
            raise

    async def running(self) -> None:
        """The ports are there: start the worker and listen to it. A step of start()."""
        await self.hosts.start()
        self._port_links.start()
        self.dataplane.start()
        await self._kernel.start()
        assert self._pump is not None
        self._pump.start()

    async def reload(self, config: Config) -> list[Step]:
        """Go to another configuration; what does not differ is not touched. Returns the steps, with those
        that need a restart, about which nothing was done.
        """
        wanted = plan(self.config, config)
        self.config = config
        await carry_out.reload(self, wanted)
        return wanted

    async def stop(self, *, at_once: bool = False) -> None:
        """Leave in order (rule 5): withdraw what was told, AdminDown, wait until every session is gone,
        close BGP.

        With `at_once` without waiting; called so a second time, it ends the wait of the first.
        """
        self.leaving = True
        if at_once:
            self._farewell.cut_short()
        elif self._manager is not None and self.dataplane.is_open:
            self.emit(self.neighbours.withdraw_told())
            await self._farewell.say(self._manager, self.standing, self.engine)
        await self._close()

    async def _close(self) -> None:
        self.leaving = True
        async with self._closing:
            self._timer.stop()
            await self.neighbours.close()
            await self._kernel.close()
            if self._host_routes is not None:
                await self._host_routes.close()
            await self.hosts.close()
            await self._port_links.close()
            if self._pump is not None:
                self._pump.stop()
                self._pump = None
            self._observers.flush()
            self.dataplane.close()

    # -- views ---------------------------------------------------------------------------------------------

    @property
    def engine(self) -> pydp.Engine:
        """RuntimeError unless the router is up."""
        return self.dataplane.engine

    @property
    def manager(self) -> SessionManager:
        """RuntimeError before start()."""
        if self._manager is None:
            raise RuntimeError("the router is not running")
        return self._manager

    @property
    def forwarding(self) -> Forwarding:
        """Routes and next hops. RuntimeError before start()."""
        if self._forwarding is None:
            raise RuntimeError("the router is not running")
        return self._forwarding

    @property
    def host_routes(self) -> HostRoutes:
        """The kernel's routes that lead out at our ports. RuntimeError before start()."""
        if self._host_routes is None:
            raise RuntimeError("the router is not running")
        return self._host_routes

    @property
    def key_chains(self) -> ConfiguredKeyChains:
        """RuntimeError before start()."""
        if self._key_chains is None:
            raise RuntimeError("the router is not running")
        return self._key_chains

    @property
    def standing(self) -> StandingSessions:
        """The sessions that guard no next hop. RuntimeError before start()."""
        if self._standing is None:
            raise RuntimeError("the router is not running")
        return self._standing

    @property
    def unsolicited(self) -> Unsolicited:
        """Sessions that peers began. RuntimeError before start()."""
        if self._unsolicited is None:
            raise RuntimeError("the router is not running")
        return self._unsolicited

    @property
    def lags(self) -> Lags:
        """The link aggregates. RuntimeError before start()."""
        if self._lags is None:
            raise RuntimeError("the router is not running")
        return self._lags

    def routes(self) -> list[tuple[Address, Route]]:
        """Every learned route with the neighbour that offers it."""
        return [(one.neighbor.address, route) for one in self.neighbours for route in one.learned.routes()]

    def nexthops(self) -> list[Entry]:
        """What the NHIB has: IPv4 first, then by number."""
        return sorted(self.nhib.entries(), key=lambda entry: (entry.address.version, int(entry.address)))

    def peers(self) -> Iterable[Peer]:
        """The BGP neighbours."""
        return tuple(self.neighbours)

    # -- the operator --------------------------------------------------------------------------------------

    def clear(self, address: Address) -> bool:
        """Believe a Down no longer; False when it was not Down. KeyError when nothing tracks the address."""
        changes = self.manager.clear(address, pydp.clock_ns())
        self.apply(changes)
        return bool(changes)

    def session_admin(self, address: Address, down: bool) -> None:
        """Hold the sessions to an address in AdminDown or let them run. KeyError when there is none."""
        held = self.standing.hold(address, down)
        if self.manager.session_of(address) is None:
            if not held:
                raise KeyError(address)
            return
        self.apply(self.manager.set_admin(address, down, pydp.clock_ns()))

    def session_path(self, address: Address, signal: PathSignal) -> None:
        """What is known of a path otherwise than by BFD. KeyError when there is no session to the address."""
        found = self.standing.set_path(address, signal)
        if self.manager.session_of(address) is None:
            if not found:
                raise KeyError(address)
            return
        self.apply(self.manager.set_path(address, signal, pydp.clock_ns()))

    def session_poll(self, address: Address) -> None:
        """A Poll Sequence of the sessions to an address (RFC 5880 6.5). KeyError when there is none."""
        for session in self._sessions_to(address):
            self.engine.sessions.poll(session)

    def forwarding_reset(self, address: Address) -> None:
        """The sessions to an address go Down with diagnostic 4 (RFC 5880 6.8.15). KeyError when there is
        none."""
        for session in self._sessions_to(address):
            self.engine.sessions.forwarding_reset(session)

    def _sessions_to(self, address: Address) -> list[int]:
        guarding = self.manager.session_of(address)
        found = self.standing.ids(address) + ([] if guarding is None else [guarding])
        if not found:
            raise KeyError(address)
        return found

    # -- one direction: engine, BGP and operator -> sessions -> NHIB -> reports ----------------------------

    def apply(self, changes: list[Change]) -> None:
        """Tell the neighbours, then the observers, then let go of the sessions that nobody wants any more."""
        while changes:
            told = self.reports.tell(changes)
            self.emit(engine_events.from_change(change) for change in changes)
            self.emit(told)
            changes = self.manager.settle(pydp.clock_ns())
        self.unsolicited.yield_to(self.manager.session_of)
        self._kernel.follow(self.manager, self.standing)
        self._timer.refresh()

    def emit(self, happened: Iterable[RouterEvent]) -> None:
        """Hand events to the observers."""
        self._observers.show(happened)

    def _events(self, batch: Any) -> None:
        """A batch from the engine: the neighbours hear first, because that is what the product is for."""
        drained = self.manager.events(batch)
        told = self.reports.tell(drained.changes)  # without any, too: others may have waited for long enough
        self.neighbours.failed(
            address for address, record in drained.seen() if engine_events.is_failure(record)
        )
        happened = (
            (event for one in drained.seen() if (event := engine_events.from_record(*one)) is not None),
            (engine_events.from_change(change) for change in drained.changes),
            told,
        )
        if len(batch) < _CROWD:
            self.emit(chain.from_iterable(happened))
        else:
            self._observers.show_later(*happened)
        self._standing_events(drained.foreign)
        self._strangers(batch)
        self.apply(self.manager.settle(pydp.clock_ns()))
        self.dataplane.purge()
        self.key_chains.purge()
        self._farewell.check(self.manager, self.standing)

    def _standing_events(self, records: list[EventRecord]) -> None:
        for record in records:
            session = self.standing.event(record)
            if session is None:
                continue
            self.unsolicited.event(session, record)
            event = engine_events.from_record(session.destination, record)
            self.emit([] if event is None else [event])
            if engine_events.is_failure(record):
                self.neighbours.failed([session.destination])

    def _strangers(self, batch: Any) -> None:
        for stranger in strangers(batch) if not self.leaving else ():
            try:
                session = self.unsolicited.heard(stranger, pydp.clock_ns())
            except EngineRefusedError as error:
                _log.warning(
                    "engine refuses an unsolicited session", peer=str(stranger.source), error=str(error)
                )
                continue
            if session is not None:
                _log.info("unsolicited session", peer=str(session.destination), source=str(session.source))
            elif self.unsolicited.full():
                _log.warning("unsolicited sessions are as many as allowed", turned_away=str(stranger.source))

    def _next_deadline(self) -> int | None:
        times = [
            self.manager.next_deadline(),
            self.unsolicited.next_deadline(),
            self.reports.next_deadline(),
            self.link_reports.next_deadline(),
            *(one.next_deadline() for one in self.neighbours),
        ]
        return min((time for time in times if time is not None), default=None)

    def _expired(self, now_ns: int) -> None:
        self.unsolicited.timer(now_ns)
        self.emit(self.reports.timer(now_ns))
        self.apply(self.manager.timer(now_ns))
        for one in self.neighbours:
            one.expire(now_ns)
        if not self.leaving:
            self.link_reports.timer(now_ns)
