# SPDX-License-Identifier: Apache-2.0
"""The octets of a capture file in buffers that are read, and inflated, ahead of whoever works on them. Memory
does not grow with the file. It knows nothing of what is in the octets.
"""

import os
import queue
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pydp.replay.errors import ReplayError
from pydp.replay.inflate import Inflater, Octets, Plain, SourceFault

#: Octets that are read ahead into one buffer.
BODY = 4 << 20
#: Room in front of them for what the buffer before could not use: 2 * PYDP_REPLAY_RECORD_MOST.
HEAD = 2 << 20
#: One is worked on, one is full, one is being filled.
RING = 3

#: How files begin that are compressed in ways not undone here, and what unpacks them.
_FOREIGN = (
    (b"\xfd7zXZ\x00", "xz", "xz -dc"),
    (b"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"),
    (b"BZh", "bzip2", "bzip2 -dc"),
    (b"\x04\x22\x4d\x18", "lz4", "lz4 -dc"),
    (b"PK\x03\x04", "zip", "unzip -p"),
)
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class _Buffer:
    """HEAD octets of room, then up to BODY octets of the file."""

    memory: memoryview
    length: int = 0
    #: Octets of the file as stored that were read when this buffer was full.
    done: int = 0
    last: bool = False


class Source:
    """The octets of one capture file, "-" for standard input, gzip undone. A context manager; iterate over it
    once.

    Raises ReplayError, one sentence, when there is nothing to read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._file = _open(self.path)
        try:
            #: Octets as stored; 0 where that is not known (a pipe).
            self.total = _size(self._file)
            start = _start(self._file, self.path)
            _refuse_foreign(start, self.path)
            #: Whether it is gzip.
            self.compressed = start.startswith(_GZIP)
            self._octets: Octets = (
                Inflater(self._file, start) if self.compressed else Plain(self._file, start)
            )
        except BaseException:
            self._file.close()
            raise
        #: Octets as stored behind what was handed out.
        self.done = 0
        #: Why it could not be read to its end; known when the last piece is handed out.
        self.fault: SourceFault | None = None
        self._empty: queue.SimpleQueue[_Buffer | None] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[_Buffer | BaseException] = queue.SimpleQueue()
        for _ in range(RING):
            self._empty.put(_Buffer(memoryview(bytearray(HEAD + BODY))))
        self._thread = threading.Thread(target=self._read_ahead, name="replay-source", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Source":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading ahead; a thread that waits for a pipe is left to it."""
        self._empty.put(None)
        self._thread.join(timeout=1.0)
        if not self._thread.is_alive():
            self._file.close()

    def __iter__(self) -> Iterator["Piece"]:
        """Pieces in order. What a piece did not `use` stands at the front of the next one; a piece is valid
        until the next one is asked for.
        """
        rest = memoryview(b"")
        before: _Buffer | None = None
        while True:
            made = self._full.get()
            if isinstance(made, BaseException):
                raise made
            begin = HEAD - len(rest)
            if begin < 0:
                raise ReplayError(f"a record of {self.path} is longer than {HEAD} octets")
            made.memory[begin:HEAD] = rest
            if before is not None:
                self._empty.put(before)
            self.done = made.done
            piece = Piece(made.memory[begin : HEAD + made.length], made.last)
            if made.last:
                self.fault = self._octets.fault
            yield piece
            if made.last:
                return
            rest, before = piece.data, made

    def _read_ahead(self) -> None:
        try:
            while (buffer := self._empty.get()) is not None:
                buffer.length = self._octets.fill(buffer.memory[HEAD:])
                buffer.done = self._octets.done
                buffer.last = self._octets.ended
                self._full.put(buffer)
                if buffer.last:
                    return
        except BaseException as error:  # whatever it is, the one who waits for a buffer has to learn of it
            self._full.put(error)


@dataclass(slots=True)
class Piece:
    """Octets of the file: `data`, of which `use` takes away what is done with."""

    data: memoryview
    #: Nothing follows these.
    last: bool

    def use(self, octets: int) -> None:
        self.data = self.data[octets:]


def _open(path: str) -> BinaryIO:
    try:
        if path == "-":
            return open(0, "rb", buffering=0, closefd=False)
        if os.path.isdir(path):
            raise ReplayError(f"{path} is a directory; name a capture file in it")
        return open(path, "rb", buffering=0)
    except FileNotFoundError:
        raise ReplayError(f"there is no file {path}") from None
    except PermissionError:
        raise ReplayError(f"{path} may not be read by this user; sudo, or chmod a+r, helps") from None
    except OSError as error:
        raise ReplayError(f"{path} cannot be opened: {error.strerror}") from error


def _size(file: BinaryIO) -> int:
    about = os.fstat(file.fileno())
    return about.st_size if stat.S_ISREG(about.st_mode) else 0


def _start(file: BinaryIO, path: str) -> bytes:
    """The first six octets, or as many as there are."""
    start = b""
    try:
        while len(start) < 6 and (more := file.read(6 - len(start))):
            start += more
    except OSError as error:
        raise ReplayError(f"{path} cannot be read: {error.strerror}") from error
    if not start:
        raise ReplayError(f"{'standard input' if path == '-' else path} is empty; no packet was captured")
    return start


def _refuse_foreign(start: bytes, path: str) -> None:
    for magic, name, command in _FOREIGN:
        if start.startswith(magic):
            file = "FILE" if path == "-" else path
            raise ReplayError(
                f"{'standard input' if path == '-' else path} is compressed with {name}, which is not undone "
                f"here; unpack it first: {command} {file} > capture.pcap"
            )
