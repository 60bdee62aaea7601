# SPDX-License-Identifier: Apache-2.0
"""Changes that come in quick succession: the first few are reported at once, what follows waits a moment and
goes together. Decides; does nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bfd_fastpath.nhib import Change
from bfd_fastpath.report.settings import Address

MILLISECOND_NS = 1_000_000
#: The first wait is this part of the longest; each one that follows on it is twice as long.
_FIRST = 16
#: Reports within the longest wait that are no storm yet, and go at once.
_AT_ONCE = 4
#: So many changes fill messages of their own: there is nothing to wait for.
_FULL = 256


@dataclass(frozen=True, slots=True)
class CoalescePolicy:
    """How long a change may wait for others."""

    most_ns: int = 50 * MILLISECOND_NS
    """0: off."""


class Coalesce:
    """One router's; not thread-safe, one owner. A next hop that nobody tracks any more is told of at once,
    because its session ends behind that."""

    def __init__(self, policy: CoalescePolicy | None = None) -> None:
        self._policy = policy or CoalescePolicy()
        self._waiting: dict[Address, Change] = {}
        self._until_ns: int | None = None
        self._wait_ns = 0
        self._latest: deque[int] = deque(maxlen=_AT_ONCE - 1)

    def set_policy(self, policy: CoalescePolicy) -> None:
        """For what comes; a wait that runs ends when it said, or at once where there is to be none."""
        self._policy = policy

    def sift(self, changes: Iterable[Change], now_ns: int) -> list[Change]:
        """What is to be reported now."""
        passed, waiting = [], self._waiting
        for change in changes:
            if change.new is None:
                waiting.pop(change.address, None)
                passed.append(change)
                continue
            # Also what is back as it was: whose session began meanwhile was told what it was in between.
            before = waiting.setdefault(change.address, change)
            if before is not change:
                waiting[change.address] = replace(change, old=before.old)
        return passed + self.due(now_ns)

    def due(self, now_ns: int) -> list[Change]:
        """What has waited for long enough."""
        full = len(self._waiting) >= _FULL
        if not self._waiting or (self._runs(now_ns) and not full):
            return []
        self._wait_ns = self._next_wait_ns(now_ns, full)
        self._until_ns = now_ns + self._wait_ns
        self._latest.append(now_ns)
        changes = list(self._waiting.values())
        self._waiting.clear()
        return changes

    def next_deadline(self) -> int | None:
        """When due() has something to do."""
        return self._until_ns if self._waiting else None

    def _runs(self, now_ns: int) -> bool:
        return self._until_ns is not None and self._policy.most_ns > 0 and now_ns < self._until_ns

    def _next_wait_ns(self, now_ns: int, full: bool) -> int:
        """How long what follows on this report waits."""
        most_ns = self._policy.most_ns
        # Whoever comes right behind a wait belongs to the same storm.
        if self._until_ns is not None and now_ns - self._until_ns < self._wait_ns and not full:
            return min(2 * self._wait_ns, most_ns)
        crowd = len(self._latest) == _AT_ONCE - 1 and now_ns - self._latest[0] < most_ns
        return most_ns // _FIRST if crowd or full else 0
