# SPDX-License-Identifier: Apache-2.0
"""One running agent: the members' sessions, the route server's neighbours, and the driver, wired."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

import structlog

from bfd_fastpath.agent.clients import Clients
from bfd_fastpath.agent.driver import DriverError, Neighbour, Wanted
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.drivers.bird_rtr import UNMARKED, BirdRtr
from bfd_fastpath.agent.enforcer import Enforcer
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.kept import Kept
from bfd_fastpath.agent.memory import Memory, Remembered
from bfd_fastpath.agent.pace import Pace
from bfd_fastpath.agent.rtr_feed import RtrFeed
from bfd_fastpath.agent.settings import Agent, Kind, Member, Method
from bfd_fastpath.agent.standing import learned, on_lan, wanted
from bfd_fastpath.config.model import Address
from bfd_fastpath.routeserver.asking import SOMEBODY
from bfd_fastpath.wire.bgp import Cease

T = TypeVar("T")
_QUICKER = 'BIRD reads its filters slowly; method = "rtr" needs no reload (docs/rs-agent.md)'
_log = structlog.get_logger("agent")


class RsAgent:
    """Use it from the event loop's thread."""

    def __init__(self, settings: Agent) -> None:
        self.settings = settings
        self.neighbours: tuple[Neighbour, ...] = ()
        """The route server's, as of the last time it answered."""
        server = settings.route_server
        self.third_parties: frozenset[Address] = frozenset()
        """Next hops on the LAN that no member has, as of the last look at the routes."""
        self.unmarked: int | None = None
        """Routes that BIRD cannot leave out by RTR, as of the last look; None where that is no question."""
        self._driver = driver(server, settings.lan)
        self._unasked = 0
        self._learned: list[Member] = []
        self._errors: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        times = (server.min_interval_us, server.rest_most_us, server.retry_first_us, server.retry_most_us)
        pace = Pace(*(time_us * 1000 for time_us in times))
        file = FilterFile(server.filter_file, self._driver)
        memory = Memory(server.filter_file)
        before = memory.read()
        self._feed = (
            RtrFeed(file, self._driver, server.rtr_port, self._again, before)
            if isinstance(self._driver, BirdRtr)
            else None
        )
        self.kept = Kept(before if settings.restart_hold_us else {})
        slow = server.kind is Kind.BIRD and server.method is Method.RELOAD
        self.enforcer = Enforcer(
            Remembered(self._feed or file, memory), pace, self._wanted, advice=_QUICKER if slow else ""
        )
        self.clients = Clients(settings, self.enforcer.changed, self._heard)

    async def start(self) -> None:
        """Raises net.tcp's TcpError when an address or port cannot be had."""
        await self.clients.start()
        await self._look()
        await self._settle()
        if self._feed is not None:
            await self._feed.start(self._wanted())
        self.enforcer.start()
        if self.settings.route_server.next_hop_poll_us:
            self._tasks.append(asyncio.get_running_loop().create_task(self._poll_next_hops(), name="hops"))
        if self.kept:
            _log.info("goes on with the filters of the agent before", pairs=self.kept.pairs)
            self._tasks.append(asyncio.get_running_loop().create_task(self._hold(), name="hold"))
        if self.settings.route_server.learn:
            self._tasks.append(asyncio.get_running_loop().create_task(self._poll(), name="neighbours"))

    async def stop(self) -> bool:
        """Empty the filters, then close the sessions; whether the route server has taken the empty
        filters."""
        await self._end_tasks()
        emptied = await self.enforcer.stop()
        await self.clients.stop()
        if self._feed is not None:
            await self._feed.stop()
        return emptied

    async def leave(self) -> None:
        """Close the sessions, and leave the route server with what it was given last: another agent comes."""
        await self._end_tasks()
        await self.enforcer.abandon()
        await self.clients.stop("the agent starts again", Cease.RESET)
        if self._feed is not None:
            await self._feed.stop()

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def reload(self, settings: Agent) -> list[str]:
        """Go to other members and logs; what changed, and what needs a restart, in words."""
        before = {member.name: member for member in self.clients.members}
        said = _restarts(self.settings, settings)
        if not said:
            self.settings = settings
            await self._look()
            await self._settle()
            after = {member.name: member for member in self.clients.members}
            said += [f"member {name} gone" for name in before.keys() - after.keys()]
            said += [f"member {name} new" for name in after.keys() - before.keys()]
            said += [f"member {n} changed" for n in before.keys() & after.keys() if before[n] != after[n]]
        return sorted(said)

    def _again(self) -> None:
        self.enforcer.again()

    def _wanted(self) -> Wanted:
        others = (one.address for one in self.neighbours if on_lan(self.settings, one.address))
        excluded = self.clients.excluded()
        if self.kept:
            for one in self.clients.members:
                kept = self.kept.of(one, self.clients.spoken_of(one))
                excluded[one.name] = excluded.get(one.name, frozenset()) | kept
        return wanted(self.clients.members, excluded, others)

    def _heard(self, member: Member, whole: bool) -> None:
        if self.kept:
            if whole:
                self.kept.back(member)
            self.enforcer.changed()

    async def _hold(self) -> None:
        await asyncio.sleep(self.settings.restart_hold_us / 1e6)
        left = self.kept.end()
        if left:
            _log.warning(
                "not back after restart-hold; they get all routes again", clients=list(map(str, left))
            )
            self.enforcer.changed()

    async def _settle(self) -> None:
        if self.settings.route_server.learn:
            self._learned = learned(self.settings, self.neighbours, self._learned)
        await self.clients.go_to([*self.settings.members, *self._learned])
        self.clients.identify(self.neighbours)

    async def _look(self) -> bool:
        """Ask the route server for its neighbours; whether they are others than before."""
        answer = await self._ask(self._driver.neighbours)
        if answer is None:
            return False
        found = tuple(answer)
        changed, self.neighbours = found != self.neighbours, found
        return changed

    async def _ask(self, question: Callable[[], T]) -> T | None:
        """None, and told once, when the route server does not answer."""
        try:
            answer = await asyncio.to_thread(question)
        except DriverError as error:
            if str(error) != self._errors.get(question.__name__):
                _log.warning("the route server does not answer", asked=question.__name__, error=str(error))
            self._errors[question.__name__] = str(error)
            return None
        self._errors.pop(question.__name__, None)
        return answer

    async def _poll_next_hops(self) -> None:
        """Members are asked about them as about each other."""
        while True:
            found = await self._ask(self._driver.next_hops)
            if found is not None:
                members = {address for one in self.clients.members for address in one.addresses}
                self.third_parties = frozenset(a for a in found - members if on_lan(self.settings, a))
                self.clients.service.next_hops(self.third_parties)
                self._tell_unasked()
            if isinstance(self._driver, BirdRtr):
                await self._look_for_marks(self._driver)
            await asyncio.sleep(self.settings.route_server.next_hop_poll_us / 1e6)

    def _tell_unasked(self) -> None:
        unasked = self.clients.service.server.exchange.asking.dropped[SOMEBODY]
        if unasked and unasked != self._unasked:
            _log.warning("members are not asked about all third parties' next hops", not_asked=unasked)
        self._unasked = unasked

    async def _look_for_marks(self, bird: BirdRtr) -> None:
        found = await self._ask(bird.unmarked)
        if found and not self.unmarked:
            _log.warning(
                "routes are never left out: the import filters of some clients do not call rs_bfd_mark()",
                routes=found,
                ask_bird=f"show route table all where {UNMARKED}",
            )
        if found is not None:
            self.unmarked = found

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self.settings.route_server.poll_us / 1e6)
            if await self._look():
                await self._settle()
                self.enforcer.changed()


def _restarts(old: Agent, new: Agent) -> list[str]:
    """Everything but the members and the logs is read at the start."""
    keys = (
        "asn",
        "router_id",
        "listen",
        "port",
        "lan",
        "hold_time_s",
        "identifier",
        "nh_reach_safi",
        "fail_open_after_us",
        "restart_hold_us",
    )
    changed = [key for key in (*keys, "route_server", "control") if getattr(old, key) != getattr(new, key)]
    names = (key.removesuffix("_us").removesuffix("_s").replace("_", "-") for key in changed)
    return [f"{name} changed: restart the agent; nothing was done" for name in names]
