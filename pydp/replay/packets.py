# SPDX-License-Identifier: Apache-2.0
"""The BFD packets of a capture as numpy columns, one by one in C and a chunk at a time in Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from pydp.replay.columns import PACKET_DTYPE, event_drain, packet_drain
from pydp.replay.errors import ReplayError
from pydp.replay.feed import Feed

#: Packets of a chunk at most.
CHUNK = 1 << 16
_EVENTS = 4096
_ECHO = 6
_NONE = 0xFFFFFFFF
_PAIRED = 10


@dataclass(frozen=True, slots=True)
class PacketChunk:
    """Some BFD packets of a capture, in order; valid until the next chunk is asked for."""

    #: Structured array of PACKET_DTYPE. `session` counts from 0 and is 0xFFFFFFFF for packets of none.
    columns: "numpy.ndarray[Any, Any]"
    #: Octets of the file; the captured octets of a packet are data[at : at + captured].
    data: memoryview
    #: (packet number, session, other session, end): what was told so far of that end of both is the other's.
    swaps: tuple[tuple[int, int, int, int], ...] = ()


def packets(path: str | Path) -> Iterator[PacketChunk]:
    """Every BFD packet of a capture, malformed ones and echo too.

    Raises ReplayError when nothing of the file can be read; a fault further in ends the iteration, and
    watch() tells of it.
    """
    drained, events = packet_drain(CHUNK), event_drain(_EVENTS)
    with Feed(path, packet_capacity=CHUNK, event_capacity=_EVENTS) as feed:
        for data in feed.run():
            swaps: list[tuple[int, int, int, int]] = []
            while len(told := events.take(feed.c)):
                for one in told[told["type"] == _PAIRED]:
                    swaps.append(
                        (int(one["number"]), int(one["session"]), int(one["value"]), int(one["end"]))
                    )
            while len(columns := drained.take(feed.c)):
                yield PacketChunk(columns, data, tuple(swaps))
                swaps = []
            if swaps:
                yield PacketChunk(columns, data, tuple(swaps))


def hellos(path: str | Path, session: int | None = None) -> "numpy.ndarray[Any, Any]":
    """The accepted control packets of one session (`Session.index`, from 1), or of all sessions, as one
    structured array of PACKET_DTYPE: 160 octets a packet. Its `at` column points nowhere.

    Raises ReplayError: nothing of the file can be read, or it has no such session.
    """
    wanted = None if session is None else {session - 1}
    parts, swaps = _collect(path, wanted)
    if wanted is not None and swaps:
        # Two sessions had mixed up their ends for a while: only both together tell whose packets those were.
        if str(path) == "-":
            raise ReplayError("sessions of this capture can only be told apart in a file; save it first")
        while more := {one for swap in swaps for one in swap[1:3] if wanted & set(swap[1:3])} - wanted:
            wanted |= more
            parts, swaps = _collect(path, wanted)
    found = numpy.concatenate(parts) if parts else numpy.zeros(0, dtype=PACKET_DTYPE)
    for number, one, other, end in swaps:
        mixed = (found["number"] < number) & (found["end"] == end)
        firsts, seconds = mixed & (found["session"] == one), mixed & (found["session"] == other)
        found["session"][firsts], found["session"][seconds] = other, one
    if session is not None:
        found = found[found["session"] == session - 1]
        if not len(found):
            raise ReplayError(f"{path} has no session {session}")
    return found


def _collect(
    path: str | Path, wanted: set[int] | None
) -> tuple[list["numpy.ndarray[Any, Any]"], list[tuple[int, int, int, int]]]:
    """Copies of the accepted packets of the wanted sessions (None: all), and the swaps that touch them."""
    parts, swaps = [], []
    for chunk in packets(path):
        columns = chunk.columns
        if wanted is None:
            keep = (columns["session"] != _NONE) & (columns["fault"] == 0) & (columns["kind"] != _ECHO)
        else:
            keep = numpy.isin(columns["session"], list(wanted)) & (columns["fault"] == 0)
            keep &= columns["kind"] != _ECHO
        if keep.any():
            parts.append(columns[keep])
        swaps += [swap for swap in chunk.swaps if wanted is None or wanted & {swap[1], swap[2]}]
    return parts, swaps
