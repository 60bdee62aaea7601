# SPDX-License-Identifier: Apache-2.0
"""Carries engine events into an asyncio loop: sleeps on the engine's eventfd and hands over what it drains.

What an event means is the receiver's business.
"""

import asyncio
import os
from collections.abc import Callable, Sized
from typing import Generic, Protocol, TypeVar

import structlog

B = TypeVar("B", bound=Sized)
B_co = TypeVar("B_co", bound=Sized, covariant=True)

_log = structlog.get_logger("pump")
#: BGP's keepalives and whoever asks by the control socket must not wait for a storm to end: in one turn of
#: the loop so many records are handed over, and again until so many seconds have passed.
_RECORDS = 256
_TURN_S = 0.02
#: Twice what the engine's ring holds: a storm does not end because somebody wants to leave.
_LAST_BATCHES = 64


class EventSource(Protocol[B_co]):
    """What the pump needs of an engine's event ring (pydp.events)."""

    @property
    def fd(self) -> int:
        """An eventfd, readable when there is news after arm()."""

    def arm(self) -> bool:
        """Ask for one wake-up; True when records are waiting already."""

    def drain(self, most: int) -> B_co:
        """What waits, oldest first, `most` at most; empty when nothing does. The next drain may overwrite
        it.
        """


class EventPump(Generic[B]):
    """Feeds `receive` with non-empty batches from `source`, in order, on the loop that called start()."""

    def __init__(self, source: EventSource[B], receive: Callable[[B], None]) -> None:
        self._source = source
        self._receive = receive
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fd = -1
        self._again: asyncio.Handle | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        # A descriptor of our own: the engine may close its own before the loop has let go of it.
        self._fd = os.dup(self._source.fd)
        os.set_blocking(self._fd, False)
        self._loop.add_reader(self._fd, self._woken)
        self._turn()

    def stop(self) -> None:
        """Hands over what still waits, then lets go of the eventfd."""
        if self._loop is None:
            return
        self._loop.remove_reader(self._fd)
        os.close(self._fd)
        if self._again is not None:
            self._again.cancel()
        self._loop, self._again = None, None
        for _ in range(_LAST_BATCHES):
            batch = self._source.drain(_RECORDS)
            if not len(batch):
                break
            self._hand_over(batch)

    @property
    def busy(self) -> bool:
        """Whether more waits than one turn of the loop could take."""
        return self._again is not None

    def _hand_over(self, batch: B) -> None:
        """A receiver that fails over one batch is still given the next: the events must not stop for good."""
        try:
            self._receive(batch)
        except Exception:
            _log.exception("the receiver of engine events failed")

    def _woken(self) -> None:
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            pass
        self._turn()

    def _turn(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        assert self._loop is not None
        until = self._loop.time() + _TURN_S
        while True:
            batch = self._source.drain(_RECORDS)
            if len(batch):
                self._hand_over(batch)
                if self._loop is None:
                    return
            elif not self._source.arm():
                return
            if self._loop.time() >= until:
                self._again = self._loop.call_soon(self._turn)
                return
