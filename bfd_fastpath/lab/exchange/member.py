# SPDX-License-Identifier: Apache-2.0
"""One member: the parts of a client router, wired as the router wires them, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from random import Random
from typing import Any

import numpy

from bfd_fastpath.lab.exchange.cast import LANS, SERVER_AS, Player, Prefix, member_of, server_address
from bfd_fastpath.lab.exchange.connection import Connection, Side
from bfd_fastpath.lab.exchange.lan_engine import LanEngine, LanPorts
from bfd_fastpath.lab.exchange.wanted import Sabotage, Wanted
from bfd_fastpath.lab.exchange.world import SECOND_NS, Actor, World
from bfd_fastpath.nhib import BfdState, Change, Nhib
from bfd_fastpath.report import (
    BouncePolicy,
    CoalescePolicy,
    FusePolicy,
    Gate,
    LanAddress,
    Outgoing,
    Preference,
    Reporter,
    ReportSettings,
    Session,
    Transport,
)
from bfd_fastpath.router.events import RouterEvent, RoutesLearned, RoutesWithdrawn
from bfd_fastpath.router.intake import Intake
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.session import Attachment, EventType, LearnedPolicy, SessionManager
from bfd_fastpath.session.dampening import DampeningPolicy
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    BgpSession,
    Closed,
    EndOfRib,
    Established,
    Event,
    FamilyDisabled,
    Origin,
    PeerInfo,
    RefreshRequested,
    SessionError,
    SessionSettings,
    UpdateReceived,
    end_of_rib,
    nh_reach,
    pack_announcements,
    singles,
)
from bfd_fastpath.wire.bgpls.profile_l5 import Reader

_USER = "bgp route-server"
#: A member that lost its session tries again so much later.
RETRY_NS = 5 * SECOND_NS

Moved = Callable[[int, Iterable[Prefix], int], None]


class Member(Actor):
    """Runs from start() to stop(), and may start again, with nothing kept.

    `moved(index, prefixes, time_ns)` hears of routes that changed, with the time by the clock of the
    processors; `lost(member)` is called a while after its BGP session ended.
    """

    def __init__(
        self,
        world: World,
        player: Player,
        wanted: Wanted,
        random: Random,
        moved: Moved,
        lost: Callable[[Member], None],
    ) -> None:
        super().__init__()
        self.player = player
        self.connection: Connection | None = None
        self.running = False
        self._world = world
        self._wanted = wanted
        self._random = random
        self._moved = moved
        self._lost = lost
        self._touched: list[Prefix] = []
        self._lan = LANS[wanted.version]
        self._unicast = IPV4_UNICAST if wanted.version == 4 else IPV6_UNICAST
        self._alarm_ns: int | None = None
        self._failed: set[int] = set()
        #: From when on the sabotage works.
        self.sabotage: Sabotage | None = None

    # -- its life ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Its control plane, with empty tables."""
        player, wanted, lan = self.player, self._wanted, self._lan
        policy = LearnedPolicy(timers=wanted.timers, max_sessions=4096)
        self.nhib = Nhib()
        self.manager = SessionManager(LanEngine(self._world.fabric.lan, player.index), self.nhib, policy)
        self.manager.set_attachments(
            [Attachment(0, "lan", player.address, lan)] if player.bfd else [], self._world.now_ns
        )
        self.manager.set_dampening(DampeningPolicy(enabled=wanted.dampening), self._world.now_ns)
        self._gate = Gate(LanPorts(self._world.fabric.lan, player.index))
        hold = BouncePolicy() if wanted.hold else BouncePolicy(hold_ns=0)
        coalesce = CoalescePolicy(wanted.coalesce_us * 1000)
        self._gate.set_policies(FusePolicy(enabled=wanted.fuse), hold, coalesce)
        self.learned = Learned()
        peer = server_address(wanted.version)
        self._intake = Intake(peer, player.asn, Reader((lan,)), self.learned, allowed=(lan,))
        mine = (LanAddress(player.address, (lan,)),)
        self._settings = ReportSettings(
            player.asn, mine, router_id=player.identifier, transport=wanted.transport
        )
        self._reporter = Reporter(self._settings, self.learned.routers.named)
        self._seen = 0
        self._asked: set[Any] = set()
        self._without_bfd: set[Any] = set()
        self._failed.clear()
        self.running = True

    def new_side(self) -> Side:
        """Its end of a new connection."""
        player = self.player
        nh = self._wanted.transport is Preference.NH_REACH
        telling = nh_reach(self._wanted.version) if nh else BGP_LS
        families = (self._unicast, telling) if player.bfd else (self._unicast,)
        settings = SessionSettings(
            local_asn=player.asn,
            router_id=player.identifier,
            families=families,
            peer_asn=SERVER_AS,
            hold_time_s=self._wanted.hold_time_s,
        )
        session = BgpSession(settings, jitter=lambda: self._random.uniform(0.75, 1.0))
        return Side(self, session, self._happened, self._sync, self._done)

    def leave(self, left: Callable[[], None]) -> None:
        """An orderly stop (rule 5): withdraw what was told, AdminDown for the peers' detection time, close
        BGP. `left` is called when the last is done."""
        assert self.connection is not None

        def begin() -> None:
            self._say(self._reporter.leave())
            self.manager.leave()

        self._act(begin)

        def end() -> None:
            if self.manager.leaving():
                self._world.alarm(self._world.now_ns + SECOND_NS, end)
                return
            self.running = False
            connection = self.connection
            if connection is not None:
                connection.client.session.close()
                connection.client.session.events()
                connection.flush(connection.client)
            self.connection = None
            left()

        self._world.alarm(self._world.now_ns + SECOND_NS, end)

    # -- what comes in -------------------------------------------------------------------------------------

    def heard(self, batch: Any) -> None:
        """Its BFD sessions."""
        if not self.running:
            return
        batch = self._spoiled(batch)
        arrive_ns = int(batch["time_ns"][-1]) if len(batch) else self._world.now_ns
        self._act(lambda: self._apply(self.manager.events(batch).changes), arrive_ns)

    def _spoiled(self, batch: Any) -> Any:
        """Without what a sabotaged member does not hear."""
        up = int(BfdState.UP)
        changes = batch["type"] == int(EventType.STATE)
        if self.sabotage is Sabotage.IGNORE_DOWN:
            return batch[~(changes & (batch["old_state"] == up))]
        if self.sabotage is Sabotage.STICK_DOWN:
            down = changes & (batch["old_state"] == up)
            self._failed.update(batch["session"][down].tolist())
            came_up = changes & (batch["new_state"] == up)
            return batch[~(came_up & numpy.isin(batch["session"], list(self._failed)))]
        return batch

    def _happened(self, event: Event) -> None:
        now_ns = self._world.now_ns
        match event:
            case Established(peer=info):
                self._established(info)
            case UpdateReceived(update=update):
                self._note(self._intake.update(update, now_ns))
                self._renamed()
            case EndOfRib(family=family):
                self._awaited.discard(family)
                if not self._awaited:
                    self.learned.swept()
            case FamilyDisabled(family=family):
                self._note(self._intake.forget(family, now_ns))
            case RefreshRequested(family=family):
                self._say(self._reporter.refresh(family))
            case Closed():
                self._reporter.lost()
                self._note(self._intake.lost(now_ns))
                self.connection = None
                self._world.alarm(now_ns + RETRY_NS, lambda: self._lost(self))
            case _:
                pass

    def _established(self, info: PeerInfo) -> None:
        self._awaited = set(info.families)
        self._announce(info)
        self._send([end_of_rib(self._unicast)])
        if (chosen := self._settings.choose(info.families)) is not None:
            session = Session(self.player.address, info.asn, self._session().limit, info.as4, *chosen)
            entries = self._gate.believed(self.nhib.entries(), fresh=True)
            self._say(self._reporter.open(session, entries))

    def _renamed(self) -> None:
        """Members whose router is told otherwise now have other names in profile L7."""
        changed = self.learned.routers.changed()
        session = self._reporter.session
        if changed and session is not None and session.transport is Transport.BGP_LS_L7:
            entries = (one for one in self.nhib.entries() if one.address in changed)
            self._say(self._reporter.add(self._gate.believed(entries, fresh=False)))

    def _announce(self, info: PeerInfo) -> None:
        ranks: dict[int, list[Prefix]] = {}
        for offer in self.player.offers:
            ranks.setdefault(offer.rank, []).append(offer.prefix)
        address = self.player.address
        for rank, prefixes in ranks.items():
            attributes = Attributes(
                origin=Origin.IGP,
                as_path=AsPath.sequence(*[self.player.asn] * (rank + 1)),
                next_hop=address if isinstance(address, IPv4Address) else None,
            )
            hops = () if address.version == 4 else (address,)
            limit = self._session().limit
            self._send(
                pack_announcements(
                    self._unicast, attributes, hops, singles(prefixes), limit=limit, as4=info.as4
                )
            )

    # -- one direction: BGP and BFD -> sessions -> NHIB -> report -------------------------------------------

    def _done(self, finish_ns: int) -> None:
        """A piece of BGP is dealt with: the world hears what moved."""
        if self._touched:
            self._moved(self.player.index, self._touched, finish_ns)
            self._touched = []
        self._rearm()

    def _note(self, events: Iterable[RouterEvent]) -> None:
        for one in events:
            if isinstance(one, RoutesLearned | RoutesWithdrawn):
                self._touched += one.prefixes

    def _sync(self) -> None:
        """What BGP made us want becomes sessions."""
        if not self.running or not self.player.bfd or self._seen == self.learned.revision:
            return
        self._seen = self.learned.revision
        now_ns = self._world.now_ns
        changes: list[Change] = []
        known = self.learned.without_bfd()
        for address in known ^ self._without_bfd:
            changes += self.manager.set_without_bfd(address, address in known, now_ns)
        self._without_bfd = known
        wanted = self.learned.wanted()
        for address in wanted - self._asked:
            changes += self.manager.want(address, _USER, None, now_ns)
        for address in self._asked - wanted:
            changes += self.manager.unwant(address, _USER, now_ns)
        self._asked = wanted
        self._apply(changes)

    def _apply(self, changes: list[Change]) -> None:
        now_ns = self._world.now_ns
        while changes:
            sifted = self._gate.sift(changes, now_ns, telling=self._reporter.session is not None)
            self._say(self._reporter.report(sifted.changes))
            changes = self.manager.settle(now_ns)
        self.manager.settle(now_ns)

    def _say(self, said: Iterable[Outgoing]) -> None:
        self._send(one.update for one in said)

    def _send(self, updates: Iterable[Any]) -> None:
        if self.connection is None:
            return
        for update in updates:
            try:
                self._session().send(update, self._world.now_ns)
            except SessionError:
                return  # it is closing, and the next one is told everything

    def _session(self) -> BgpSession:
        assert self.connection is not None
        return self.connection.client.session

    def _act(self, action: Callable[[], object], arrive_ns: int | None = None) -> None:
        self.work(self._world.now_ns if arrive_ns is None else arrive_ns, action)
        if self.connection is not None:
            self.connection.flush(self.connection.client)
        self._rearm()

    def _rearm(self) -> None:
        """What the NHIB, dampening and the gate before the reporter do by themselves."""
        if not self.running or not self.player.bfd:
            return
        times = (self.manager.next_deadline(), self._gate.next_deadline())
        deadline_ns = min((time_ns for time_ns in times if time_ns is not None), default=None)
        if deadline_ns is None or (self._alarm_ns is not None and self._alarm_ns <= deadline_ns):
            return
        self._alarm_ns = deadline_ns
        self._world.alarm(deadline_ns, self._expired)

    def _expired(self) -> None:
        self._alarm_ns = None
        if self.running:
            self._act(self._expire)

    def _expire(self) -> None:
        now_ns = self._world.now_ns
        self._apply(self.manager.timer(now_ns))
        deadline_ns = self._gate.next_deadline()
        if deadline_ns is not None and deadline_ns <= now_ns:
            self._say(self._reporter.report(self._gate.due(now_ns).changes))

    @property
    def holds_back(self) -> bool:
        """Whether it knows something that it has yet to tell, or to believe."""
        if not self.running or self.connection is None:
            return False
        return self._gate.next_deadline() is not None or self.manager.next_release() is not None

    # -- what it holds -------------------------------------------------------------------------------------

    def next_hop(self, prefix: Prefix) -> int:
        """The member that its packets for a prefix go to; -1: it has no route."""
        route = self.learned.route(prefix) if self.running else None
        return member_of(route.next_hop) if route is not None else -1
