# SPDX-License-Identifier: Apache-2.0
"""The PDUs of the RPKI to Router protocol (RFC 8210 5): built whole, and cut from a stream of octets."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

#: The versions that are spoken: RFC 6810, RFC 8210.
VERSIONS = (0, 1)
#: The longest PDU that a router has a reason to send: an Error Report with one of ours and a text in it.
LONGEST = 4096
_HEAD = struct.Struct(">BBHL")


class PduType(IntEnum):
    """RFC 8210 5.2 - 5.11."""

    SERIAL_NOTIFY = 0
    SERIAL_QUERY = 1
    RESET_QUERY = 2
    CACHE_RESPONSE = 3
    IPV4_PREFIX = 4
    IPV6_PREFIX = 6
    END_OF_DATA = 7
    CACHE_RESET = 8
    ROUTER_KEY = 9
    ERROR_REPORT = 10


class ErrorCode(IntEnum):
    """RFC 8210 12."""

    CORRUPT_DATA = 0
    INTERNAL_ERROR = 1
    NO_DATA_AVAILABLE = 2
    INVALID_REQUEST = 3
    UNSUPPORTED_VERSION = 4
    UNSUPPORTED_TYPE = 5
    WITHDRAWAL_OF_UNKNOWN = 6
    DUPLICATE_ANNOUNCEMENT = 7
    UNEXPECTED_VERSION = 8


class RtrError(Exception):
    """What the other end did wrong: an Error Report answers it, and the connection ends."""

    def __init__(self, code: ErrorCode, text: str, pdu: bytes = b"") -> None:
        super().__init__(text)
        self.code = code
        self.pdu = pdu
        """The PDU that was wrong, as it came."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One that came. `field`: session id, error code or zero, by the type."""

    version: int
    kind: int
    field: int
    body: bytes

    def encode(self) -> bytes:
        """The octets of it."""
        return head(self.version, self.kind, self.field, len(self.body)) + self.body


def head(version: int, kind: int, field: int, length: int) -> bytes:
    """What a PDU with a body of so many octets begins with."""
    return _HEAD.pack(version, kind, field, _HEAD.size + length)


def cut(data: bytes) -> tuple[Pdu | None, bytes]:
    """The first whole PDU, None before it is there, and the rest. RtrError for an impossible length."""
    if len(data) < _HEAD.size:
        return None, data
    version, kind, field, length = _HEAD.unpack_from(data)
    if not _HEAD.size <= length <= LONGEST:
        text = f"a PDU of {length} octets, not {_HEAD.size} to {LONGEST}"
        raise RtrError(ErrorCode.CORRUPT_DATA, text, data[: _HEAD.size])
    if len(data) < length:
        return None, data
    return Pdu(version, kind, field, data[_HEAD.size : length]), data[length:]


def error_report(version: int, code: ErrorCode, pdu: bytes, text: str) -> bytes:
    """RFC 8210 5.11."""
    said = text.encode()
    body = struct.pack(">L", len(pdu)) + pdu + struct.pack(">L", len(said)) + said
    return Pdu(version, PduType.ERROR_REPORT, code, body).encode()


def report_text(body: bytes) -> str:
    """What an Error Report says; empty where its lengths are wrong."""
    try:
        (copied,) = struct.unpack_from(">L", body)
        (length,) = struct.unpack_from(">L", body, 4 + copied)
    except struct.error:
        return ""
    start = 8 + copied
    return body[start : start + length].decode("utf-8", "replace")
