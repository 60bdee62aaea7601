# SPDX-License-Identifier: Apache-2.0
"""One router's connection to the cache (RFC 8210 6 - 8): what it asks, and what it is sent. Sans-I/O."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from bfd_fastpath.wire.rtr.cache import Cache, Records, encode
from bfd_fastpath.wire.rtr.pdu import (
    VERSIONS,
    ErrorCode,
    Pdu,
    PduType,
    RtrError,
    cut,
    error_report,
    report_text,
)


@dataclass(frozen=True, slots=True)
class Intervals:
    """What a router of version 1 is told to keep to, in seconds (RFC 8210 6). Data expire unless they are
    refreshed, also while nothing changes."""

    refresh: int = 60
    retry: int = 1
    expire: int = 600


class CacheSession:
    """Give `receive` what came, and send what it returns; send `notify` when the cache has something new."""

    def __init__(self, cache: Cache, intervals: Intervals = Intervals()) -> None:
        self._cache = cache
        self._intervals = intervals
        self._data = b""
        self.version: int | None = None
        """What the router speaks; None before it has asked for the first time."""
        self.sent: int | None = None
        """The serial of the version that it was sent last, whole."""
        self.resets = 0
        """How often the router has asked for everything."""
        self.ended = ""
        """Why the connection must be closed once the octets are out; empty while it goes on."""

    def receive(self, data: bytes) -> bytes:
        """What to send. An error of the router's ends the session: see `ended`."""
        out = b""
        self._data += data
        while not self.ended:
            try:
                pdu, self._data = cut(self._data)
                if pdu is None:
                    break
                out += self._answer(pdu)
            except RtrError as error:
                self.ended = str(error)
                out += error_report(self.version or 0, error.code, error.pdu, str(error))
        return out

    def notify(self) -> bytes:
        """Serial Notify; nothing for a router that has not asked for anything, or has it all."""
        if self.version is None or self.ended or self.sent in (None, self._cache.serial):
            return b""
        return self._numbered(PduType.SERIAL_NOTIFY)

    def _answer(self, pdu: Pdu) -> bytes:
        if pdu.kind == PduType.ERROR_REPORT:
            # Nobody answers an Error Report with another one (5.11).
            self.ended = f"the router reports error {pdu.field}: {report_text(pdu.body)}"
            return b""
        if pdu.version not in VERSIONS:
            self.version = VERSIONS[-1]
            text = f"version {pdu.version}; this cache speaks {VERSIONS[0]} and {VERSIONS[-1]}"
            raise RtrError(ErrorCode.UNSUPPORTED_VERSION, text, pdu.encode())
        if self.version is None:
            self.version = pdu.version
        elif self.version != pdu.version:
            raise RtrError(
                ErrorCode.UNEXPECTED_VERSION, f"version {pdu.version} after {self.version}", pdu.encode()
            )
        if pdu.kind == PduType.RESET_QUERY and not pdu.body:
            self.resets += 1
            return self._response(self._cache.records, {})
        if pdu.kind == PduType.SERIAL_QUERY and len(pdu.body) == 4:
            return self._since(pdu)
        if pdu.kind in (PduType.RESET_QUERY, PduType.SERIAL_QUERY):
            raise RtrError(ErrorCode.CORRUPT_DATA, f"{len(pdu.body)} octets in a query", pdu.encode())
        if pdu.kind in tuple(PduType):
            raise RtrError(ErrorCode.INVALID_REQUEST, f"PDU type {pdu.kind} from a router", pdu.encode())
        raise RtrError(ErrorCode.UNSUPPORTED_TYPE, f"PDU type {pdu.kind}", pdu.encode())

    def _since(self, query: Pdu) -> bytes:
        (serial,) = struct.unpack(">L", query.body)
        difference = self._cache.since(serial) if query.field == self._cache.session else None
        if difference is None:
            return self._pdu(PduType.CACHE_RESET, 0)
        return self._response(difference.announced, difference.withdrawn)

    def _response(self, announced: Records, withdrawn: Records) -> bytes:
        assert self.version is not None
        parts = [self._pdu(PduType.CACHE_RESPONSE, self._cache.session)]
        parts += encode(withdrawn, self.version, announce=False)
        parts += encode(announced, self.version, announce=True)
        times = self._intervals
        more = struct.pack(">LLL", times.refresh, times.retry, times.expire) if self.version else b""
        self.sent = self._cache.serial
        return b"".join(parts) + self._numbered(PduType.END_OF_DATA, more)

    def _numbered(self, kind: PduType, more: bytes = b"") -> bytes:
        return self._pdu(kind, self._cache.session, struct.pack(">L", self._cache.serial) + more)

    def _pdu(self, kind: PduType, field: int, body: bytes = b"") -> bytes:
        assert self.version is not None
        return Pdu(self.version, kind, field, body).encode()
