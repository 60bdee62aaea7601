# SPDX-License-Identifier: Apache-2.0
"""The engine's event records on their way into Python: one dataclass for each struct pydp_event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from ipaddress import ip_address
from typing import Any

from bfd_fastpath.nhib import BfdState, Neighbour, Observation, Slot
from bfd_fastpath.session.spec import Address
from pydp.events import UNSOLICITED_DTYPE

_NEIGHBOURS = (
    Neighbour.INCOMPLETE,
    Neighbour.REACHABLE,
    Neighbour.STALE,
    Neighbour.STATIC,
    Neighbour.FAILED,
)
# Looked up by number: calling an enumeration costs a storm of events dear.
STATES = tuple(BfdState)
_SLOTS = tuple(Slot)
_STATE = 1
_REREAD = 1


class EventType(IntEnum):
    """enum pydp_event_type."""

    STATE = 1
    TIMERS = 2
    REMOTE = 3
    NEIGHBOUR = 4
    REMOVED = 5
    NEXTHOP = 6
    UNSOLICITED = 7


@dataclass(slots=True)
class EventRecord:
    """struct pydp_event, field by field. Never changed once made; freezing would cost a storm dear."""

    time_ns: int
    last_rx_ns: int
    deadline_ns: int
    detection_time_us: int
    session: int
    sequence: int
    local_discriminator: int
    remote_discriminator: int
    negotiated_tx_us: int
    negotiated_rx_us: int
    poll_gap_us: int
    type: int
    flags: int
    old_state: int
    new_state: int
    remote_state: int
    local_diagnostic: int
    remote_diagnostic: int
    nexthop_state: int
    old_nexthop_state: int
    neighbour_state: int

    @property
    def reread(self) -> bool:
        """True when steps before this record are lost."""
        return bool(self.flags & _REREAD)


_NAMES = tuple(one.name for one in fields(EventRecord))


def records(batch: Any) -> Iterator[EventRecord]:
    """EventRecords from a numpy array with EVENT_DTYPE's field names, or from an iterable of EventRecords."""
    names = getattr(getattr(batch, "dtype", None), "names", None)
    if names is None:
        yield from batch
        return
    told = batch["type"] == EventType.UNSOLICITED
    for row in (batch[~told] if told.any() else batch)[list(_NAMES)].tolist():
        yield EventRecord(*row)


@dataclass(frozen=True, slots=True)
class Stranger:
    """struct pydp_unsolicited: a first packet from where there is no session (RFC 9468)."""

    time_ns: int
    source: Address
    destination: Address
    """An address of ours."""
    port: int
    vlan: int
    my_discriminator: int


def strangers(batch: Any) -> list[Stranger]:
    """Those of a numpy array with EVENT_DTYPE's field names; an iterable of EventRecords has none."""
    if getattr(batch, "dtype", None) is None:
        return []
    told = batch["type"] == EventType.UNSOLICITED
    if not told.any():
        return []
    return [
        Stranger(
            time_ns=int(row["time_ns"]),
            source=_address(row["source"], row["family"]),
            destination=_address(row["destination"], row["family"]),
            port=int(row["port"]),
            vlan=int(row["vlan"]),
            my_discriminator=int(row["my_discriminator"]),
        )
        for row in batch[told].copy().view(UNSOLICITED_DTYPE)
    ]


def _address(octets: Any, family: int) -> Address:
    return ip_address(octets[: 4 if family == 4 else 16].tobytes())


def observation(record: EventRecord, state: int) -> Observation:
    """What a record says of its session; state is the session's local state after it."""
    changed = record.type == _STATE
    return Observation(
        state=STATES[state],
        old_state=STATES[record.old_state if changed else state],
        remote_state=STATES[record.remote_state],
        diagnostic=record.local_diagnostic,
        remote_diagnostic=record.remote_diagnostic,
        neighbour=_NEIGHBOURS[record.neighbour_state],
        slot=_SLOTS[record.nexthop_state],
        last_hello_ns=record.last_rx_ns or None,
        deadline_ns=record.deadline_ns or None,
        detection_time_us=record.detection_time_us,
        poll_gap_us=record.poll_gap_us,
        reread=bool(record.flags & _REREAD),
    )


def neighbour(code: int) -> Neighbour:
    """enum pydp_neighbour_state by number."""
    return _NEIGHBOURS[code]
