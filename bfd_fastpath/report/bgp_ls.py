# SPDX-License-Identifier: Apache-2.0
"""Telling by BGP-LS: a Node and a Link for each next hop that was Up, in one of the profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.report.naming import BELIEVED, Names, Profile, Statement, Untellable, statement
from bfd_fastpath.report.outgoing import Outgoing, Unit, UpdateMaker, next_hop
from bfd_fastpath.report.settings import Address, ReportSettings, Session
from bfd_fastpath.report.telling import States
from bfd_fastpath.wire.bgp.family import BGP_LS, Family
from bfd_fastpath.wire.bgp.update import end_of_rib
from bfd_fastpath.wire.bgpls import LinkPerformance, NodeNlri, RawNlri

# By names of their own: each look into an enumeration costs as much as all else in a line.
_NOTHING, _LINK = Statement.NOTHING, Statement.LINK


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


class BgpLsTelling:
    """A Telling, in one profile."""

    def __init__(self, settings: ReportSettings, session: Session, profile: Profile) -> None:
        self._settings = settings
        self._session = session
        self._profile = profile
        self._maker = self._update_maker()
        self._own: tuple[NodeNlri, ...] = profile.own_nodes(settings)
        self._told: dict[Address, _Told] = {}
        self._untellable: dict[Address, Untellable] = {}
        self._quality_ns: dict[Address, int] = {}

    def begin(self, states: States) -> list[Outgoing]:
        """Our own Nodes first."""
        said = self._maker.announce_own(self._own, self._settings.node_name)
        return [*said, *self.say(states), Outgoing(end_of_rib(BGP_LS))]

    def measured(self, links: Mapping[Address, LinkPerformance | None], now_ns: int) -> list[Outgoing]:
        """Said of Links that were told, where it differs enough from what was said and the policy's interval
        is over."""
        policy = self._settings.link_quality
        if policy is None:
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
        return self._maker.announce_quality(wanted)

    def set_settings(self, settings: ReportSettings) -> list[Outgoing]:
        before, self._settings = self._settings, settings
        self._maker = self._update_maker()
        own, was = self._profile.own_nodes(settings), self._own
        fresh = own if before.node_name != settings.node_name else tuple(one for one in own if one not in was)
        said = self._maker.announce_own(fresh, settings.node_name) if fresh else []
        self._own = own
        said += self._maker.withdraw_own(tuple(one for one in was if one not in own))
        return said + (
            self._maker.announce_quality(self._unsay_quality()) if settings.link_quality is None else []
        )

    def refresh(self, family: Family) -> list[Outgoing]:
        units = [
            Unit(address, BELIEVED[told.statement], _announced(told)) for address, told in self._told.items()
        ]
        said = self._maker.announce_own(self._own, self._settings.node_name) + self._maker.announce(units)
        said += self._maker.announce_quality(
            {told.names.link: told.quality for told in self._told.values() if told.quality is not None}
        )
        return [*said, Outgoing(end_of_rib(BGP_LS))]

    def leave(self) -> list[Outgoing]:
        """Ourselves last."""
        return self.say(dict.fromkeys(self._told)) + self._maker.withdraw_own(self._own)

    def told(self) -> dict[Address, Reachability]:
        return {
            address: believed
            for address, one in self._told.items()
            if (believed := BELIEVED[one.statement]) is not None
        }

    def untellable(self) -> dict[Address, Untellable]:
        return dict(self._untellable)

    def quality(self) -> dict[Address, LinkPerformance]:
        return {address: one.quality for address, one in self._told.items() if one.quality is not None}

    def _update_maker(self) -> UpdateMaker:
        next_hops = (next_hop(self._settings, self._session),)
        return UpdateMaker(self._settings.asn, self._session, BGP_LS, next_hops)

    def say(self, states: States) -> list[Outgoing]:
        plan, maker = _Plan(), self._maker
        for address, state in states.items():
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
        if wanted is _NOTHING:
            self._untellable.pop(address, None)
            named = None
        else:
            named = self._names(address, told)
        if named is None:
            if told is not None:
                del self._told[address]
                plan.withdraw.append(Unit(address, None, _withdrawn(told)))
        elif told is None:
            self._told[address] = fresh = _Told(wanted, named, self._settings)
            plan.announce.append(Unit(address, BELIEVED[wanted], _announced(fresh)))
        elif told.names != named:
            self._rename(plan, address, told, _Told(wanted, named, self._settings))
        elif told.statement is not wanted:
            told.statement, told.by, told.quality = wanted, self._settings, None
            units = plan.announce if wanted is _LINK else plan.withdraw
            units.append(Unit(address, BELIEVED[wanted], (named.link,)))

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
        if told is not None and told.by is self._settings and self._profile.lasting:
            return told.names
        named = self._profile.names(address, self._settings)
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
            plan.announce.append(Unit(address, BELIEVED[fresh.statement], new))
        if old:
            plan.withdraw_after.append(Unit(address, BELIEVED[fresh.statement], old))


def _announced(told: _Told) -> tuple[RawNlri, ...]:
    if told.statement is Statement.LINK:
        return told.names.link, told.names.node
    return (told.names.node,)


def _withdrawn(told: _Told) -> tuple[RawNlri, ...]:
    if told.statement is Statement.LINK:
        return told.names.node, told.names.link
    return (told.names.node,)
