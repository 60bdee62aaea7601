# SPDX-License-Identifier: Apache-2.0
"""Which next hops are not believed yet though their session is Up again: a hold-down after each failure, and
a penalty for flapping that decays by half-lives (the figure of merit of RFC 2439 4.2). Decides; does nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bfd_fastpath.nhib import BfdState, Observation
from bfd_fastpath.session.spec import Address

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class DampeningPolicy:
    """Times in nanoseconds. Off unless enabled."""

    enabled: bool = False
    hold_down_ns: int = 0
    """So long must a session that failed be Up before it is believed."""
    penalty: int = 1000
    """Added by each failure of a session that was Up."""
    half_life_ns: int = 60 * SECOND_NS
    suppress_threshold: int = 3000
    """From this figure on the next hop is held."""
    reuse_threshold: int = 1500
    """Below this figure it is let go."""
    max_suppress_ns: int = 300 * SECOND_NS

    @property
    def ceiling(self) -> float:
        """No figure is higher, so that none takes longer than max_suppress to decay to reuse_threshold."""
        return float(self.reuse_threshold * 2.0 ** min(64.0, self.max_suppress_ns / self.half_life_ns))


@dataclass(frozen=True, slots=True)
class Dampened:
    """How a next hop stands, for people."""

    figure: float
    held: bool
    until_ns: int | None
    """When it is let go if the session stays Up; None while the session is not."""


@dataclass(slots=True)
class _Record:
    figure: float = 0.0
    figure_ns: int = 0
    held: bool = False
    until_ns: int | None = None


class Dampening:
    """One figure a next hop. Not thread-safe; one owner."""

    def __init__(self, policy: DampeningPolicy | None = None) -> None:
        self._policy = policy or DampeningPolicy()
        self._records: dict[Address, _Record] = {}

    def set_policy(self, policy: DampeningPolicy, now_ns: int) -> None:
        """Figures are kept; whoever is held is judged anew, and let go where dampening is off."""
        for record in self._records.values():
            record.figure, record.figure_ns = self._figure(record, now_ns), now_ns
        self._policy = policy
        for record in self._records.values():
            record.figure = min(record.figure, policy.ceiling)
            if record.held and (record.until_ns is not None or not policy.enabled):
                record.until_ns = self._release_ns(record, now_ns) if policy.enabled else now_ns

    def see(self, address: Address, seen: Observation, now_ns: int) -> bool:
        """What is observed of a session; whether its next hop is held from here on."""
        if not self._records and not self._policy.enabled:
            return False
        record = self._records.get(address)
        if self._policy.enabled and _failed(seen):
            record = self._records.setdefault(address, _Record(figure_ns=now_ns))
            self._blame(record, now_ns)
        if record is None or not record.held:
            return False
        if seen.state is not BfdState.UP:
            record.until_ns = None
        elif record.until_ns is None:
            record.until_ns = self._release_ns(record, now_ns)
            if record.until_ns <= now_ns:
                self._let_go(record)
        return record.held

    def holds(self, address: Address) -> bool:
        record = self._records.get(address)
        return record is not None and record.held

    def standing(self, address: Address, now_ns: int) -> Dampened | None:
        """None for one that has not failed lately."""
        record = self._records.get(address)
        if record is None:
            return None
        return Dampened(self._figure(record, now_ns), record.held, record.until_ns)

    def due(self, now_ns: int) -> list[Address]:
        """The next hops that are let go at this time. Those whose figure is gone are forgotten."""
        found = []
        for address, record in list(self._records.items()):
            if record.until_ns is not None and record.until_ns <= now_ns:
                self._let_go(record)
                found.append(address)
            elif not record.held and self._figure(record, now_ns) < 1:
                del self._records[address]
        return found

    def next_deadline(self) -> int | None:
        """When due() has somebody to let go."""
        times = (one.until_ns for one in self._records.values() if one.until_ns is not None)
        return min(times, default=None)

    def forget(self, address: Address) -> None:
        self._records.pop(address, None)

    def _blame(self, record: _Record, now_ns: int) -> None:
        policy = self._policy
        figure = self._figure(record, now_ns) + policy.penalty
        record.figure, record.figure_ns = min(figure, policy.ceiling), now_ns
        record.held = record.held or policy.hold_down_ns > 0 or figure >= policy.suppress_threshold
        record.until_ns = None

    def _let_go(self, record: _Record) -> None:
        record.held, record.until_ns = False, None

    def _figure(self, record: _Record, now_ns: int) -> float:
        return float(record.figure * 2.0 ** (-(now_ns - record.figure_ns) / self._policy.half_life_ns))

    def _release_ns(self, record: _Record, now_ns: int) -> int:
        """When it has been Up for long enough and its figure is low enough."""
        policy = self._policy
        figure = self._figure(record, now_ns)
        decay_ns = 0
        if figure > policy.reuse_threshold and record.figure >= policy.suppress_threshold:
            decay_ns = math.ceil(math.log2(figure / policy.reuse_threshold) * policy.half_life_ns)
        return now_ns + max(policy.hold_down_ns, decay_ns)


def _failed(seen: Observation) -> bool:
    """It was Up and is not, and neither end took it down (RFC 5882 3.2)."""
    left_up = seen.old_state is BfdState.UP and seen.state in (BfdState.DOWN, BfdState.INIT)
    return left_up and seen.remote_state is not BfdState.ADMIN_DOWN
