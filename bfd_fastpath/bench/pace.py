# SPDX-License-Identifier: Apache-2.0
"""The pace of a core: how long it takes for the same work, which needs all of the core and no memory. A core
that shares its units with another thread, another guest's among them, takes up to twice as long.
"""

import os
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Final

#: Fits into the first cache; some 40 us of work a piece, so that few pieces are interrupted.
_BLOCK: Final = bytes(1 << 14)
_TIMES: Final = 10
#: Paces that differ by more are not those of the same core.
ALIKE: Final = 0.1


def pieces(count: int) -> tuple[float, ...]:
    """Microseconds of each."""
    took = []
    for _ in range(count):
        begin = time.perf_counter_ns()
        for _ in range(_TIMES):
            zlib.crc32(_BLOCK)
        took.append((time.perf_counter_ns() - begin) / 1e3)
    return tuple(took)


def pace(cpu: int, count: int = 25) -> float:
    """Microseconds of a piece on this core, the middle one of so many: those that were interrupted do not
    count.
    """
    with on_core(cpu):
        return median(pieces(count))


def alike(paces: Sequence[float], middle: float) -> bool:
    """Whether each of them is that of the middle."""
    return all(abs(one - middle) <= ALIKE * middle for one in paces)


@contextmanager
def on_core(cpu: int) -> Iterator[None]:
    """This thread is on the core, as far as it may, and has its cores back afterwards."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu} & cores or cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
