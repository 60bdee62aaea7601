# SPDX-License-Identifier: Apache-2.0
"""A file's octets as they are, or with gzip undone (RFC 1952: several members, zero padding), into the
caller's memory. What is wrong with the stream is kept as a fault; all before it stands.
"""

import zlib
from dataclasses import dataclass
from typing import BinaryIO, Protocol

_CHUNK = 256 << 10
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SourceFault:
    """Why the octets end too early."""

    #: In octets of the file as stored.
    offset: int
    #: Kebab-case.
    reason: str
    #: One sentence without the offset.
    text: str


class Octets(Protocol):
    """Where octets come from."""

    #: Octets of the file as stored that were read.
    done: int
    #: Nothing is left.
    ended: bool
    fault: SourceFault | None

    def fill(self, room: memoryview) -> int:
        """Fill the room from its front; less than the whole room only at the end."""


class Plain:
    """The octets as they are stored."""

    def __init__(self, file: BinaryIO, start: bytes) -> None:
        """start: what was read of the file so far."""
        self._file = file
        self._start = start
        self.done = len(start)
        self.ended = False
        self.fault: SourceFault | None = None

    def fill(self, room: memoryview) -> int:
        at = len(self._start)
        room[:at] = self._start
        self._start = b""
        try:
            while at < len(room) and (more := self._file.readinto(room[at:])):  # type: ignore[attr-defined]
                at += more
                self.done += more
        except OSError as error:
            self.fault = SourceFault(
                self.done, "read-error", f"the file cannot be read further: {error.strerror}"
            )
            self.ended = True
        self.ended = self.ended or at < len(room)
        return at


class Inflater:
    """The octets of a gzip file, inflated."""

    def __init__(self, file: BinaryIO, start: bytes) -> None:
        self._file = file
        self._in = start
        self._member = zlib.decompressobj(wbits=31)
        #: Of the file as stored: where the current member begins, and whether anything of it was taken.
        self._begun = False
        self.done = len(start)
        self.ended = False
        self.fault: SourceFault | None = None

    def fill(self, room: memoryview) -> int:
        at = 0
        while at < len(room) and not self.ended:
            if not self._in and not self._more():
                self._end()
                break
            if self._member.eof and not self._next_member():
                continue
            try:
                made = self._member.decompress(self._in, len(room) - at)
            except zlib.error:
                self._stop("gzip-damaged", "the gzip stream is damaged from about here on")
                break
            self._begun = True
            room[at : at + len(made)] = made
            at += len(made)
            self._in = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if not made and not self._in and self._member.eof:
                continue
        return at

    def _more(self) -> bool:
        try:
            self._in = self._file.read(_CHUNK)
        except OSError as error:
            self._stop("read-error", f"the file cannot be read further: {error.strerror}")
            return False
        self.done += len(self._in)
        return bool(self._in)

    def _next_member(self) -> bool:
        """What follows a member: another one, padding, or something else. Whether it is one."""
        self._in = self._in.lstrip(b"\0")
        if not self._in:
            return False
        if len(self._in) == 1:
            self._in += self._file.read(_CHUNK)
            self.done += len(self._in) - 1
        if not self._in.startswith(_GZIP):
            self._stop("gzip-trailing-garbage", "what follows the gzip stream is not gzip")
            return False
        self._member = zlib.decompressobj(wbits=31)
        self._begun = False
        return True

    def _end(self) -> None:
        if self.fault is None and not self._member.eof:
            self._stop("gzip-truncated", "the gzip stream ends too early; the file was cut off")
        self.ended = True

    def _stop(self, reason: str, text: str) -> None:
        if self.fault is None:
            self.fault = SourceFault(self.done - len(self._in), reason, text)
        self.ended = True
