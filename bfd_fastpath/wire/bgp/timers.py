# SPDX-License-Identifier: Apache-2.0
"""Hold and keepalive timers of one session, as deadlines in nanoseconds (RFC 4271 4.2, 4.4, 8.2.2, 10)."""

from __future__ import annotations

from collections.abc import Callable

SECOND_NS = 1_000_000_000
OPENING_HOLD_NS = 240 * SECOND_NS
"""How long to wait for the peer's OPEN: the large value of RFC 4271 8.2.2."""


class Timers:
    """Deadlines; None is a timer that does not run. `jitter()` is a factor of 0.75 to 1.0."""

    __slots__ = ("_hold_ns", "_interval_ns", "_jitter", "hold_deadline", "keepalive_deadline")

    def __init__(self, jitter: Callable[[], float] | None = None) -> None:
        self._jitter = jitter
        self._hold_ns = 0
        self._interval_ns = 0
        self.hold_deadline: int | None = None
        self.keepalive_deadline: int | None = None

    def opening(self, now_ns: int) -> None:
        """OPEN is sent."""
        self.hold_deadline = now_ns + OPENING_HOLD_NS

    def negotiated(self, hold_time_s: int, now_ns: int) -> None:
        """The peer's OPEN is here; a hold time of 0 stops both timers (RFC 4271 4.4)."""
        self._hold_ns = hold_time_s * SECOND_NS
        self._interval_ns = self._hold_ns // 3
        self.hold_deadline = None
        self.heard(now_ns)

    def heard(self, now_ns: int) -> None:
        """A message came that restarts the hold timer."""
        if self._hold_ns:
            self.hold_deadline = now_ns + self._hold_ns

    def sent(self, now_ns: int) -> None:
        """A KEEPALIVE or an UPDATE went out."""
        if self._interval_ns:
            factor = self._jitter() if self._jitter is not None else 1.0
            self.keepalive_deadline = now_ns + int(self._interval_ns * factor)

    def hold_expired(self, now_ns: int) -> bool:
        return self.hold_deadline is not None and now_ns >= self.hold_deadline

    def keepalive_due(self, now_ns: int) -> bool:
        return self.keepalive_deadline is not None and now_ns >= self.keepalive_deadline

    def next_deadline(self) -> int | None:
        deadlines = [each for each in (self.hold_deadline, self.keepalive_deadline) if each is not None]
        return min(deadlines, default=None)
