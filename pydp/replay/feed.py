# SPDX-License-Identifier: Apache-2.0
"""A capture file fed through the C replay: the loop that watch() and packets() share. It makes no records."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from pydp.errors import raise_status
from pydp.ffi import ffi, lib, text
from pydp.replay.errors import ReplayError
from pydp.replay.records import FileFault, Format
from pydp.replay.source import Source

#: What a stream that breaks off looks like to the framing.
_BROKEN_OFF = ("empty", "truncated")

#: Called now and then with the octets of the stored file that are done, and all of them (0: not known).
Progress = Callable[[int, int], object]


class Feed:
    """A C replay and the file that it reads. A context manager.

    Raises ReplayError when nothing of the file can be read.
    """

    def __init__(self, path: str | Path, *, progress: Progress | None = None, **config: int) -> None:
        self.path = str(path)
        self.source = Source(path)
        self._progress = progress
        made = ffi.new("pydp_replay_t **")
        try:
            raise_status(lib.pydp_replay_create(ffi.new("struct pydp_replay_config *", config), made))
        except BaseException:
            self.source.close()
            raise
        #: The C object, gone with this one.
        self.c: Any = ffi.gc(made[0], lib.pydp_replay_destroy)

    def __enter__(self) -> "Feed":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.source.close()

    def run(self, call: Any = None) -> Iterator[memoryview]:
        """Feed the whole file. After each call of the C side it yields the octets that call was given: the
        caller drains what waits then, all of it. `call`: another one than pydp_replay_feed, with its
        arguments.
        """
        call = lib.pydp_replay_feed if call is None else call
        consumed = ffi.new("size_t *")
        for piece in self.source:
            more = True
            while more:
                given = piece.data
                status = call(self.c, ffi.from_buffer(given), len(given), int(piece.last), consumed)
                piece.use(consumed[0])
                yield given
                more = status == 0 and consumed[0] > 0
                if status < 0:
                    self._refuse_if_nothing()
                    return
            if self._progress is not None:
                self._progress(self.source.done, self.source.total)
        self._refuse_if_nothing()

    def _refuse_if_nothing(self) -> None:
        """Raise when the file is no capture at all."""
        fault = self.fault()
        if fault is not None and self.totals().format == Format.UNKNOWN:
            name = "standard input" if self.path == "-" else self.path
            raise ReplayError(f"{name}: {fault.text}")

    def fault(self) -> FileFault | None:
        """Why the file could not be read to its end, as far as it was read."""
        raw = ffi.new("struct pydp_replay_file_fault *")
        raise_status(lib.pydp_replay_file_fault(self.c, raw))
        below = self.source.fault
        reason = text(lib.pydp_replay_file_reason_name(raw.reason)) if raw.reason else None
        # What the framing says of a stream that breaks off is a consequence; another fault came before that.
        if below is not None and (reason is None or reason in _BROKEN_OFF):
            return FileFault(below.offset, self.totals().packets, below.reason, below.text, stored=True)
        if reason is None:
            return None
        return FileFault(raw.offset, raw.packet, reason, text(raw.text))

    def totals(self) -> Any:
        """struct pydp_replay_totals as it stands."""
        raw = ffi.new("struct pydp_replay_totals *")
        raise_status(lib.pydp_replay_totals(self.c, raw))
        return raw
