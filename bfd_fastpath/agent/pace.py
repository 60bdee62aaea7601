# SPDX-License-Identifier: Apache-2.0
"""When the next reload may begin: the first change at once, later ones together, failures with growing waits.

It reads no clock; times are monotonic nanoseconds.
"""

#: After a reload the route server is left alone for so many times as long as that took, within limits: a
#: large BIRD does nothing else for seconds.
REST = 4


class Pace:
    """One reload at a time. `interval_ns`: from the end of one to the beginning of the next, at least;
    `rest_most_ns`: at most, if it is more than that."""

    def __init__(self, interval_ns: int, rest_most_ns: int, retry_first_ns: int, retry_most_ns: int) -> None:
        self.interval_ns = interval_ns
        self.rest_most_ns = rest_most_ns
        self.retry_first_ns = retry_first_ns
        self.retry_most_ns = retry_most_ns
        self.failures = 0
        """In a row."""
        self._pending = False
        self._running = False
        self._not_before_ns = 0

    def change(self) -> None:
        """Something else is wanted than before."""
        self._pending = True

    def due_ns(self) -> int | None:
        """When the next reload may begin: a time that may be past, or None for no need."""
        return self._not_before_ns if self._pending and not self._running else None

    def begin(self) -> None:
        """A reload begins with what is wanted now; what changes from here on is for the next."""
        self._running, self._pending = True, False

    def succeeded(self, now_ns: int, took_ns: int = 0) -> None:
        self._running, self.failures = False, 0
        self._not_before_ns = now_ns + max(self.interval_ns, min(REST * took_ns, self.rest_most_ns))

    def failed(self, now_ns: int) -> None:
        """It is tried again, even if nothing changes."""
        wait = min(self.retry_first_ns << min(self.failures, 32), self.retry_most_ns)
        self._running, self._pending = False, True
        self.failures += 1
        self._not_before_ns = now_ns + max(wait, self.interval_ns)

    def hurry(self) -> None:
        """The next reload waits for nothing."""
        self._not_before_ns = 0
