# SPDX-License-Identifier: Apache-2.0
"""Routes that are kept while a neighbour tells them again: after it restarted (RFC 4724 4.2), and in an
enhanced route refresh (RFC 7313). What it has not repeated by the end is gone. Never the families that tell
of reachability: what is stale there is wrong.
"""

from __future__ import annotations

from bfd_fastpath.router.events import RouterEvent
from bfd_fastpath.router.intake import Intake
from bfd_fastpath.wire.bgp import IPV4_UNICAST, IPV6_UNICAST, CloseCause, Family, PeerInfo

#: Kept this long after the session came back, or a refresh began, where the end of it never comes.
STALE_NS = 360_000_000_000
_ROUTES = (IPV4_UNICAST, IPV6_UNICAST)


class Retention:
    """Of one neighbour. `helps`: whether it was told that we keep its routes while it restarts. All calls
    return what observers are to see."""

    def __init__(self, intake: Intake, *, helps: bool) -> None:
        self._intake = intake
        self._helps = helps
        #: Families with stale routes, and until when those are kept.
        self._until: dict[Family, int] = {}
        #: Of these, the ones that wait for the session.
        self._waiting: set[Family] = set()

    def lost(self, info: PeerInfo, cause: CloseCause, now_ns: int) -> list[RouterEvent]:
        """The session is gone. Only a connection that broke without a NOTIFICATION is a restart."""
        graceful = info.capabilities.graceful_restart
        restarts = self._helps and cause is CloseCause.TRANSPORT and graceful is not None and graceful.time_s
        events: list[RouterEvent] = []
        for family in _ROUTES:
            # What is stale from the restart before is not kept through another one.
            events += self._end(family, now_ns)
            if restarts and graceful is not None and family in graceful.families & info.families:
                self._begin(family, now_ns + graceful.time_s * 1_000_000_000)
                self._waiting.add(family)
        return events + self._intake.lost(now_ns, keep=frozenset(self._waiting))

    def established(self, info: PeerInfo, now_ns: int) -> list[RouterEvent]:
        """It is back: what it did not go on forwarding is gone now (RFC 4724 4.2)."""
        graceful = info.capabilities.graceful_restart
        events: list[RouterEvent] = []
        for family in tuple(self._waiting):
            if graceful is not None and family in graceful.forwarding & info.families:
                self._until[family] = now_ns + STALE_NS
            else:
                events += self._end(family, now_ns)
        self._waiting.clear()
        return events

    def refresh_begun(self, family: Family, now_ns: int) -> None:
        """Begin of an enhanced route refresh."""
        if family in _ROUTES:
            self._begin(family, now_ns + STALE_NS)

    def told_all(self, family: Family, now_ns: int) -> list[RouterEvent]:
        """End-of-RIB, or the end of an enhanced route refresh."""
        return self._end(family, now_ns)

    def next_deadline(self) -> int | None:
        return min(self._until.values(), default=None)

    def expire(self, now_ns: int) -> list[RouterEvent]:
        """What was kept for too long is gone."""
        due = [family for family, until in self._until.items() if now_ns >= until]
        return [event for family in due for event in self._end(family, now_ns)]

    def view(self) -> list[str]:
        """Families with routes that were not told again yet."""
        return sorted(map(str, self._until))

    def _begin(self, family: Family, until_ns: int) -> None:
        self._intake.learned.mark(4 if family == IPV4_UNICAST else 6)
        self._until[family] = until_ns

    def _end(self, family: Family, now_ns: int) -> list[RouterEvent]:
        if self._until.pop(family, None) is None:
            return []
        self._waiting.discard(family)
        return self._intake.sweep(family, now_ns)
