# SPDX-License-Identifier: Apache-2.0
"""Brings the route server to what is wanted: one reload at a time, paced, with the failures told and tried
again."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from bfd_fastpath.agent.driver import DriverError, UnansweredError, Wanted
from bfd_fastpath.agent.pace import Pace

#: A reload that takes longer is one to do something about.
SLOW_S = 1.0
_log = structlog.get_logger("driver")


@dataclass(slots=True)
class Record:
    """What came of it so far. Times in monotonic nanoseconds and seconds."""

    reloads: int = 0
    failures: int = 0
    last_ns: int | None = None
    last_took_s: float | None = None
    longest_s: float = 0.0
    error: str | None = None
    """Why the latest one failed; None when it did not."""


class Target(Protocol):
    """What is brought to what is wanted: by a file and a reload, or by RTR."""

    def apply(self, wanted: Wanted) -> None:
        """Blocks until the route server has it. Raises DriverError."""


class Enforcer:
    """`wanted()` is asked at the beginning of each reload. `advice`: what would be quicker, told once.
    Use it from the event loop's thread."""

    def __init__(
        self,
        target: Target,
        pace: Pace,
        wanted: Callable[[], Wanted],
        clock: Callable[[], int] = time.monotonic_ns,
        advice: str = "",
    ) -> None:
        self.record = Record()
        self.applied: Wanted | None = None
        """What the route server has; None before the first reload and while that is in doubt."""
        self.pace = pace
        self._target = target
        self._wanted = wanted
        self._clock = clock
        self._wake = asyncio.Event()
        self._leaving = False
        self._abandoned = False
        self._doubt = False
        self._since_ns: int | None = None
        """When the route server was told what it has not answered yet."""
        self._advice = advice
        self._advised = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with a reload: what the route server has from before is not known."""
        self.changed()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="driver")

    def changed(self) -> None:
        """Something else is wanted than before."""
        self.pace.change()
        self._wake.set()

    def again(self) -> None:
        """The route server may have lost what it was given."""
        self._doubt = True
        self.changed()

    async def stop(self) -> bool:
        """Empty the filters and end; False when the route server would not hear of it."""
        if self._task is None:
            return True
        self._leaving = True
        self.pace.hurry()
        self.changed()
        await self._task
        self._task = None
        return self.record.error is None

    async def abandon(self) -> None:
        """End without another reload; one that runs is finished."""
        if self._task is None:
            return
        self._abandoned = True
        self._wake.set()
        await self._task
        self._task = None

    async def _run(self) -> None:
        while True:
            await self._until_due()
            if self._abandoned:
                return
            last = self._leaving
            await self._reload(Wanted(self._wanted().clients) if last else self._wanted())
            if last:
                return

    async def _until_due(self) -> None:
        while not self._abandoned:
            self._wake.clear()
            due = self.pace.due_ns()
            wait = None if due is None else (due - self._clock()) / 1e9
            if wait is not None and wait <= 0:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    def _advise(self, took_ns: int) -> None:
        took_s = took_ns / 1e9
        if took_s > SLOW_S and not self._advised and self._advice:
            self._advised = True
            _log.warning("the reload takes long", took_s=round(took_s, 1), advice=self._advice)

    def _failed(self, why: str) -> None:
        self.record.failures += 1
        self.record.error = why
        self.pace.failed(self._clock())
        _log.error("reload failed", error=why, failures=self.pace.failures)

    async def _reload(self, wanted: Wanted) -> None:
        self.pace.begin()
        doubt, self._doubt = self._doubt, False
        if wanted == self.applied and not doubt:
            self.pace.succeeded(self._clock())
            return
        began = self._clock() if self._since_ns is None else self._since_ns
        self.applied, self._since_ns, record = None, None, self.record
        try:
            await asyncio.to_thread(self._target.apply, wanted)
        except DriverError as error:
            if isinstance(error, UnansweredError):
                self._since_ns = began
                self._advise(self._clock() - began)
            self._failed(str(error))
            return
        except Exception as error:  # a fault of ours must not end the task that enforces
            _log.exception("a fault of the agent's own")
            self._failed(f"{type(error).__name__}: {error}")
            return
        now = self._clock()
        took = (now - began) / 1e9
        self.applied, record.error, record.last_ns, record.last_took_s = wanted, None, now, took
        record.reloads += 1
        record.longest_s = max(record.longest_s, took)
        self.pace.succeeded(now, now - began)
        self._advise(now - began)
        pairs = sum(map(len, wanted.excluded.values()))
        _log.info("reloaded", clients=len(wanted.excluded), pairs=pairs, took_ms=round(took * 1e3, 1))
