# SPDX-License-Identifier: Apache-2.0
"""BFD control packets (RFC 5880 4.1) to and from bytes, with the checks that need no session (6.8.6).

An authentication section is carried as opaque octets; authentication.py verifies and makes them.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, StrEnum

SINGLE_HOP_PORT = 3784
MULTI_HOP_PORT = 4784
VERSION = 1
MANDATORY_LENGTH = 24

_LAYOUT = struct.Struct("!BBBBIIIII")
_POLL, _FINAL, _INDEPENDENT, _AUTHENTICATION, _DEMAND, _MULTIPOINT = 0x20, 0x10, 0x08, 0x04, 0x02, 0x01


class State(IntEnum):
    """Session states, with their values on the wire."""

    ADMIN_DOWN = 0
    DOWN = 1
    INIT = 2
    UP = 3


class Diagnostic(IntEnum):
    """Why the session last left Up; 9-31 are unassigned in RFC 5880."""

    NONE = 0
    CONTROL_EXPIRY = 1
    ECHO_FAILED = 2
    NEIGHBOR_DOWN = 3
    FORWARDING_RESET = 4
    PATH_DOWN = 5
    CONCATENATED_PATH_DOWN = 6
    ADMIN_DOWN = 7
    REVERSE_CONCATENATED_PATH_DOWN = 8


class Fault(StrEnum):
    """Why a packet is discarded, in the order of RFC 5880 6.8.6."""

    VERSION = "version"
    LENGTH = "length"
    TRUNCATED = "truncated"
    DETECT_MULT = "detect-mult"
    MULTIPOINT = "multipoint"
    MY_DISCRIMINATOR = "my-discriminator"
    YOUR_DISCRIMINATOR = "your-discriminator"
    ZERO_YOUR_STATE = "zero-your-state"
    NO_SESSION = "no-session"
    AUTHENTICATION = "auth"
    UNAUTHENTICATED = "unauthenticated"
    AUTH_TYPE = "auth-type"
    AUTH_KEY_ID = "auth-key-id"
    AUTH_LENGTH = "auth-length"
    AUTH_SEQUENCE = "auth-sequence"
    AUTH_DIGEST = "auth-digest"
    ADMIN_DOWN = "admin-down"


class PacketError(ValueError):
    """A packet that must be discarded; ``fault`` says by which check."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"BFD packet refused: {fault.value}")
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A BFD control packet. Intervals are microseconds; ``diagnostic`` is 0..31."""

    state: State
    my_discriminator: int
    your_discriminator: int
    desired_min_tx_us: int
    required_min_rx_us: int
    required_min_echo_rx_us: int = 0
    multiplier: int = 3
    diagnostic: int = 0
    poll: bool = False
    final: bool = False
    control_plane_independent: bool = False
    demand: bool = False
    authentication: bytes | None = None
    """The authentication section (type, length, data), or None when the A bit is clear."""

    def __bytes__(self) -> bytes:
        return encode(self)


def encode(packet: Packet) -> bytes:
    """The packet's octets (RFC 5880 6.8.7): version 1, M clear, Length 24 plus the authentication section."""
    section = packet.authentication
    flags = (
        (_POLL if packet.poll else 0)
        | (_FINAL if packet.final else 0)
        | (_INDEPENDENT if packet.control_plane_independent else 0)
        | (_AUTHENTICATION if section is not None else 0)
        | (_DEMAND if packet.demand else 0)
    )
    body = section or b""
    head = _LAYOUT.pack(
        VERSION << 5 | packet.diagnostic,
        packet.state << 6 | flags,
        packet.multiplier,
        MANDATORY_LENGTH + len(body),
        packet.my_discriminator,
        packet.your_discriminator,
        packet.desired_min_tx_us,
        packet.required_min_rx_us,
        packet.required_min_echo_rx_us,
    )
    return head + body


def decode(payload: bytes) -> Packet:
    """The packet in a UDP payload. Octets behind Length are ignored.

    Raises PacketError with the first check that fails, in the order of RFC 5880 6.8.6; that a nonzero Your
    Discriminator belongs to a session is for the caller to check.
    """
    if not payload:
        raise PacketError(Fault.TRUNCATED)
    if payload[0] >> 5 != VERSION:
        raise PacketError(Fault.VERSION)
    if len(payload) < 4:
        raise PacketError(Fault.TRUNCATED)
    flags, length = payload[1] & 0x3F, payload[3]
    if length < (MANDATORY_LENGTH + 2 if flags & _AUTHENTICATION else MANDATORY_LENGTH):
        raise PacketError(Fault.LENGTH)
    if length > len(payload):
        raise PacketError(Fault.TRUNCATED)
    first, second, multiplier, _, mine, yours, tx, rx, echo = _LAYOUT.unpack_from(payload)
    state = State(second >> 6)
    if multiplier == 0:
        raise PacketError(Fault.DETECT_MULT)
    if flags & _MULTIPOINT:
        raise PacketError(Fault.MULTIPOINT)
    if mine == 0:
        raise PacketError(Fault.MY_DISCRIMINATOR)
    if yours == 0 and state in (State.INIT, State.UP):
        raise PacketError(Fault.ZERO_YOUR_STATE)
    return Packet(
        state=state,
        my_discriminator=mine,
        your_discriminator=yours,
        desired_min_tx_us=tx,
        required_min_rx_us=rx,
        required_min_echo_rx_us=echo,
        multiplier=multiplier,
        diagnostic=first & 0x1F,
        poll=bool(flags & _POLL),
        final=bool(flags & _FINAL),
        control_plane_independent=bool(flags & _INDEPENDENT),
        demand=bool(flags & _DEMAND),
        authentication=bytes(payload[MANDATORY_LENGTH:length]) if flags & _AUTHENTICATION else None,
    )
