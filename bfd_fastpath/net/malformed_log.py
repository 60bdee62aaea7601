# SPDX-License-Identifier: Apache-2.0
"""Logs what is wrong with a peer's messages, and the messages (RFC 7606 6). A peer cannot fill the log."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import structlog

from bfd_fastpath.wire.bgp import Event, NotificationSent, UpdateReceived

#: So many lines in so much time; what is above is counted and told by the next line.
LINES = 10
WINDOW_NS = 60_000_000_000
_SHOWN = 16
_log = structlog.get_logger("bgp")


class MalformedLog:
    """Of one peer. `clock()` gives monotonic nanoseconds."""

    def __init__(self, peer: str, clock: Callable[[], int]) -> None:
        self._peer = peer
        self._clock = clock
        self._since_ns: int | None = None
        self._lines = 0
        self._left_out = 0
        self._last = b""

    def happened(self, event: Event) -> None:
        """Logs the event where a message with a fault is behind it."""
        if isinstance(event, UpdateReceived) and event.faults:
            if event.octets is self._last:
                return  # the second part of one UPDATE
            self._last = event.octets
            if self._may():
                update = event.update
                nlri = [one for _, nlris in update.withdrawals() for one in islice(nlris, _SHOWN)]
                nlri += [one for _, _, nlris in update.announcements() for one in islice(nlris, _SHOWN)]
                self._say(
                    counters=[fault.kind.counter for fault in event.faults],
                    text="; ".join(fault.text for fault in event.faults),
                    nlri=[str(one) for one in nlri[:_SHOWN]],
                    update=event.octets.hex(),
                )
        elif isinstance(event, NotificationSent) and event.octets and self._may():
            self._say(notification=str(event.notification), text=event.text, message=event.octets.hex())

    def _may(self) -> bool:
        now_ns = self._clock()
        if self._since_ns is None or now_ns - self._since_ns >= WINDOW_NS:
            self._since_ns, self._lines = now_ns, 0
        if self._lines >= LINES:
            self._left_out += 1
            return False
        self._lines += 1
        return True

    def _say(self, **what: object) -> None:
        left_out, self._left_out = self._left_out, 0
        _log.warning("malformed", peer=self._peer, **what, **({"left_out": left_out} if left_out else {}))
