# SPDX-License-Identifier: Apache-2.0
"""Next hops that bounce: good news of them waits, bad news never does. Decides; does nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bfd_fastpath.nhib import Change, Reachability
from bfd_fastpath.report.settings import Address

SECOND_NS = 1_000_000_000
# By a name of its own: each look into an enumeration costs as much as all else in a line.
_UP = Reachability.UP


@dataclass(frozen=True, slots=True)
class BouncePolicy:
    """Who left Up twice within `window_ns` must be Up for `hold_ns` before that is reported again."""

    window_ns: int = 60 * SECOND_NS
    hold_ns: int = 10 * SECOND_NS
    """0: off."""


@dataclass(slots=True)
class _Past:
    left_ns: int
    """When it left Up last."""
    bounces: bool = False


@dataclass(slots=True)
class _Waiting:
    change: Change
    """To Up."""
    until_ns: int
    told: Reachability | None
    """What was reported last."""


class Bounce:
    """What is remembered of the next hops that have left Up; not thread-safe, one owner."""

    def __init__(self, policy: BouncePolicy | None = None) -> None:
        self._policy = policy or BouncePolicy()
        self._past: dict[Address, _Past] = {}
        self._waiting: dict[Address, _Waiting] = {}

    def set_policy(self, policy: BouncePolicy) -> None:
        """For what comes; a wait that runs ends no later than the new policy would have it."""
        self._policy = policy
        for one in self._waiting.values():
            one.until_ns = min(one.until_ns, one.change.time_ns + policy.hold_ns)

    def sift(self, changes: Iterable[Change], now_ns: int) -> list[Change]:
        """What may be reported at once."""
        return [change for change in changes if self._passes(change, now_ns)]

    def due(self, now_ns: int) -> list[Change]:
        """Next hops that have been Up for long enough."""
        over = [address for address, one in self._waiting.items() if one.until_ns <= now_ns]
        waited = [self._waiting.pop(address) for address in over]
        return [replace(one.change, old=one.told) for one in waited]

    def next_deadline(self) -> int | None:
        """When due() has something to do."""
        return min((one.until_ns for one in self._waiting.values()), default=None)

    def holds(self, address: Address) -> int | None:
        """Until when it has to stay Up to be reported so; None: nothing waits."""
        waiting = self._waiting.get(address)
        return None if waiting is None else waiting.until_ns

    def told(self, address: Address) -> Reachability | None:
        """Of a next hop that waits: what was reported last."""
        return self._waiting[address].told

    def _passes(self, change: Change, now_ns: int) -> bool:
        if change.new is _UP:
            past = self._past.get(change.address)
            if past is None or not past.bounces or not self._policy.hold_ns:
                return True
            until_ns = now_ns + self._policy.hold_ns
            self._waiting[change.address] = _Waiting(change, until_ns, change.old)
            return False
        waited = self._waiting.pop(change.address, None) if self._waiting else None
        if change.new is None:
            self._past.pop(change.address, None)
        elif change.old is _UP:
            self._leaves(change)
        return waited is None or waited.told is not change.new

    def _leaves(self, change: Change) -> None:
        past = self._past.get(change.address)
        if past is None:
            self._past[change.address] = _Past(change.time_ns)
            return
        past.bounces = change.time_ns - past.left_ns < self._policy.window_ns
        past.left_ns = change.time_ns
