# SPDX-License-Identifier: Apache-2.0
"""The NOTIFICATION message (RFC 4271 4.5) with the shutdown text of RFC 9003. It ends a session; it is no
exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ErrorCode(IntEnum):
    """NOTIFICATION error codes."""

    HEADER = 1
    OPEN = 2
    UPDATE = 3
    HOLD_TIMER = 4
    FSM = 5
    CEASE = 6
    ROUTE_REFRESH = 7


class HeaderError(IntEnum):
    """Subcodes of HEADER."""

    NOT_SYNCHRONISED = 1
    BAD_LENGTH = 2
    BAD_TYPE = 3


class OpenError(IntEnum):
    """Subcodes of OPEN."""

    UNSPECIFIC = 0
    VERSION = 1
    PEER_AS = 2
    BGP_IDENTIFIER = 3
    OPTIONAL_PARAMETER = 4
    HOLD_TIME = 6
    CAPABILITY = 7
    ROLE_MISMATCH = 11


class UpdateError(IntEnum):
    """Subcodes of UPDATE."""

    UNSPECIFIC = 0
    ATTRIBUTE_LIST = 1
    UNRECOGNISED_WELL_KNOWN = 2
    MISSING_WELL_KNOWN = 3
    ATTRIBUTE_FLAGS = 4
    ATTRIBUTE_LENGTH = 5
    ORIGIN = 6
    NEXT_HOP = 8
    OPTIONAL_ATTRIBUTE = 9
    NETWORK_FIELD = 10
    AS_PATH = 11


class FsmError(IntEnum):
    """Subcodes of FSM (RFC 6608)."""

    UNSPECIFIC = 0
    OPEN_SENT = 1
    OPEN_CONFIRM = 2
    ESTABLISHED = 3


class Cease(IntEnum):
    """Subcodes of CEASE (RFC 4486, RFC 9384)."""

    MAX_PREFIXES = 1
    SHUTDOWN = 2
    DECONFIGURED = 3
    RESET = 4
    REJECTED = 5
    CONFIGURATION_CHANGE = 6
    COLLISION = 7
    RESOURCES = 8
    BFD_DOWN = 10


_SUBCODES: dict[int, type[IntEnum]] = {
    ErrorCode.HEADER: HeaderError,
    ErrorCode.OPEN: OpenError,
    ErrorCode.UPDATE: UpdateError,
    ErrorCode.FSM: FsmError,
    ErrorCode.CEASE: Cease,
}


#: Octets of data that are taken for words when all of them are printable.
_WORDS = 8


def _name(kind: type[IntEnum], number: int) -> str:
    try:
        return kind(number).name.lower().replace("_", "-")
    except ValueError:
        return str(number)


@dataclass(frozen=True, slots=True)
class Notification:
    """Code, subcode and data as on the wire."""

    code: int
    subcode: int = 0
    data: bytes = b""

    @classmethod
    def shutdown(cls, text: str = "", subcode: int = Cease.SHUTDOWN) -> Notification:
        """Cease with a text for the peer's operator, cut at 255 octets of whole characters (RFC 9003 2)."""
        octets = text.encode()[:255].decode("utf-8", "ignore").encode()
        return cls(ErrorCode.CEASE, subcode, bytes((len(octets),)) + octets if octets else b"")

    def encode(self) -> bytes:
        """The message's body."""
        return bytes((self.code, self.subcode)) + self.data

    @classmethod
    def decode(cls, body: bytes) -> Notification:
        """Read a body of at least two octets, which the framing has checked."""
        return cls(body[0], body[1], body[2:])

    @property
    def text(self) -> str:
        """The operator's text of RFC 9003, empty where there is none; octets that are not UTF-8 are
        escaped.
        """
        if self.code != ErrorCode.CEASE or self.subcode not in (Cease.SHUTDOWN, Cease.RESET) or not self.data:
            return ""
        return self.data[1 : 1 + self.data[0]].decode("utf-8", "backslashreplace")

    def __str__(self) -> str:
        named = _name(ErrorCode, self.code)
        kind = _SUBCODES.get(self.code)
        named += f"/{_name(kind, self.subcode) if kind else self.subcode} ({self.code}/{self.subcode})"
        if self.text:
            return f"{named}: {self.text!r}"
        if not self.data:
            return named
        # Some daemons explain themselves where the RFC has no data.
        words = len(self.data) >= _WORDS and all(0x20 <= octet < 0x7F for octet in self.data)
        return f"{named}: {self.data.decode()!r}" if words else f"{named} data {self.data.hex()}"
