# SPDX-License-Identifier: Apache-2.0
"""BFD (RFC 5880, RFC 5881) in plain Python: the packet codec, the state machine and one session.

It states the rules independently of the C engine, as the oracle that the engine is tested against. It
carries no traffic itself.
"""

from bfd_fastpath.wire.bfd.authentication import Algorithm, Authentication, AuthType, Key, sign
from bfd_fastpath.wire.bfd.codec import (
    MULTI_HOP_PORT,
    SINGLE_HOP_PORT,
    Diagnostic,
    Fault,
    Packet,
    PacketError,
    State,
    decode,
    encode,
)
from bfd_fastpath.wire.bfd.fsm import Event, next_state
from bfd_fastpath.wire.bfd.poll import PollPhase, PollSequence
from bfd_fastpath.wire.bfd.session import Session
from bfd_fastpath.wire.bfd.wanted import Actions, NextHop, Role, SessionConfig

__all__ = [
    "MULTI_HOP_PORT",
    "SINGLE_HOP_PORT",
    "Actions",
    "Algorithm",
    "AuthType",
    "Authentication",
    "Diagnostic",
    "Event",
    "Fault",
    "Key",
    "NextHop",
    "Packet",
    "PacketError",
    "PollPhase",
    "PollSequence",
    "Role",
    "Session",
    "SessionConfig",
    "State",
    "decode",
    "encode",
    "next_state",
    "sign",
]
