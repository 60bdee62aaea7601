# SPDX-License-Identifier: Apache-2.0
"""A progress bar on a terminal for work that takes longer than two seconds; silent anywhere else."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

PATIENCE_S = 2.0
_EVERY_S = 0.1
_WIDTH = 40


class Progress:
    """Called with (done, total) of whatever is counted; a total of 0 is one that nobody knows. A context
    manager: it wipes its line.
    """

    def __init__(
        self,
        name: str,
        *,
        wanted: bool = True,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._clock = name, clock
        self._stream = sys.stderr if stream is None else stream
        self._wanted = wanted and self._stream.isatty()
        self._begin = clock()
        self._next = self._begin + PATIENCE_S
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        if not self._wanted or self._clock() < self._next:
            return
        self._next = self._clock() + _EVERY_S
        self._shown = True
        self._stream.write(f"\r{self._line(done, total)}\x1b[K")
        self._stream.flush()

    def _line(self, done: int, total: int) -> str:
        if total <= 0:
            return f"{self._name} {done:,}"
        share = min(done / total, 1.0)
        full = int(share * _WIDTH)
        passed = self._clock() - self._begin
        left = f"  {passed / share - passed:.0f} s left" if share else ""
        return f"{self._name} [{'#' * full}{'.' * (_WIDTH - full)}] {share:4.0%}{left}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
