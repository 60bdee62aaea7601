# SPDX-License-Identifier: Apache-2.0
"""One timer of the event loop for whoever names a next deadline in CLOCK_MONOTONIC nanoseconds."""

import asyncio
from collections.abc import Callable

#: A loop timer is set for an hour at most and then looks again; far deadlines need no precision.
_LONGEST_S = 3600.0


class DeadlineTimer:
    """Calls `fire(now_ns)` when `next_deadline()` (None: never) has come by `clock_ns`. refresh() after
    each change."""

    def __init__(
        self,
        clock_ns: Callable[[], int],
        next_deadline: Callable[[], int | None],
        fire: Callable[[int], None],
    ) -> None:
        self._clock_ns = clock_ns
        self._next_deadline = next_deadline
        self._fire = fire
        self._handle: asyncio.TimerHandle | None = None
        self._armed_for: int | None = None
        self._stopped = False

    def refresh(self) -> None:
        """Look at the deadline again and set the timer, on the running loop."""
        deadline = None if self._stopped else self._next_deadline()
        if deadline == self._armed_for and (deadline is None or self._handle is not None):
            return
        self._cancel()
        if deadline is not None:
            self._armed_for = deadline
            delay = max(0.0, (deadline - self._clock_ns()) / 1e9)
            self._handle = asyncio.get_running_loop().call_later(min(delay, _LONGEST_S), self._due)

    def stop(self) -> None:
        """Never again."""
        self._stopped = True
        self._cancel()

    def _cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle, self._armed_for = None, None

    def _due(self) -> None:
        deadline, now = self._armed_for, self._clock_ns()
        self._handle, self._armed_for = None, None
        if deadline is not None and now >= deadline:
            self._fire(now)
        self.refresh()
