# SPDX-License-Identifier: Apache-2.0
"""Engine records as router events. Pure."""

from bfd_fastpath.nhib import BfdState as State
from bfd_fastpath.nhib import Change, diagnostic_name
from bfd_fastpath.router.events import Address, BfdRemoved, BfdState, BfdTimers, NextHopChanged, RouterEvent
from bfd_fastpath.session import EventRecord, EventType


def from_record(address: Address, record: EventRecord) -> RouterEvent | None:
    """The event that a record is for observers; None where it only serves the session manager."""
    if record.type == EventType.STATE:
        return BfdState(
            record.time_ns,
            address,
            _name(record.old_state),
            _name(record.new_state),
            _name(record.remote_state),
            diagnostic_name(record.local_diagnostic),
            diagnostic_name(record.remote_diagnostic),
            expired_us(record.detection_time_us, record.last_rx_ns, record.deadline_ns),
            record.last_rx_ns,
            record.deadline_ns,
            record.poll_gap_us,
        )
    if record.type == EventType.TIMERS:
        return BfdTimers(
            record.time_ns,
            address,
            record.negotiated_tx_us,
            record.negotiated_rx_us,
            record.detection_time_us,
        )
    if record.type == EventType.REMOVED:
        return BfdRemoved(record.time_ns, address)
    return None


def is_failure(record: EventRecord) -> bool:
    """The path failed; AdminDown of either side is none (RFC 5882 3.2)."""
    return (
        record.type == EventType.STATE
        and record.old_state == State.UP
        and record.new_state == State.DOWN
        and record.remote_state != State.ADMIN_DOWN
    )


def expired_us(detection_time_us: int, last_rx_ns: int | None, deadline_ns: int | None) -> int:
    """The detection time that a failure is about, microseconds: after a detection none runs any more, and
    what expired lies between the last hello and the deadline."""
    if deadline_ns and last_rx_ns:
        return (deadline_ns - last_rx_ns) // 1000
    return detection_time_us


def from_change(change: Change) -> NextHopChanged:
    old = change.old.value if change.old is not None else None
    new = change.new.value if change.new is not None else None
    return NextHopChanged(change.time_ns, change.address, old, new, change.reason.value)


def _name(state: int) -> str:
    return State(state).name.lower().replace("_", "-")
