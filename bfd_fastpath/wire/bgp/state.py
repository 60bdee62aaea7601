# SPDX-License-Identifier: Apache-2.0
"""The states of a BGP session over one connection, as a table (RFC 4271 8.2.2). Only the table lives here.

Connect and Active belong to whoever opens connections; a session begins when one is there and ends with it.
"""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """States of one connection's session."""

    IDLE = "idle"
    OPEN_SENT = "open-sent"
    OPEN_CONFIRM = "open-confirm"
    ESTABLISHED = "established"
    CLOSED = "closed"


class Input(Enum):
    """What moves a session."""

    CONNECTED = "connected"
    OPEN = "open"
    KEEPALIVE = "keepalive"
    UPDATE = "update"
    ROUTE_REFRESH = "route-refresh"
    NOTIFICATION = "notification"
    HOLD_EXPIRED = "hold-expired"
    STOP = "stop"
    DISCONNECTED = "disconnected"


TABLE: dict[tuple[State, Input], State] = {
    (State.IDLE, Input.CONNECTED): State.OPEN_SENT,
    (State.IDLE, Input.STOP): State.CLOSED,
    (State.IDLE, Input.DISCONNECTED): State.CLOSED,
    (State.OPEN_SENT, Input.OPEN): State.OPEN_CONFIRM,
    (State.OPEN_SENT, Input.NOTIFICATION): State.CLOSED,
    (State.OPEN_SENT, Input.HOLD_EXPIRED): State.CLOSED,
    (State.OPEN_SENT, Input.STOP): State.CLOSED,
    (State.OPEN_SENT, Input.DISCONNECTED): State.CLOSED,
    (State.OPEN_CONFIRM, Input.KEEPALIVE): State.ESTABLISHED,
    (State.OPEN_CONFIRM, Input.NOTIFICATION): State.CLOSED,
    (State.OPEN_CONFIRM, Input.HOLD_EXPIRED): State.CLOSED,
    (State.OPEN_CONFIRM, Input.STOP): State.CLOSED,
    (State.OPEN_CONFIRM, Input.DISCONNECTED): State.CLOSED,
    (State.ESTABLISHED, Input.KEEPALIVE): State.ESTABLISHED,
    (State.ESTABLISHED, Input.UPDATE): State.ESTABLISHED,
    (State.ESTABLISHED, Input.ROUTE_REFRESH): State.ESTABLISHED,
    (State.ESTABLISHED, Input.NOTIFICATION): State.CLOSED,
    (State.ESTABLISHED, Input.HOLD_EXPIRED): State.CLOSED,
    (State.ESTABLISHED, Input.STOP): State.CLOSED,
    (State.ESTABLISHED, Input.DISCONNECTED): State.CLOSED,
}
"""The next state; a pair that is missing is a finite state machine error (RFC 6608), or ignored once
CLOSED.
"""
