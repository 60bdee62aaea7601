# SPDX-License-Identifier: Apache-2.0
"""What an operator does to a BGP neighbour by hand: hold its session down, let it come up, ask for its
routes again."""

import asyncio

from bfd_fastpath.router.events import Address
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.router import Router
from bfd_fastpath.wire import bgp


class Operating:
    """Of one router. A neighbour is named by address and, where it has several there, port; KeyError, with a
    text for people, where that is not exactly one."""

    def __init__(self, router: Router) -> None:
        self._router = router
        #: A session takes up to two seconds to close; what is asked for meanwhile waits.
        self._one_by_one = asyncio.Lock()

    async def shut_down(self, address: Address, port: int | None, text: str | None) -> Peer:
        """Hold the session down until enable(): what was told is taken back, then it is closed with the
        text, or (None) with the configured one (RFC 9003)."""
        async with self._one_by_one:
            peer = self._router.neighbours.find(address, port)
            peer.shut = True
            self._router.emit(peer.withdraw_told())
            await peer.stop(text=text)
            return peer

    async def enable(self, address: Address, port: int | None) -> Peer:
        """The session may come up again."""
        async with self._one_by_one:
            peer = self._router.neighbours.find(address, port)
            if peer.shut:
                peer.shut = False
                peer.speaker.resume()
            return peer

    def refresh(self, address: Address, port: int | None) -> tuple[Peer, tuple[bgp.Family, ...]]:
        """Ask for everything again (RFC 2918): of which families. SessionError without a session, or with a
        peer that does not offer it."""
        peer = self._router.neighbours.find(address, port)
        info = peer.speaker.peer
        if info is None:
            raise bgp.SessionError(f"there is no session: {peer.state}")
        families = tuple(sorted(info.families))
        for family in families:
            peer.speaker.send_refresh(family)
        return peer, families
