# SPDX-License-Identifier: Apache-2.0
"""What is wanted of a session and what it asks of its caller: the records that session.py takes and gives."""

from dataclasses import dataclass
from enum import IntEnum

from bfd_fastpath.wire.bfd.codec import Diagnostic, Fault, Packet

SLOW_INTERVAL_US = 1_000_000
"""Least DesiredMinTx while not Up (RFC 5880 6.8.3)."""


class Role(IntEnum):
    """Whether an end speaks before it is spoken to (RFC 5880 6.1)."""

    ACTIVE = 0
    PASSIVE = 1


class NextHop(IntEnum):
    """What forwarding may do with the next hop: only DEAD is avoided."""

    UNKNOWN = 0
    LIVE = 1
    DEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """The wanted session. desired_min_tx_us and multiplier are above zero."""

    desired_min_tx_us: int = SLOW_INTERVAL_US
    required_min_rx_us: int = SLOW_INTERVAL_US
    multiplier: int = 3
    role: Role = Role.ACTIVE
    admin_down: bool = False
    path_down: bool = False
    """AdminDown with diagnostic 5 (RFC 5880 6.8.16)."""
    demand: bool = False
    concatenated_path: Diagnostic = Diagnostic.NONE
    """Said instead of local_diag while Up (RFC 5880 6.8.17)."""
    authentication: bool = False
    """Packets have to be authenticated; whether they are is verified before they come here."""

    @property
    def disabled(self) -> Diagnostic | None:
        """What AdminDown says, where it is wanted."""
        if self.path_down:
            return Diagnostic.PATH_DOWN
        return Diagnostic.ADMIN_DOWN if self.admin_down else None


@dataclass(slots=True)
class Actions:
    """What one input asks of the caller."""

    send: Packet | None = None
    send_final: Packet | None = None
    fault: Fault | None = None
    detected_deadline_ns: int | None = None
    done: bool = False
