# SPDX-License-Identifier: Apache-2.0
"""Our speaker as a client of a daemon: what it was told, as plain sets, and what tests make it tell."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, ip_address
from typing import Any

from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    EndOfRib,
    Event,
    MpReach,
    MpUnreach,
    Nlri,
    Origin,
    SessionSettings,
    Update,
    UpdateReceived,
)

ALL = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS)
ASN = 64500


class Ourselves:
    """A speaker of AS 64500 towards `remote`, with a table of what came."""

    def __init__(
        self, local: str, remote: str, port: int, families=ALL, extended_next_hop=(), **settings: Any
    ) -> None:
        self.events: list[Event] = []
        self.routes: dict[Any, tuple[Any, Attributes]] = {}
        """Each prefix with its next hop and attributes."""
        session = SessionSettings(
            ASN,
            IPv4Address("10.0.0.11"),
            families=families,
            hold_time_s=9,
            extended_next_hop=extended_next_hop,
        )
        self.speaker = Speaker(
            SpeakerSettings(
                session,
                ip_address(remote),
                port,
                local=ip_address(local),
                reconnect_first_s=0.1,
                reconnect_most_s=1.0,
                **settings,
            ),
            self._happened,
        )

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def ended(self, family) -> bool:
        return any(event.family == family for event in self.told(EndOfRib))

    def _happened(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, UpdateReceived):
            for _, nlris in event.update.withdrawals():
                for nlri in nlris:
                    self.routes.pop(nlri, None)
            for _, next_hop, nlris in event.update.announcements():
                self.routes.update(dict.fromkeys(nlris, (next_hop, event.update.attributes)))

    def announce(self, *nlris: Nlri) -> None:
        attributes = Attributes(Origin.IGP, AsPath.sequence(ASN))
        reach = MpReach(BGP_LS, (ip_address("198.51.100.1"),), nlris)
        self.speaker.send(Update(attributes=attributes, mp_reach=reach))

    def withdraw(self, *nlris: Nlri) -> None:
        self.speaker.send(Update(mp_unreach=MpUnreach(BGP_LS, nlris)))


@asynccontextmanager
async def connected(us: Ourselves) -> AsyncIterator[Ourselves]:
    us.speaker.start()
    try:
        await eventually(lambda: us.speaker.peer, lambda: us.speaker.last_error)
        yield us
    finally:
        await us.speaker.stop()


async def eventually(
    look: Callable[[], Any], explain: Callable[[], object] = lambda: "", bound_s: float = 15.0
) -> Any:
    """Returns the first true value of look(), which runs beside the event loop; AssertionError after the bound."""
    loop = asyncio.get_running_loop()
    end = loop.time() + bound_s
    while not (seen := await asyncio.to_thread(look)):
        assert loop.time() < end, f"not within {bound_s} s: {explain()}"
        await asyncio.sleep(0.02)
    return seen
