# SPDX-License-Identifier: Apache-2.0
"""One BGP neighbour of a running router: its speaker, what it taught us, what it was told. What follows
from what it taught
(sessions, the NHIB) is the router's."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

import pydp
from bfd_fastpath.config.model import Announcement, Config, Ipv6NodeId, Neighbor, Report
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.tap import Tap
from bfd_fastpath.nhib import Change, Entry
from bfd_fastpath.report import (
    LanAddress,
    Outgoing,
    QualityPolicy,
    Reporter,
    ReportSettings,
    Session,
    Statement,
)
from bfd_fastpath.router import announcing
from bfd_fastpath.router.events import Address, BgpDown, BgpUp, RouterEvent, Told
from bfd_fastpath.router.intake import Intake
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.router.retention import Retention
from bfd_fastpath.router.speaking import speaker_settings
from bfd_fastpath.wire import bgp
from bfd_fastpath.wire.bgp.refresh import RefreshKind
from bfd_fastpath.wire.bgpls import LinkPerformance, LinkState
from bfd_fastpath.wire.bgpls.codes import to_json
from bfd_fastpath.wire.bgpls.link_performance import loss_field
from bfd_fastpath.wire.bgpls.profile_l5 import Reader

#: What a peer believes of a next hop after a statement about it.
SAID = {Statement.LINK: "up", Statement.NODE: "down", Statement.NOTHING: "unknown"}
#: A peer that sends no End-of-RIB has told everything this long after its session came up.
SWEEP_NS = 60_000_000_000
_log = structlog.get_logger("peer")


class Peer:
    """A neighbour and its session. `happened(peer, events)` is called with what observers are to see, after
    the peer's own
    books are right; `entries(fresh)` gives the NHIB as it is to be reported, to a session that is fresh or
    not; `learned` is what the same neighbour taught
    before."""

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
    ) -> None:
        self.neighbor = neighbor
        self.speaker = Speaker(speaker_settings(neighbor, config), self._bgp, tap=tap)
        self._entries = entries
        self._happened = happened
        settings = report_settings(config, lan)
        self._own_as = settings.asn
        self._intake = Intake(
            neighbor.address,
            settings.asn,
            Reader(settings.prefixes, settings.identifier),
            learned if learned is not None else Learned(secrets.randbits(64)),
            self.speaker.settings.session.role,
            neighbor.remote_as,
        )
        self._retention = Retention(self._intake, helps=neighbor.graceful_restart_helper)
        self._reporter = Reporter(settings)
        self._info: bgp.PeerInfo | None = None
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
        return self._reporter.is_open

    @property
    def learned(self) -> Learned:
        return self._intake.learned

    # -- the session ---------------------------------------------------------------------------------------

    def _bgp(self, event: bgp.Event) -> None:
        now = pydp.clock_ns()
        match event:
            case bgp.Established(peer=info):
                self._established(info, now)
            case bgp.UpdateReceived(update=update, faults=faults):
                for fault in faults:
                    _log.warning("UPDATE with a fault", peer=str(self.neighbor.address), fault=str(fault))
                self._happened(self, self._intake.update(update, now))
            case bgp.EndOfRib(family=family):
                self._happened(self, self._retention.told_all(family, now))
                self._awaited.discard(family)
                if not self._awaited:
                    self._sweep()
            case bgp.FamilyDisabled(family=family, fault=fault):
                _log.error(
                    "family disabled", peer=str(self.neighbor.address), family=str(family), fault=str(fault)
                )
                self._happened(self, self._intake.forget(family, now))
            case bgp.RefreshRequested(family=bgp.BGP_LS):
                self._happened(self, self._tell(self._reporter.refresh()))
            case bgp.RefreshRequested(family=family):
                self._repeat(family)
            case bgp.RefreshBegun(family=family):
                self._retention.refresh_begun(family, now)
            case bgp.RefreshEnded(family=family):
                self._happened(self, self._retention.told_all(family, now))
            case bgp.Closed(text=text, cause=cause, was_established=True) if self._info is not None:
                info, self._info, self._since_ns, self._sweep_ns = self._info, None, now, None
                self._reporter.lost()
                gone = self._retention.lost(info, cause, now)
                self._happened(self, [BgpDown(now, self.neighbor.address, text), *gone])
            case _:
                pass

    def _established(self, info: bgp.PeerInfo, now_ns: int) -> None:
        self._info, self._since_ns = info, now_ns
        self._awaited, self._sweep_ns = set(info.families), now_ns + SWEEP_NS
        families = tuple(sorted(map(str, info.families)))
        events: list[RouterEvent] = [BgpUp(now_ns, self.neighbor.address, info.asn, families)]
        events += self._retention.established(info, now_ns)
        self._announce(self.neighbor.announce)
        for family in sorted(info.families - {bgp.BGP_LS}):
            self.speaker.send_end_of_rib(family)
        if bgp.BGP_LS in info.families:
            local = info.local.address if info.local is not None else self.neighbor.address
            session = Session(local, info.asn, self.speaker.limit, info.as4)
            events += self._tell(self._reporter.open(session, self._entries(True)))
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

    def _announce(self, routes: Iterable[Announcement]) -> None:
        if self._info is not None:
            role = self.speaker.settings.session.role
            self.speaker.send_all(
                announcing.announce(routes, self._own_as, self._info, self.speaker.limit, role)
            )

    def _tell(self, said: list[Outgoing]) -> list[RouterEvent]:
        """One write for all of them; observers hear of it with the time at which the socket had it."""
        if not said:
            return []
        try:
            time_ns = self.speaker.send(*(one.update for one in said))
        except bgp.SessionError as error:
            # The session is closing under us; the next one is told everything.
            _log.warning("report not sent", peer=str(self.neighbor.address), error=str(error))
            return []
        return [
            Told(time_ns, self.neighbor.address, address, SAID[statement])
            for one in said
            for address, statement in one.told
        ]

    def _sweep(self) -> None:
        if self._sweep_ns is not None:
            self._sweep_ns = None
            self.learned.swept()
            self._happened(self, [])

    def bfd_down(self) -> None:
        """BFD to the neighbour itself has failed: the session ends, and another is tried (RFC 9384 3)."""
        if self.neighbor.bfd and self._info is not None:
            _log.warning("BGP session ends: BFD to the peer is down", peer=str(self.neighbor.address))
            self.speaker.reset(bgp.Notification(bgp.ErrorCode.CEASE, bgp.Cease.BFD_DOWN))

    # -- what the router does with it ----------------------------------------------------------------------

    def report(self, changes: Iterable[Change]) -> list[RouterEvent]:
        """Tell what these changes make of what was told."""
        return self._tell(self._reporter.report(changes))

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
        settings = report_settings(config, lan)
        self._intake.reader = Reader(settings.prefixes, settings.identifier)
        return self._tell(self._reporter.set_settings(settings, self._entries(False)))

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

    def view(self, now_ns: int) -> dict[str, Any]:
        """For `show reporter`."""
        info, report, counts = self._info, self._reporter.view(), self._intake.counts
        return {
            "address": str(self.neighbor.address),
            "port": self.neighbor.port,
            "as": self.neighbor.remote_as,
            "description": self.neighbor.description,
            "state": self.speaker.state,
            "seconds-in-state": (now_ns - self._since_ns) / 1e9,
            "families": sorted(map(str, info.families)) if info is not None else [],
            "hold-time": info.hold_time_s if info is not None else None,
            "last-error": self.speaker.last_error or None,
            "reporting": report.open,
            "told": [
                {"address": str(one), "state": SAID[what]} | _quality(report.quality.get(one))
                for one, what in report.told.items()
            ],
            "untold": [{"address": str(one), "why": why.value} for one, why in report.untellable.items()],
            "updates-sent": report.updates,
            "nlris-announced": report.announced,
            "nlris-withdrawn": report.withdrawn,
            "routes": len(self.learned),
            "stale": self._retention.view(),
            "members": len(self.learned.nodes()),
            "not-used": {
                "loops": counts.loops,
                "without-next-hop": counts.without_next_hop,
                "foreign": counts.foreign,
                "leaks": counts.leaks,
            },
        }


def _quality(told: LinkPerformance | None) -> dict[str, Any]:
    """Where it was told."""
    return {} if told is None else {"link-quality": to_json(LinkState.of_link(told).tlvs)}


def quality_policy(report: Report) -> QualityPolicy | None:
    """None: off."""
    if not report.link_quality:
        return None
    return QualityPolicy(
        report.link_quality_interval_us * 1000,
        report.link_quality_threshold / 100,
        report.link_quality_delay_floor_us,
        loss_field(report.link_quality_loss_floor / 100),
    )


def report_settings(config: Config, lan: tuple[LanAddress, ...]) -> ReportSettings:
    report = config.report
    return ReportSettings(
        asn=config.router.asn or 0,
        lan=lan,
        identifier=report.identifier,
        full_ipv6_id=report.ipv6_node_id is Ipv6NodeId.FULL,
        announce_unverified=report.announce_unverified,
        node_name=report.node_name,
        link_quality=quality_policy(report),
    )
