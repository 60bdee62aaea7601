# SPDX-License-Identifier: Apache-2.0
"""How an observer is shown the octets of a BGP connection, both ways. It sees them and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bfd_fastpath.wire.bgp.events import Endpoint


class Direction(Enum):
    """Which way octets went, as this end sees it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Flow:
    """One TCP connection. `outgoing`: this end opened it."""

    local: Endpoint
    remote: Endpoint
    outgoing: bool


class Tap(Protocol):
    """Called with each piece of a stream, in order; `time_ns` is the speaker's clock (CLOCK_MONOTONIC).

    For OUT it is the time just after the octets were handed to the socket. It must not block.
    """

    def __call__(self, direction: Direction, data: bytes, time_ns: int, flow: Flow) -> None: ...
