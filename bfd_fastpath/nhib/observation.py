# SPDX-License-Identifier: Apache-2.0
"""What is seen of a next hop's BFD session at one instant: a record, made by whoever watches the session."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class BfdState(IntEnum):
    """bfd.SessionState, numbered as on the wire (RFC 5880 4.1)."""

    ADMIN_DOWN = 0
    DOWN = 1
    INIT = 2
    UP = 3


class Diagnostic(IntEnum):
    """bfd.LocalDiag (RFC 5880 4.1)."""

    NONE = 0
    CONTROL_EXPIRY = 1
    ECHO_FAILED = 2
    NEIGHBOR_DOWN = 3
    FORWARDING_RESET = 4
    PATH_DOWN = 5
    CONCATENATED_PATH_DOWN = 6
    ADMIN_DOWN = 7
    REVERSE_CONCATENATED_PATH_DOWN = 8


def diagnostic_name(code: int) -> str:
    """RFC 9314's name of a diagnostic; the number itself where there is none."""
    try:
        return Diagnostic(code).name.lower().replace("_", "-")
    except ValueError:
        return str(code)


class Slot(IntEnum):
    """State of the forwarding slot that the session guards."""

    UNKNOWN = 0
    LIVE = 1
    DEAD = 2


class Neighbour(StrEnum):
    """Whether the link-layer address of the next hop is known."""

    INCOMPLETE = "incomplete"
    REACHABLE = "reachable"
    STALE = "stale"
    STATIC = "static"
    FAILED = "failed"


@dataclass(slots=True)
class Observation:
    """One look at a session. Times are CLOCK_MONOTONIC nanoseconds; None means never. Never changed once
    made; freezing would cost a storm dear."""

    state: BfdState
    old_state: BfdState
    """State before what is told here; equal to state where something else changed."""
    remote_state: BfdState = BfdState.DOWN
    diagnostic: int = 0
    remote_diagnostic: int = 0
    neighbour: Neighbour = Neighbour.REACHABLE
    slot: Slot = Slot.UNKNOWN
    last_hello_ns: int | None = None
    """Last valid packet of the session before this."""
    deadline_ns: int | None = None
    """For a detection: when the detection time ran out."""
    detection_time_us: int = 0
    poll_gap_us: int = 0
    """Our own longest poll gap within the last detection time."""
    reread: bool = False
    """Made from the session table after steps were lost: old_state says nothing, the slot decides."""
