# SPDX-License-Identifier: Apache-2.0
"""Every frame of a capture, of any kind, as it stands in the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy

from pydp.ffi import ffi, lib
from pydp.replay.columns import FRAME_DTYPE
from pydp.replay.feed import Feed, Progress
from pydp.replay.records import FileFault, Interface
from pydp.replay.report import interfaces

#: Frames of a chunk at most.
CHUNK = 1 << 14


@dataclass(frozen=True, slots=True)
class FrameChunk:
    """Some frames, in order; valid until the next chunk is asked for."""

    #: Structured array of FRAME_DTYPE.
    columns: "numpy.ndarray[Any, Any]"
    #: Octets of the file; the captured octets of a frame are data[at : at + captured].
    data: memoryview


class Frames:
    """The frames of one capture file, "-" for standard input. A context manager; iterate over it once.

    Raises ReplayError when nothing of the file can be read; a fault further in ends the iteration.
    """

    def __init__(self, path: str | Path, *, progress: Progress | None = None) -> None:
        self._feed = Feed(path, progress=progress)
        self._array = numpy.zeros(CHUNK, dtype=FRAME_DTYPE)
        self._records = ffi.cast("struct pydp_replay_frame *", ffi.from_buffer(self._array))
        self._count = ffi.new("uint32_t *")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._feed.source.close()

    def __iter__(self) -> Iterator[FrameChunk]:
        for data in self._feed.run(self._take):
            if self._count[0]:
                yield FrameChunk(self._array[: self._count[0]], data)

    def _take(self, replay: Any, data: Any, length: int, last: int, consumed: Any) -> int:
        return int(
            lib.pydp_replay_frames(replay, data, length, last, consumed, self._records, CHUNK, self._count)
        )

    def interfaces(self) -> tuple[Interface, ...]:
        """Those that were met so far, in their order; a pcap file has one without a name."""
        return interfaces(self._feed.c)

    def fault(self) -> FileFault | None:
        """Why the file could not be read to its end, as far as it was read."""
        return self._feed.fault()
