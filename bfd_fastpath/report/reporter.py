# SPDX-License-Identifier: Apache-2.0
"""Tells one BGP peer which next hops we reach, by the transport that its session has. It asks for nothing,
keeps no BGP state and sends nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bfd_fastpath.nhib import Change, Entry, Reachability
from bfd_fastpath.report.bgp_ls import BgpLsTelling
from bfd_fastpath.report.naming import ProfileL5, Untellable
from bfd_fastpath.report.naming_l7 import ProfileL7, RouterOf, nobody
from bfd_fastpath.report.nh_reach import NhReachTelling
from bfd_fastpath.report.outgoing import Outgoing
from bfd_fastpath.report.settings import Address, ReportSettings, Session
from bfd_fastpath.report.telling import Telling
from bfd_fastpath.report.transport import Transport
from bfd_fastpath.wire.bgp.family import BGP_LS, Family
from bfd_fastpath.wire.bgpls import LinkPerformance


@dataclass(frozen=True, slots=True)
class ReporterView:
    """What one peer has been told, for people."""

    open: bool
    transport: Transport | None
    """None while nothing is open."""
    told: Mapping[Address, Reachability]
    """What it believes of each next hop that it was told of."""
    quality: Mapping[Address, LinkPerformance]
    untellable: Mapping[Address, Untellable]
    """Next hops with something to be said of them that this transport cannot say."""
    updates: int
    """UPDATEs made since the reporter was."""
    announced: int
    withdrawn: int
    """NLRIs in them."""


class Reporter:
    """One peer's reporter; it outlives the peer's sessions. Every method that returns Outgoings wants them
    sent, in order, on the session that is open. `router_of` serves profile L7; call add() for next hops of
    which it says something else."""

    def __init__(self, settings: ReportSettings, router_of: RouterOf = nobody) -> None:
        self._settings = settings
        self._router_of = router_of
        self._session: Session | None = None
        self._telling: Telling | None = None
        self._updates = self._announced = self._withdrawn = 0

    @property
    def session(self) -> Session | None:
        """The one that is open."""
        return self._session

    def open(self, session: Session, entries: Iterable[Entry]) -> list[Outgoing]:
        """A new session: everything there is to say, then End-of-RIB."""
        self._session, self._telling = session, self._make(session)
        return self._count(self._telling.begin({entry.address: entry.state for entry in entries}))

    def report(self, changes: Iterable[Change]) -> list[Outgoing]:
        """What these changes make of what was told. Nothing while no session is open."""
        if self._telling is None:
            return []
        return self._count(self._telling.say({change.address: change.new for change in changes}))

    def add(self, entries: Iterable[Entry]) -> list[Outgoing]:
        """What there is to say of these next hops."""
        if self._telling is None:
            return []
        return self._count(self._telling.say({entry.address: entry.state for entry in entries}))

    def measured(self, links: Mapping[Address, LinkPerformance | None], now_ns: int) -> list[Outgoing]:
        """What the links to these next hops are like; None: nothing is known. Said where the transport and
        the settings want it, it differs enough, and it is not too soon."""
        return [] if self._telling is None else self._count(self._telling.measured(links, now_ns))

    def resync(self, entries: Iterable[Entry]) -> list[Outgoing]:
        """Make what was told what the NHIB says, whatever happened. Saying it twice says nothing."""
        if self._telling is None:
            return []
        wanted: dict[Address, Reachability | None] = dict.fromkeys(self._telling.told())
        wanted |= {entry.address: entry.state for entry in entries}
        return self._count(self._telling.say(wanted))

    def set_settings(self, settings: ReportSettings, entries: Iterable[Entry]) -> list[Outgoing]:
        """Other settings, on the session as it is: only what they change is said again."""
        before, self._settings = self._settings, settings
        if self._telling is None:
            return []
        said = self._count(self._telling.set_settings(settings)) if before != settings else []
        return said + self.resync(entries)

    def refresh(self, family: Family = BGP_LS) -> list[Outgoing]:
        """The peer asked for a family again (RFC 2918): all that it was told, then End-of-RIB. Nothing where
        the session does not tell by it."""
        if self._telling is None or self._session is None or family not in self._session.families:
            return []
        return self._count(self._telling.refresh(family))

    def leave(self) -> list[Outgoing]:
        """An orderly stop: take back everything that was told. Leaving is not failing.

        Nothing more is said on this session, whatever happens to the next hops meanwhile.
        """
        if self._telling is None:
            return []
        said = self._telling.leave()
        self.lost()
        return self._count(said)

    def lost(self) -> None:
        """The session is gone, and with it, at the peer, all that it was told. Here nothing else changes."""
        self._session = self._telling = None

    def view(self) -> ReporterView:
        telling, session = self._telling, self._session
        return ReporterView(
            telling is not None,
            None if session is None else session.transport,
            {} if telling is None else telling.told(),
            {} if telling is None else telling.quality(),
            {} if telling is None else telling.untellable(),
            self._updates,
            self._announced,
            self._withdrawn,
        )

    def _make(self, session: Session) -> Telling:
        if session.transport is Transport.NH_REACH:
            return NhReachTelling(self._settings, session)
        l7 = session.transport is Transport.BGP_LS_L7
        profile = ProfileL7(self._router_of) if l7 else ProfileL5()
        return BgpLsTelling(self._settings, session, profile)

    def _count(self, said: list[Outgoing]) -> list[Outgoing]:
        self._updates += len(said)
        for one in said:
            reach, unreach = one.update.mp_reach, one.update.mp_unreach
            self._announced += len(reach.nlris) if reach is not None else 0
            self._withdrawn += len(unreach.nlris) if unreach is not None else 0
        return said
