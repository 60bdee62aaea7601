# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next attempt to connect: doubling, bounded, jittered (RFC 4271 8.2.1.1 and
10).
"""

from __future__ import annotations

from collections.abc import Callable


class Backoff:
    """Delays in seconds from `first_s` to `most_s`. `random()` gives numbers in 0..1."""

    __slots__ = ("_first_s", "_most_s", "_next_s", "_random")

    def __init__(self, first_s: float, most_s: float, random: Callable[[], float]) -> None:
        if not 0 < first_s <= most_s:
            raise ValueError(
                f"reconnect delays {first_s} s to {most_s} s: the first must be positive and the smaller"
            )
        self._first_s, self._most_s, self._next_s = first_s, most_s, first_s
        self._random = random

    def delay_s(self) -> float:
        """The next delay: 75 to 100 % of what the doubling has come to."""
        delay, self._next_s = self._next_s, min(self._next_s * 2, self._most_s)
        return delay * (0.75 + 0.25 * self._random())

    def reset(self) -> None:
        """A session was established: begin anew."""
        self._next_s = self._first_s
