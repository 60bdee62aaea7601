# SPDX-License-Identifier: Apache-2.0
"""Tells one BGP peer which next hops we reach (profile L5): the difference between what this session was told
and what the NHIB says. It asks for nothing, keeps no BGP state and sends nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bfd_fastpath.nhib import Change, Entry, Reachability
from bfd_fastpath.report.naming import Names, Statement, Untellable, names, own_nodes, statement
from bfd_fastpath.report.outgoing import Outgoing, Unit, UpdateMaker
from bfd_fastpath.report.settings import Address, ReportSettings, Session
from bfd_fastpath.wire.bgp.family import BGP_LS
from bfd_fastpath.wire.bgp.update import end_of_rib
from bfd_fastpath.wire.bgpls import LinkPerformance, NodeNlri, RawNlri


@dataclass(frozen=True, slots=True)
class ReporterView:
    """What one peer has been told, for people."""

    open: bool
    told: Mapping[Address, Statement]
    quality: Mapping[Address, LinkPerformance]
    untellable: Mapping[Address, Untellable]
    """Next hops with something to be said of them that this profile cannot say."""
    updates: int
    """UPDATEs made since the reporter was."""
    announced: int
    withdrawn: int
    """NLRIs in them."""


@dataclass(slots=True)
class _Told:
    statement: Statement
    names: Names
    by: ReportSettings
    """The settings that the names were made by."""
    quality: LinkPerformance | None = None
    """What the Link's attribute says."""


@dataclass(slots=True)
class _Plan:
    """What has to be said, in the order of saying it."""

    withdraw: list[Unit] = field(default_factory=list)
    announce: list[Unit] = field(default_factory=list)
    withdraw_after: list[Unit] = field(default_factory=list)


class Reporter:
    """One peer's reporter; it outlives the peer's sessions. Every method that returns Outgoings wants them
    sent, in order, on the session that is open."""

    def __init__(self, settings: ReportSettings) -> None:
        self._settings = settings
        self._maker: UpdateMaker | None = None
        self._session: Session | None = None
        self._own: tuple[NodeNlri, ...] = ()
        self._told: dict[Address, _Told] = {}
        self._untellable: dict[Address, Untellable] = {}
        self._quality_ns: dict[Address, int] = {}
        self._updates = self._announced = self._withdrawn = 0

    def open(self, session: Session, entries: Iterable[Entry]) -> list[Outgoing]:
        """A new session: our own Nodes, everything there is to say, then End-of-RIB."""
        self.lost()
        self._session = session
        self._maker = UpdateMaker(self._settings, session)
        self._own = own_nodes(self._settings)
        said = self._maker.announce_own(self._own, self._settings.node_name)
        said += self._say(self._maker, {entry.address: entry.state for entry in entries})
        return self._count([*said, Outgoing(end_of_rib(BGP_LS))])

    def report(self, changes: Iterable[Change]) -> list[Outgoing]:
        """What these changes make of what was told. Nothing while no session is open."""
        if self._maker is None:
            return []
        return self._count(self._say(self._maker, {change.address: change.new for change in changes}))

    def measured(self, links: Mapping[Address, LinkPerformance | None], now_ns: int) -> list[Outgoing]:
        """What the links to these next hops are like; None: nothing is known. Said of Links that were told,
        where it differs enough from what was said and the policy's interval is over."""
        policy = self._settings.link_quality
        if self._maker is None or policy is None:
            return []
        since = now_ns - policy.interval_ns
        self._quality_ns = {address: said for address, said in self._quality_ns.items() if said > since}
        wanted: dict[RawNlri, LinkPerformance | None] = {}
        for address, quality in links.items():
            told = self._told.get(address)
            if told is None or told.statement is not Statement.LINK or address in self._quality_ns:
                continue
            if policy.differs(told.quality, quality):
                told.quality, self._quality_ns[address] = quality, now_ns
                wanted[told.names.link] = quality
        return self._count(self._maker.announce_quality(wanted))

    def resync(self, entries: Iterable[Entry]) -> list[Outgoing]:
        """Make what was told what the NHIB says, whatever happened. Saying it twice says nothing."""
        if self._maker is None:
            return []
        wanted: dict[Address, Reachability | None] = dict.fromkeys(self._told)
        wanted |= {entry.address: entry.state for entry in entries}
        return self._count(self._say(self._maker, wanted))

    def set_settings(self, settings: ReportSettings, entries: Iterable[Entry]) -> list[Outgoing]:
        """Other settings, on the session as it is: only what they change is said again."""
        before, self._settings = self._settings, settings
        if self._session is None or before == settings:
            return []
        self._maker = UpdateMaker(settings, self._session)
        own, was = own_nodes(settings), self._own
        fresh = own if before.node_name != settings.node_name else tuple(one for one in own if one not in was)
        said = self._maker.announce_own(fresh, settings.node_name) if fresh else []
        self._own = own
        said += self._maker.withdraw_own(tuple(one for one in was if one not in own))
        said += self._maker.announce_quality(self._unsay_quality()) if settings.link_quality is None else []
        return self._count(said) + self.resync(entries)

    def refresh(self) -> list[Outgoing]:
        """The peer asked for the family again (RFC 2918): all that it was told, then End-of-RIB."""
        if self._maker is None:
            return []
        units = [Unit(address, told.statement, _announced(told)) for address, told in self._told.items()]
        said = self._maker.announce_own(self._own, self._settings.node_name) + self._maker.announce(units)
        said += self._maker.announce_quality(
            {told.names.link: told.quality for told in self._told.values() if told.quality is not None}
        )
        return self._count([*said, Outgoing(end_of_rib(BGP_LS))])

    def leave(self) -> list[Outgoing]:
        """An orderly stop: take back everything that was told, ourselves last. Leaving is not failing.

        Nothing more is said on this session, whatever happens to the next hops meanwhile.
        """
        if self._maker is None:
            return []
        said = self._say(self._maker, dict.fromkeys(self._told)) + self._maker.withdraw_own(self._own)
        self.lost()
        return self._count(said)

    def lost(self) -> None:
        """The session is gone, and with it, at the peer, all that it was told. Here nothing else changes."""
        self._maker = self._session = None
        self._own = ()
        self._told.clear()
        self._untellable.clear()
        self._quality_ns.clear()

    @property
    def is_open(self) -> bool:
        """Whether there is a session."""
        return self._maker is not None

    def view(self) -> ReporterView:
        told = {address: one.statement for address, one in self._told.items()}
        return ReporterView(
            self._session is not None,
            told,
            {address: one.quality for address, one in self._told.items() if one.quality is not None},
            dict(self._untellable),
            self._updates,
            self._announced,
            self._withdrawn,
        )

    def _say(self, maker: UpdateMaker, wanted: Mapping[Address, Reachability | None]) -> list[Outgoing]:
        plan = _Plan()
        for address, state in wanted.items():
            self._decide(
                plan, address, statement(state, announce_unverified=self._settings.announce_unverified)
            )
        said = maker.withdraw(plan.withdraw) if plan.withdraw else []
        said += maker.announce(plan.announce) if plan.announce else []
        return said + (maker.withdraw(plan.withdraw_after) if plan.withdraw_after else [])

    def _decide(self, plan: _Plan, address: Address, wanted: Statement) -> None:
        """Link before Node when announcing, Node before Link when withdrawing: a reader that takes NLRIs one
        by one passes through "Link without Node", which is Up, never through Down."""
        told = self._told.get(address)
        named = self._names(address, told) if wanted is not Statement.NOTHING else None
        if wanted is Statement.NOTHING:
            self._untellable.pop(address, None)
        if named is None:
            if told is not None:
                del self._told[address]
                plan.withdraw.append(Unit(address, Statement.NOTHING, _withdrawn(told)))
        elif told is None:
            self._told[address] = fresh = _Told(wanted, named, self._settings)
            plan.announce.append(Unit(address, wanted, _announced(fresh)))
        elif told.names != named:
            self._rename(plan, address, told, _Told(wanted, named, self._settings))
        elif told.statement is not wanted:
            told.statement, told.by, told.quality = wanted, self._settings, None
            units = plan.announce if wanted is Statement.LINK else plan.withdraw
            units.append(Unit(address, wanted, (named.link,)))

    def _unsay_quality(self) -> dict[RawNlri, LinkPerformance | None]:
        """Links whose attribute has to go."""
        found: dict[RawNlri, LinkPerformance | None] = {}
        for told in self._told.values():
            if told.quality is not None:
                told.quality = None
                found[told.names.link] = None
        return found

    def _names(self, address: Address, told: _Told | None) -> Names | None:
        """None, and noted, where the profile has no names for it."""
        if told is not None and told.by is self._settings:
            return told.names
        named = names(address, self._settings)
        if isinstance(named, Untellable):
            self._untellable[address] = named
            return None
        self._untellable.pop(address, None)
        return named

    def _rename(self, plan: _Plan, address: Address, told: _Told, fresh: _Told) -> None:
        """Our own address on its LAN, or the form of ids, changed. New names come before old ones go."""
        self._told[address] = fresh
        old = tuple(one for one in _withdrawn(told) if one not in _announced(fresh))
        new = tuple(one for one in _announced(fresh) if one not in _withdrawn(told))
        if new:
            plan.announce.append(Unit(address, fresh.statement, new))
        if old:
            plan.withdraw_after.append(Unit(address, fresh.statement, old))

    def _count(self, said: list[Outgoing]) -> list[Outgoing]:
        self._updates += len(said)
        for one in said:
            reach, unreach = one.update.mp_reach, one.update.mp_unreach
            self._announced += len(reach.nlris) if reach is not None else 0
            self._withdrawn += len(unreach.nlris) if unreach is not None else 0
        return said


def _announced(told: _Told) -> tuple[RawNlri, ...]:
    if told.statement is Statement.LINK:
        return told.names.link, told.names.node
    return (told.names.node,)


def _withdrawn(told: _Told) -> tuple[RawNlri, ...]:
    if told.statement is Statement.LINK:
        return told.names.node, told.names.link
    return (told.names.node,)
