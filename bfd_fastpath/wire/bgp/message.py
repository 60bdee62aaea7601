# SPDX-License-Identifier: Apache-2.0
"""The header all BGP messages share, and a reader that cuts a byte stream into messages (RFC 4271 4.1, RFC
8654).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum

from bfd_fastpath.wire.bgp.errors import BgpError
from bfd_fastpath.wire.malformed import Malformed

HEADER = struct.Struct(">16sHB")
MARKER = b"\xff" * 16
STANDARD_LIMIT = 4096
EXTENDED_LIMIT = 65535


class MessageType(IntEnum):
    """Message types."""

    OPEN = 1
    UPDATE = 2
    NOTIFICATION = 3
    KEEPALIVE = 4
    ROUTE_REFRESH = 5


_MINIMUM = {
    MessageType.OPEN: 29,
    MessageType.UPDATE: 23,
    MessageType.NOTIFICATION: 21,
    MessageType.KEEPALIVE: 19,
    # Which it must have depends on what was negotiated: refresh.py.
    MessageType.ROUTE_REFRESH: 19,
}
_NEVER_EXTENDED = (MessageType.OPEN, MessageType.KEEPALIVE)


def frame(kind: MessageType, body: bytes = b"") -> bytes:
    """A whole message. Raises ValueError where it would exceed 65535 octets."""
    length = HEADER.size + len(body)
    if length > EXTENDED_LIMIT:
        raise ValueError(f"a message of {length} octets; {EXTENDED_LIMIT} is the most there can be")
    return HEADER.pack(MARKER, length, kind) + body


KEEPALIVE = frame(MessageType.KEEPALIVE)


def bad_length(number: int, length: int) -> BgpError:
    """A message of this type cannot have this length (RFC 4271 6.1)."""
    text = f"message type {number} of {length} octets"
    return BgpError(Malformed.HEADER_LENGTH, text, length.to_bytes(2, "big"))


class Framer:
    """Cuts what a peer sends into messages. `limit` is the largest one taken; OPEN and KEEPALIVE never
    exceed 4096.
    """

    __slots__ = ("_data", "_position", "limit")

    def __init__(self) -> None:
        self._data = b""
        self._position = 0
        self.limit = STANDARD_LIMIT

    def feed(self, data: bytes) -> None:
        """Add octets from the stream, cut anywhere."""
        self._data = self._data[self._position :] + data
        self._position = 0

    def messages(self) -> Iterator[tuple[MessageType, bytes]]:
        """Each complete message as type and body. Raises BgpError for a bad header (RFC 4271 6.1)."""
        while (message := self.next()) is not None:
            yield message

    def next(self) -> tuple[MessageType, bytes] | None:
        """The next complete message, None where octets are missing. Raises BgpError for a bad header."""
        start = self._position
        if len(self._data) - start < HEADER.size:
            return None
        marker, length, number = HEADER.unpack_from(self._data, start)
        if marker != MARKER:
            raise BgpError(Malformed.HEADER_MARKER, "marker is not all ones")
        kind = self._check(length, number)
        if len(self._data) - start < length:
            return None
        self._position = start + length
        return kind, self._data[start + HEADER.size : self._position]

    @property
    def pending(self) -> bytes:
        """The octets not yet handed out."""
        return self._data[self._position :]

    def _check(self, length: int, number: int) -> MessageType:
        try:
            kind = MessageType(number)
        except ValueError:
            kind = None
        limit = STANDARD_LIMIT if kind in _NEVER_EXTENDED else self.limit
        minimum = _MINIMUM[kind] if kind is not None else HEADER.size
        if not minimum <= length <= limit or (kind == MessageType.KEEPALIVE and length != minimum):
            raise bad_length(number, length)
        if kind is None:
            raise BgpError(Malformed.HEADER_TYPE, f"type {number}", bytes((number,)))
        return kind
