# SPDX-License-Identifier: Apache-2.0
"""Tells when the link of a port goes or comes. What fails is a path, and BFD's to find; this says why."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import pydp
from bfd_fastpath.net.kernel_link import LinkState
from bfd_fastpath.router.dataplane import Dataplane
from bfd_fastpath.router.events import PortLink

LOOK_S = 0.5


class PortLinks:
    """A look at all ports, again and again. One that is up at the start is not told of."""

    def __init__(self, dataplane: Dataplane, emit: Callable[[Iterable[PortLink]], None]) -> None:
        self._dataplane = dataplane
        self._emit = emit
        self._seen: dict[str, LinkState] = {}
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """The ports are open."""
        self._look()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self._look()

    def _look(self) -> None:
        told = []
        for name in self._dataplane.names():
            link = self._dataplane.link(name)
            if link is not self._seen.get(name, LinkState.UP):
                told.append(PortLink(pydp.clock_ns(), name, link.value))
            self._seen[name] = link
        self._emit(told)
