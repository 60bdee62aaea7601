# SPDX-License-Identifier: Apache-2.0
"""Whoever watches a router, and what they have yet to be shown: a storm is told to the neighbours first."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

import structlog

from bfd_fastpath.router.events import RouterEvent

Observer = Callable[[RouterEvent], None]
_log = structlog.get_logger("router")
#: What is shown in one turn of the loop, behind which a report may be due.
_TURN_S: Final = 0.002
#: Batches that may wait; who makes more shows the oldest.
_WAITING_MOST: Final = 256


class Observers:
    """One router's. `busy()`: more happens that the neighbours have to be told of."""

    def __init__(self, busy: Callable[[], bool]) -> None:
        self._busy = busy
        self._observers: list[Observer] = []
        self._waiting: deque[Iterator[RouterEvent]] = deque()
        self._turn: asyncio.Handle | None = None

    def add(self, observer: Observer) -> Callable[[], None]:
        """It is shown everything from here on, in order; the function ends that."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def show(self, events: Iterable[RouterEvent]) -> None:
        """At once, but for what waits already: then behind that."""
        if self._waiting:
            self._waiting.append(iter(events))
            return
        for event in events:
            self._show(event)

    def show_later(self, *events: Iterable[RouterEvent]) -> None:
        """When there is nothing more urgent. They are made then; only the loop's thread may be here."""
        self._waiting.append(chain.from_iterable(events))
        while len(self._waiting) > _WAITING_MOST:
            for event in self._waiting.popleft():
                self._show(event)
        if self._turn is None:
            self._turn = asyncio.get_running_loop().call_soon(self._take_turn)

    def flush(self) -> None:
        """Show what waits."""
        while self._waiting:
            for event in self._waiting.popleft():
                self._show(event)

    def _take_turn(self) -> None:
        self._turn = None
        until = time.monotonic() + (0 if self._busy() else _TURN_S)
        while self._waiting and time.monotonic() < until:
            event = next(self._waiting[0], None)
            if event is None:
                self._waiting.popleft()
            else:
                self._show(event)
        if self._waiting:
            self._turn = asyncio.get_running_loop().call_soon(self._take_turn)

    def _show(self, event: RouterEvent) -> None:
        for observer in tuple(self._observers):
            try:
                observer(event)
            except Exception:
                _log.exception("an observer failed", happened=event.name)
