# SPDX-License-Identifier: Apache-2.0
"""Hellos of each lane of a timeline counted in equal parts of the time, so that a picture does not
grow with the capture's length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_ECHO = 6


@dataclass(frozen=True, slots=True)
class Hellos:
    """Arrays of shape (session, end, part)."""

    counts: npt.NDArray[np.int64]
    #: Number of the first packet in that part; 0: none.
    first: npt.NDArray[np.uint64]
    start_ns: int
    #: Length of all parts together.
    length_ns: int


class HelloCounter:
    """Takes columns of packets (pydp.replay.PACKET_DTYPE) in the file's order."""

    def __init__(self, sessions: Sequence[int], start_ns: int, end_ns: int, parts: int) -> None:
        """sessions: numbers in the report, from 1, in the order of the rows."""
        self._start_ns, self._parts = start_ns, parts
        self._length_ns = max(end_ns - start_ns, 1)
        self._row = np.full(max(sessions, default=0) + 1, -1, np.int64)
        for row, index in enumerate(sessions):
            self._row[index - 1] = row
        size = len(sessions) * 2 * parts
        self._counts = np.zeros(size, np.int64)
        self._first = np.zeros(size, np.uint64)

    def take(self, columns: npt.NDArray[Any], swaps: Iterable[tuple[int, int, int, int]] = ()) -> None:
        """Malformed packets, echo and sessions that are not drawn are left out. swaps: as PacketChunk has
        them.
        """
        for number, one, other, end in swaps:
            before = columns["number"] < number
            self._count(columns[before])
            columns = columns[~before]
            self._swap(one, other, end)
        self._count(columns)

    def _swap(self, one: int, other: int, end: int) -> None:
        """All that was counted for this end of one session was the other's, where both are drawn."""
        rows = [self._row[at] if at < len(self._row) else -1 for at in (one, other)]
        if min(rows) < 0:
            return
        for numbers in (self._counts, self._first):
            lanes = numbers.reshape(-1, 2, self._parts)
            lanes[rows, end] = lanes[rows[::-1], end]

    def _count(self, columns: npt.NDArray[Any]) -> None:
        session = columns["session"]
        known = (session < len(self._row)) & (columns["fault"] == 0) & (columns["kind"] != _ECHO)
        columns = columns[known]
        row = self._row[columns["session"]]
        columns, row = columns[row >= 0], row[row >= 0]
        if not len(row):
            return
        # Differences fit a float; the product with the number of parts need not fit 64 bits.
        since = (columns["time_ns"] - np.uint64(self._start_ns)).astype(np.float64)
        part = np.minimum((since / self._length_ns * self._parts).astype(np.int64), self._parts - 1)
        at, where, counts = np.unique(
            (row * 2 + columns["end"]) * self._parts + part, return_index=True, return_counts=True
        )
        self._counts[at] += counts
        fresh = self._first[at] == 0
        self._first[at[fresh]] = columns["number"][where[fresh]]

    def result(self) -> Hellos:
        shape = (-1, 2, self._parts)
        return Hellos(
            self._counts.reshape(shape), self._first.reshape(shape), self._start_ns, self._length_ns
        )
