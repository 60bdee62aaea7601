# SPDX-License-Identifier: Apache-2.0
"""Where the story plays: what the director needs of two routers, a route server and a cable, however they are
made."""

from collections.abc import Collection
from typing import Protocol

from bfd_fastpath.lab.chronicle import Chronicle


class StageError(Exception):
    """Something of the stage could not be built, or broke; one sentence."""


class Stage(Protocol):
    """Everything is in place after `open`; `close` leaves nothing behind, also after a failed `open`."""

    chronicle: Chronicle

    async def open(self) -> None:
        """Start everything, the cable between A and B unplugged."""

    async def close(self) -> None: ...

    def reporters(self) -> Collection[str]:
        """Those who tell the route server what they reach: "a", or "a" and "b"."""

    def join(self) -> None:
        """Let everything pass between A and B."""

    def cut(self) -> None:
        """Let nothing pass, in the direction that was asked for. BGP is not touched."""

    def ask(self, on: bool) -> None:
        """Let the route server name the routers to each other, or take that back."""

    async def detection_times_us(self) -> dict[str, int]:
        """The negotiated detection time that each end shows; 0 for none."""

    async def forget_poll_gap(self) -> None: ...

    async def poll_gap_us(self) -> int:
        """The largest poll gap of an engine of ours since `forget_poll_gap`."""

    async def leftovers(self) -> list[str]:
        """While the cable is cut: a sentence for whatever still uses the lost next hop besides the NHIB, or
        for a NHIB that does not say Down. Empty when all is as it should be."""
