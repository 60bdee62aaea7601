# SPDX-License-Identifier: Apache-2.0
"""The BFD state machine (RFC 5880 6.2, 6.8.4, 6.8.6, 6.8.15, 6.8.16) as a list of transitions; the rest
stays."""

from enum import Enum

from bfd_fastpath.wire.bfd.codec import State


class Event(Enum):
    """What moves the machine: a state heard from the peer, a Detection Time of silence, or the operator."""

    HEARD_ADMIN_DOWN = "heard-admin-down"
    HEARD_DOWN = "heard-down"
    HEARD_INIT = "heard-init"
    HEARD_UP = "heard-up"
    TIMEOUT = "timeout"
    DISABLE = "disable"
    ENABLE = "enable"
    RESET = "reset"


HEARD = {
    State.ADMIN_DOWN: Event.HEARD_ADMIN_DOWN,
    State.DOWN: Event.HEARD_DOWN,
    State.INIT: Event.HEARD_INIT,
    State.UP: Event.HEARD_UP,
}

TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.DOWN, Event.HEARD_DOWN): State.INIT,
    (State.DOWN, Event.HEARD_INIT): State.UP,
    (State.DOWN, Event.DISABLE): State.ADMIN_DOWN,
    (State.INIT, Event.HEARD_INIT): State.UP,
    (State.INIT, Event.HEARD_UP): State.UP,
    (State.INIT, Event.HEARD_ADMIN_DOWN): State.DOWN,
    (State.INIT, Event.TIMEOUT): State.DOWN,
    (State.INIT, Event.RESET): State.DOWN,
    (State.INIT, Event.DISABLE): State.ADMIN_DOWN,
    (State.UP, Event.HEARD_DOWN): State.DOWN,
    (State.UP, Event.HEARD_ADMIN_DOWN): State.DOWN,
    (State.UP, Event.TIMEOUT): State.DOWN,
    (State.UP, Event.RESET): State.DOWN,
    (State.UP, Event.DISABLE): State.ADMIN_DOWN,
    (State.ADMIN_DOWN, Event.ENABLE): State.DOWN,
}


def next_state(state: State, event: Event) -> State:
    """The state after the event; the same one where nothing is listed."""
    return TRANSITIONS.get((state, event), state)
