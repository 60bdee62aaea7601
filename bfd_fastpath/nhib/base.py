# SPDX-License-Identifier: Apache-2.0
"""The next hop information base: who asks, what BFD says, and the transitions between Unknown, Up and Down.

It reads no clock, sends nothing and owns no session; every mutator returns the Changes it made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from bfd_fastpath.nhib.entry import Address, Change, Entry
from bfd_fastpath.nhib.observation import BfdState, Neighbour, Observation, Slot
from bfd_fastpath.nhib.state import NO_SESSION_REASONS, Reachability, Reason

SECOND_NS = 1_000_000_000
_STICKY = (Reason.CLEARED, Reason.RETRY_PASSED)
_UNRESOLVED = (Neighbour.INCOMPLETE, Neighbour.FAILED)
# By names of their own: each look into an enumeration costs as much as all else in a line.
_UNKNOWN, _UP, _DOWN = Reachability
_ADMIN_DOWN, _SESSION_IS_UP = BfdState.ADMIN_DOWN, BfdState.UP
_SESSION_UP, _SESSION_DOWN = Reason.SESSION_UP, Reason.SESSION_DOWN


@dataclass(frozen=True, slots=True)
class NhibPolicy:
    """How long things are kept, in nanoseconds."""

    down_retry_ns: int = 24 * 3600 * SECOND_NS
    """A Down becomes Unknown after this long (draft-ietf-idr-rs-bfd-01 2.2)."""
    linger_ns: int = 60 * SECOND_NS
    """An entry that nobody asks for, and that is not Down, leaves after this long."""


@dataclass(slots=True)
class _Record:
    address: Address
    created_ns: int
    since_ns: int
    state: Reachability = Reachability.UNKNOWN
    reason: Reason = Reason.ASKED
    askers: set[str] = field(default_factory=set)
    idle_since_ns: int | None = None
    last_up_ns: int | None = None
    last_down_ns: int | None = None
    down_count: int = 0
    observation: Observation | None = None
    failure: Observation | None = None


class Nhib:
    """One client's next hops, keyed by address. Not thread-safe; one owner."""

    def __init__(self, policy: NhibPolicy | None = None) -> None:
        self._policy = policy or NhibPolicy()
        self._records: dict[Address, _Record] = {}
        self._due: list[tuple[int, int, _Record]] = []
        self._pushed = 0

    @property
    def policy(self) -> NhibPolicy:
        return self._policy

    def set_policy(self, policy: NhibPolicy) -> None:
        """New times count from when each entry got into its present state."""
        self._policy = policy
        self._due = []
        for record in self._records.values():
            self._schedule(record)

    def ask(self, address: Address, asker: str, now_ns: int) -> list[Change]:
        """Somebody wants this next hop tracked. An entry that is still kept stays as it is, Down included."""
        record = self._records.get(address)
        if record is not None:
            record.askers.add(asker)
            record.idle_since_ns = None
            return []
        record = _Record(address, now_ns, now_ns, askers={asker})
        self._records[address] = record
        return [Change(address, None, Reachability.UNKNOWN, Reason.ASKED, now_ns)]

    def unask(self, address: Address, asker: str, now_ns: int, *, linger: bool = True) -> list[Change]:
        """Withdraw an ask. The last one starts the linger time, unless the entry is Down: that outlives asks.

        With linger off (an operator took the session out of the configuration) an entry that nobody else
        asks for leaves at once, whatever its state.
        """
        record = self._records.get(address)
        if record is None or asker not in record.askers:
            return []
        record.askers.discard(asker)
        if record.askers:
            return []
        record.idle_since_ns = now_ns
        if not linger:
            return [self._leave(record, now_ns)]
        self._schedule(record)
        return self._expire_one(record, now_ns)

    def observe(self, address: Address, observation: Observation, now_ns: int) -> list[Change]:
        """What BFD says about a next hop. Unknown addresses are ignored: a session may outlive its entry."""
        record = self._records.get(address)
        if record is None:
            return []
        if _is_failure(record, observation):
            record.observation = observation
            return self._enter(record, _DOWN, _SESSION_DOWN, now_ns, observation)
        if _is_stale(record, observation):
            return []
        record.observation = observation
        if observation.state is _SESSION_IS_UP:
            return self._enter(record, _UP, _SESSION_UP, now_ns, observation)
        excuse = _excuse(observation)
        steps_lost_an_admin_down = observation.reread and observation.slot is not Slot.DEAD
        if record.state is _DOWN and excuse is None and not steps_lost_an_admin_down:
            return []
        reason = excuse or (record.reason if record.reason in _STICKY else _why_not_up(observation))
        return self._enter(record, _UNKNOWN, reason, now_ns, observation)

    def without_session(self, address: Address, reason: Reason, now_ns: int) -> list[Change]:
        """No BFD session watches it: Unknown. ValueError unless reason is one of NO_SESSION_REASONS."""
        if reason not in NO_SESSION_REASONS:
            raise ValueError(f"{reason} is not a reason for having no session")
        record = self._records.get(address)
        if record is None:
            return []
        record.observation = None
        return self._enter(record, Reachability.UNKNOWN, reason, now_ns, None)

    def clear(self, address: Address, now_ns: int) -> list[Change]:
        """An operator no longer believes a Down: it becomes Unknown. Nothing happens in any other state.

        KeyError when there is no such entry.
        """
        record = self._records[address]
        if record.state is not Reachability.DOWN:
            return []
        return self._enter(record, Reachability.UNKNOWN, Reason.CLEARED, now_ns, None)

    def expire(self, now_ns: int) -> list[Change]:
        """Whatever down-retry and linger bring about at this time."""
        changes: list[Change] = []
        while (deadline := self.next_deadline()) is not None and deadline <= now_ns:
            changes += self._expire_one(heappop(self._due)[2], now_ns)
        return changes

    def next_deadline(self) -> int | None:
        """The earliest time at which expire() has something to do."""
        while self._due and not self._holds(self._due[0]):
            heappop(self._due)
        return self._due[0][0] if self._due else None

    def entries(self) -> list[Entry]:
        """Snapshots in the order in which the entries were made."""
        return [self._snapshot(record) for record in self._records.values()]

    def get(self, address: Address) -> Entry | None:
        record = self._records.get(address)
        return None if record is None else self._snapshot(record)

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, address: object) -> bool:
        return address in self._records

    def _enter(
        self, record: _Record, state: Reachability, reason: Reason, now_ns: int, evidence: Observation | None
    ) -> list[Change]:
        old, record.reason = record.state, reason
        if old is state:
            return []
        record.state, record.since_ns = state, now_ns
        if state is _UP:
            record.last_up_ns = now_ns
        elif state is _DOWN:
            record.last_down_ns, record.failure = now_ns, evidence
            record.down_count += 1
        if old is _DOWN and not record.askers:
            record.idle_since_ns = now_ns  # it was kept for being Down: its linger time starts here
        self._schedule(record)
        return [Change(record.address, old, state, reason, now_ns, evidence)]

    def _deadline(self, record: _Record) -> int | None:
        if record.state is _DOWN:
            return record.since_ns + self._policy.down_retry_ns
        if record.idle_since_ns is None:
            return None
        return record.idle_since_ns + self._policy.linger_ns

    def _schedule(self, record: _Record) -> None:
        deadline = self._deadline(record)
        if deadline is not None:
            self._pushed += 1
            heappush(self._due, (deadline, self._pushed, record))

    def _holds(self, due: tuple[int, int, _Record]) -> bool:
        """False for a deadline that was overtaken by what happened since."""
        deadline, _, record = due
        return self._records.get(record.address) is record and self._deadline(record) == deadline

    def _expire_one(self, record: _Record, now_ns: int) -> list[Change]:
        changes: list[Change] = []
        if record.state is Reachability.DOWN and now_ns >= record.since_ns + self._policy.down_retry_ns:
            changes = self._enter(record, Reachability.UNKNOWN, Reason.RETRY_PASSED, now_ns, None)
        deadline = self._deadline(record)
        if record.state is not Reachability.DOWN and deadline is not None and now_ns >= deadline:
            changes.append(self._leave(record, now_ns))
        return changes

    def _leave(self, record: _Record, now_ns: int) -> Change:
        del self._records[record.address]
        return Change(record.address, record.state, None, record.reason, now_ns)

    def _snapshot(self, record: _Record) -> Entry:
        down = record.state is Reachability.DOWN
        deadline = self._deadline(record)
        return Entry(
            address=record.address,
            state=record.state,
            reason=record.reason,
            since_ns=record.since_ns,
            askers=tuple(sorted(record.askers)),
            created_ns=record.created_ns,
            last_up_ns=record.last_up_ns,
            last_down_ns=record.last_down_ns,
            down_count=record.down_count,
            observation=record.observation,
            failure=record.failure,
            leaves_ns=None if down else deadline,
            retry_until_ns=deadline if down else None,
        )


def _is_failure(record: _Record, seen: Observation) -> bool:
    """Only a session that was Up and went Down, and not by an AdminDown of either side, has failed."""
    state = seen.state
    if state is _SESSION_IS_UP or state is _ADMIN_DOWN or seen.remote_state is _ADMIN_DOWN:
        return False
    if seen.reread:
        # Steps are lost, among them perhaps an AdminDown: the slot, which saw them all, decides. After a
        # clear the record may be older than the slot's own clearing and is not believed.
        return seen.slot is Slot.DEAD and record.reason not in _STICKY
    return seen.old_state is _SESSION_IS_UP


def _is_stale(record: _Record, seen: Observation) -> bool:
    """A step from not Up to not Up, of a session known to be Up, is older than the look that found it Up."""
    if record.state is not _UP or seen.reread or _excuse(seen) is not None:
        return False
    return _SESSION_IS_UP not in (seen.state, seen.old_state)


def _excuse(seen: Observation) -> Reason | None:
    """An AdminDown makes a next hop Unknown whatever it was."""
    if seen.state is _ADMIN_DOWN:
        return Reason.LOCAL_ADMIN_DOWN
    if seen.remote_state is _ADMIN_DOWN:
        return Reason.PEER_ADMIN_DOWN
    return None


def _why_not_up(seen: Observation) -> Reason:
    if seen.neighbour in _UNRESOLVED:
        return Reason.NEIGHBOUR_UNRESOLVED
    return Reason.NO_ANSWER if seen.last_hello_ns is None else Reason.COMING_UP


def by_state(entries: Iterable[Entry]) -> dict[Reachability, int]:
    """How many entries are in each state."""
    counts = dict.fromkeys(Reachability, 0)
    for entry in entries:
        counts[entry.state] += 1
    return counts
