# SPDX-License-Identifier: Apache-2.0
"""The engine's event records on their way into Python: one dataclass for each struct pydp_event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address
from struct import Struct
from typing import Any, Final

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
_STATES = tuple(BfdState)
_SLOTS = tuple(Slot)
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


_STATE, _UNSOLICITED = int(EventType.STATE), int(EventType.UNSOLICITED)


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


#: struct pydp_event, whole, and what an observation and whoever it is for need of it.
_WHOLE: Final = Struct("=4Q7I10B10x")
_SEEN: Final = Struct("=4QI20xI8BxB10x")


class Records:
    """A batch from the engine's ring (EVENT_DTYPE) without what strangers told. Most of what is in a record
    is only for those who watch: EventRecords are made for who wants them."""

    def __init__(self, batch: Any) -> None:
        told = batch["type"] == _UNSOLICITED
        self._octets = (batch[~told] if told.any() else batch).tobytes()

    def __getitem__(self, number: int) -> EventRecord:
        return EventRecord(*_WHOLE.unpack_from(self._octets, number * _WHOLE.size))

    def __iter__(self) -> Iterator[EventRecord]:
        return (EventRecord(*row) for row in _WHOLE.iter_unpack(self._octets))

    def observations(self) -> Iterator[tuple[int, int, int, Observation]]:
        """Session, type, time and what each says of its session, whose local state is the record's new one.
        Of a REMOTE record the states are the peer's."""
        for (
            time_ns,
            last_rx_ns,
            deadline_ns,
            detection_time_us,
            session,
            poll_gap_us,
            type_,
            flags,
            old_state,
            new_state,
            remote_state,
            local_diagnostic,
            remote_diagnostic,
            nexthop_state,
            neighbour_state,
        ) in _SEEN.iter_unpack(self._octets):
            seen = Observation(
                _STATES[new_state],
                _STATES[old_state if type_ == _STATE else new_state],
                _STATES[remote_state],
                local_diagnostic,
                remote_diagnostic,
                _NEIGHBOURS[neighbour_state],
                _SLOTS[nexthop_state],
                last_rx_ns or None,
                deadline_ns or None,
                detection_time_us,
                poll_gap_us,
                flags & _REREAD != 0,
            )
            yield session, type_, time_ns, seen


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
    """Those of a numpy array of EVENT_DTYPE."""
    told = batch["type"] == _UNSOLICITED
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


def neighbour(code: int) -> Neighbour:
    """enum pydp_neighbour_state by number."""
    return _NEIGHBOURS[code]
