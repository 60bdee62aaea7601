# SPDX-License-Identifier: Apache-2.0
"""One BGP neighbour of a running router: its speaker, what it taught us, what it was told. What follows from
what it taught (sessions, the NHIB) is the router's."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog

import pydp
from bfd_fastpath.config.model import Announcement, Config, Neighbor
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.tap import Tap
from bfd_fastpath.nhib import Change, Entry
from bfd_fastpath.report import (
    LanAddress,
    Outgoing,
    Reporter,
    Session,
    Transport,
)
from bfd_fastpath.router import announcing
from bfd_fastpath.router.events import Address, BgpDown, BgpUp, RouterEvent, Told
from bfd_fastpath.router.intake import Intake
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.router.negotiated import negotiated, notified
from bfd_fastpath.router.reporting import NotReporting, ToldOf, believed, report_settings
from bfd_fastpath.router.retention import Retention
from bfd_fastpath.router.speaking import speaker_settings
from bfd_fastpath.wire import bgp
from bfd_fastpath.wire.bgp.refresh import RefreshKind
from bfd_fastpath.wire.bgpls import LinkPerformance, LinkState
from bfd_fastpath.wire.bgpls.codes import to_json
from bfd_fastpath.wire.bgpls.profile_l5 import Reader

#: A peer that sends no End-of-RIB has told everything this long after its session came up.
SWEEP_NS = 60_000_000_000
_log = structlog.get_logger("peer")


class Peer:
    """A neighbour and its session. `happened(peer, events)` is called with what observers are to see, after
    the peer's own books are right; `entries(fresh)` gives the NHIB as it is to be reported, to a session
    that is fresh or not; `learned` is what the same neighbour taught before."""

    def __init__(
        self,
        neighbor: Neighbor,
        config: Config,
        lan: tuple[LanAddress, ...],
        entries: Callable[[bool], Iterable[Entry]],
        happened: Callable[["Peer", list[RouterEvent]], None],
        *,
        tap: Tap | None = None,
        learned: Learned | None = None,
        shut: bool = False,
    ) -> None:
        self.neighbor = neighbor
        #: Whether an operator holds the session down.
        self.shut = shut
        #: The last NOTIFICATION of a session that did not come back since: who sent it, and it.
        self._notified: tuple[str, bgp.Notification] | None = None
        self.speaker = Speaker(speaker_settings(neighbor, config), self._bgp, tap=tap)
        self._entries = entries
        self._happened = happened
        settings = report_settings(neighbor, config, lan)
        self._settings = settings
        self._own_as = settings.asn
        self._intake = Intake(
            neighbor.address,
            settings.asn,
            Reader(settings.prefixes, settings.identifier),
            learned if learned is not None else Learned(secrets.randbits(64)),
            self.speaker.settings.session.role,
            neighbor.remote_as,
            config.nhib.allowed_prefixes or None,
        )
        self._retention = Retention(self._intake, helps=neighbor.graceful_restart_helper)
        self._reporter = Reporter(settings, self.learned.routers.named)
        self._info: bgp.PeerInfo | None = None
        self._usable: set[bgp.Family] = set()
        self._told_ns: dict[Address, int] = {}
        self._merge = config.report.merge
        self._since_ns = pydp.clock_ns()
        self._awaited: set[bgp.Family] = set()
        self._sweep_ns: int | None = None

    @property
    def user(self) -> str:
        """Its name among those who ask for next hops."""
        return f"bgp {self.neighbor.address}" + (
            f":{self.neighbor.port}" if self.neighbor.port != 179 else ""
        )

    @property
    def state(self) -> str:
        """Of the BGP session; `shutdown` while an operator holds it down."""
        return "shutdown" if self.shut else self.speaker.state

    @property
    def internal(self) -> bool:
        """Whether it is of our own AS."""
        return self.neighbor.remote_as == self._own_as

    @property
    def identifier(self) -> int:
        """Its BGP identifier; 0 while there is no session."""
        return int(self._info.router_id) if self._info is not None else 0

    @property
    def reporting(self) -> bool:
        """Whether there is a session to report over."""
        return self._reporter.session is not None

    @property
    def learned(self) -> Learned:
        return self._intake.learned

    # -- the session ---------------------------------------------------------------------------------------

    def _bgp(self, event: bgp.Event) -> None:
        now = pydp.clock_ns()
        match event:
            case bgp.Established(peer=info):
                self._established(info, now)
            case bgp.UpdateReceived(update=update):
                self._happened(self, self._intake.update(update, now))
                self._renamed()
            case bgp.EndOfRib(family=family):
                self._happened(self, self._retention.told_all(family, now))
                self._awaited.discard(family)
                if not self._awaited:
                    self._sweep()
            case bgp.FamilyDisabled(family=family, fault=fault):
                _log.error(
                    "family disabled", peer=str(self.neighbor.address), family=str(family), fault=fault.text
                )
                self._happened(self, [*self._intake.forget(family, now), *self._disabled(family)])
            case bgp.RefreshRequested(family=family) if self._tells_by(family):
                self._happened(self, self._tell(self._reporter.refresh(family)))
            case bgp.RefreshRequested(family=family):
                self._repeat(family)
            case bgp.RefreshBegun(family=family):
                self._retention.refresh_begun(family, now)
            case bgp.RefreshEnded(family=family):
                self._happened(self, self._retention.told_all(family, now))
            case bgp.NotificationReceived(notification=notification):
                self._notified = "peer", notification
            case bgp.NotificationSent(notification=notification):
                self._notified = "us", notification
            case bgp.Closed(text=text, cause=cause, was_established=True) if self._info is not None:
                info, self._info, self._since_ns, self._sweep_ns = self._info, None, now, None
                self._reporter.lost()
                self._told_ns.clear()
                gone = self._retention.lost(info, cause, now)
                self._happened(self, [BgpDown(now, self.neighbor.address, text), *gone])
            case _:
                pass

    def _established(self, info: bgp.PeerInfo, now_ns: int) -> None:
        self._info, self._since_ns, self._notified = info, now_ns, None
        self._awaited, self._sweep_ns = set(info.families), now_ns + SWEEP_NS
        families = tuple(sorted(map(str, info.families)))
        events: list[RouterEvent] = [BgpUp(now_ns, self.neighbor.address, info.asn, families)]
        events += self._retention.established(info, now_ns)
        self._announce(self.neighbor.announce)
        self._usable = set(info.families)
        chosen = self._settings.choose(self._usable)
        for family in sorted(info.families - (frozenset() if chosen is None else chosen[1])):
            self.speaker.send_end_of_rib(family)
        events += self._open_report()
        self._happened(self, events)

    def _repeat(self, family: bgp.Family) -> None:
        """Everything of a family again, between its marks where the peer knows them (RFC 7313 4)."""
        enhanced = self._info is not None and self._info.enhanced_refresh
        if enhanced:
            self.speaker.send_refresh(family, RefreshKind.BEGIN)
        self._announce([one for one in self.neighbor.announce if announcing.family(one) == family])
        if enhanced:
            self.speaker.send_refresh(family, RefreshKind.END)
        else:
            self.speaker.send_end_of_rib(family)

    def _open_report(self) -> list[RouterEvent]:
        """Tell by what the session has, if it has anything."""
        info, chosen = self._info, self._settings.choose(self._usable)
        if info is None or chosen is None:
            return []
        local = info.local.address if info.local is not None else self.neighbor.address
        session = Session(local, info.asn, self.speaker.limit, info.as4, *chosen)
        return self._tell(self._reporter.open(session, self._told_entries(True)))

    def _told_entries(self, fresh: bool) -> Iterable[Entry]:
        return (one for one in self._entries(fresh) if self._may_hear(one.address))

    def _disabled(self, family: bgp.Family) -> list[RouterEvent]:
        """What was told by a family that is given up is taken back, and told by another if there is one."""
        self._usable.discard(family)
        if not self._tells_by(family):
            return []
        return self._tell(self._reporter.leave()) + self._open_report()

    def _why_not(self) -> NotReporting | None:
        if self._reporter.session is not None:
            return None
        if self._info is None:
            return NotReporting.NO_SESSION
        offered = self._settings.choose(self._info.families) is not None
        return NotReporting.DISABLED if offered else NotReporting.NOT_OFFERED

    def _renamed(self) -> None:
        """Members whose router is told otherwise now have other names in profile L7."""
        changed = self.learned.routers.changed()
        session = self._reporter.session
        if changed and session is not None and session.transport is Transport.BGP_LS_L7:
            entries = (one for one in self._told_entries(False) if one.address in changed)
            self._happened(self, self._tell(self._reporter.add(entries)))

    def _tells_by(self, family: bgp.Family) -> bool:
        session = self._reporter.session
        return session is not None and family in session.families

    def _announce(self, routes: Iterable[Announcement]) -> None:
        if self._info is not None:
            role = self.speaker.settings.session.role
            self.speaker.send_all(
                announcing.announce(routes, self._own_as, self._info, self.speaker.limit, role)
            )

    def _tell(self, outgoing: list[Outgoing]) -> list[RouterEvent]:
        return list(self._send(outgoing))

    def _send(self, outgoing: list[Outgoing]) -> Iterator[RouterEvent]:
        """One write for all of them; observers hear of it with the time at which the socket had it."""
        if not outgoing:
            return iter(())
        try:
            time_ns = self.speaker.send(*(one.update for one in outgoing))
        except bgp.SessionError as error:
            # The session is closing under us; the next one is told everything.
            _log.warning("report not sent", peer=str(self.neighbor.address), error=str(error))
            return iter(())
        for each in outgoing:
            for address, state in each.told:
                if state is None:
                    self._told_ns.pop(address, None)
                else:
                    self._told_ns[address] = time_ns
        peer = self.neighbor.address
        return (
            Told(time_ns, peer, address, believed(state)) for each in outgoing for address, state in each.told
        )

    def _sweep(self) -> None:
        if self._sweep_ns is not None:
            self._sweep_ns = None
            self.learned.swept()
            self._happened(self, [])

    def start(self) -> None:
        """Begin to connect, unless an operator holds the session down."""
        if not self.shut:
            self.speaker.start()

    async def stop(self, subcode: int = bgp.Cease.SHUTDOWN, text: str | None = None) -> None:
        """Close the session; with the neighbour's own last words unless there are others."""
        await self.speaker.stop(self.neighbor.shutdown_text if text is None else text, subcode)

    def bfd_down(self) -> None:
        """BFD to the neighbour itself has failed: the session ends, and another is tried (RFC 9384 3)."""
        if self.neighbor.bfd and self._info is not None:
            _log.warning("BGP session ends: BFD to the peer is down", peer=str(self.neighbor.address))
            self.speaker.reset(bgp.Notification(bgp.ErrorCode.CEASE, bgp.Cease.BFD_DOWN))

    # -- what the router does with it ----------------------------------------------------------------------

    def report(self, changes: Sequence[Change]) -> Iterator[RouterEvent]:
        """Tell what these changes make of what was told. The events are made as they are taken."""
        heard = changes if self._merge else [one for one in changes if one.address in self.learned.interest]
        told = self._send(self._reporter.report(heard))
        self.learned.interest -= {one.address for one in changes if one.new is None}
        return told

    def interested(self, addresses: set[Address]) -> set[Address]:
        """It asked for these next hops, or its routes named them: what is known of them is for it, too, until
        they are not tracked any more. Returns those that it has to hear of now."""
        fresh = addresses - self.learned.interest
        self.learned.interest |= fresh
        return set() if self._merge else fresh

    def catch_up(self, entries: Iterable[Entry]) -> list[RouterEvent]:
        """Tell what is known of next hops that it has not heard of yet."""
        return self._tell(self._reporter.add(entries))

    def _may_hear(self, address: Address) -> bool:
        return self._merge or address in self.learned.interest

    def measured(self, links: Mapping[Address, LinkPerformance | None], now_ns: int) -> None:
        """Tell what the links are like, where that is wanted, differs and is not too soon."""
        self._tell(self._reporter.measured(links, now_ns))

    def withdraw_told(self) -> list[RouterEvent]:
        """Take back everything that was told; for an orderly stop."""
        return self._tell(self._reporter.leave())

    def reconfigure(
        self, neighbor: Neighbor, config: Config, lan: tuple[LanAddress, ...]
    ) -> list[RouterEvent]:
        """Other announcements, LANs or report settings, on the session as it is."""
        gone, new = announcing.difference(self.neighbor.announce, neighbor.announce)
        self.neighbor = neighbor
        if self._info is not None:
            self.speaker.send_all(announcing.withdraw(gone, self._info, self.speaker.limit))
        self._announce(new)
        settings = self._settings = report_settings(neighbor, config, lan)
        self._intake.reader = Reader(settings.prefixes, settings.identifier)
        self._intake.allowed = config.nhib.allowed_prefixes or None
        self._merge = config.report.merge
        session = self._reporter.session
        if session is None or settings.choose(self._usable) == (session.transport, session.families):
            return self._tell(self._reporter.set_settings(settings, self._told_entries(False)))
        events = self._tell(self._reporter.leave())
        self._reporter.set_settings(settings, ())
        return events + self._open_report()

    def next_deadline(self) -> int | None:
        times = (self._sweep_ns, self._retention.next_deadline())
        return min((time for time in times if time is not None), default=None)

    def expire(self, now_ns: int) -> None:
        if gone := self._retention.expire(now_ns):
            self._happened(self, gone)
        if self._sweep_ns is not None and now_ns >= self._sweep_ns:
            self._sweep()

    def wanted(self) -> set[Address]:
        """Next hops and members that BFD sessions are wanted to, and the neighbour itself where it is to be
        watched."""
        learned = self.learned.wanted() if self.neighbor.learn_next_hops else set()
        return learned | {self.neighbor.address} if self.neighbor.bfd else learned

    def telling(self) -> dict[Address, ToldOf]:
        """What it was told of each next hop, and when, on the session that is open."""
        view = self._reporter.view()
        if view.transport is None:
            return {}
        return {
            address: ToldOf(state, self._told_ns.get(address, self._since_ns), view.transport)
            for address, state in view.told.items()
        }

    def view(self, now_ns: int) -> dict[str, Any]:
        """For `show reporter`."""
        info, report, counts = self._info, self._reporter.view(), self._intake.counts
        return {
            "address": str(self.neighbor.address),
            "port": self.neighbor.port,
            "as": self.neighbor.remote_as,
            "description": self.neighbor.description,
            "state": self.state,
            "seconds-in-state": (now_ns - self._since_ns) / 1e9,
            "families": sorted(map(str, info.families)) if info is not None else [],
            "hold-time": info.hold_time_s if info is not None else None,
            "negotiated": negotiated(info) if info is not None else None,
            "last-error": self.speaker.last_error or None,
            **notified(self._notified),
            "reporting": report.open,
            "transport": None if report.transport is None else report.transport.value,
            "not-reporting": self._why_not(),
            "told": [
                {"address": str(one), "state": state.value} | _quality(report.quality.get(one))
                for one, state in report.told.items()
            ],
            "untold": [{"address": str(one), "why": why.value} for one, why in report.untellable.items()],
            "updates-sent": report.updates,
            "nlris-announced": report.announced,
            "nlris-withdrawn": report.withdrawn,
            "routes": len(self.learned),
            "stale": self._retention.view(),
            "members": len(self.learned.nodes()),
            "asks": len(self.learned.asked),
            "malformed": bgp.counts(self.speaker.malformed),
            "not-used": {
                "loops": counts.loops,
                "without-next-hop": counts.without_next_hop,
                "foreign": counts.foreign,
                "leaks": counts.leaks,
                "asks-outside-lan": counts.asks_outside,
                "asks-beyond": counts.asks_beyond,
                "tells": counts.tells,
            },
        }


def _quality(told: LinkPerformance | None) -> dict[str, Any]:
    """Where it was told."""
    return {} if told is None else {"link-quality": to_json(LinkState.of_link(told).tlvs)}
