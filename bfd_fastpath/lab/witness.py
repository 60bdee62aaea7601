# SPDX-License-Identifier: Apache-2.0
"""Turns what routers and the route server report into facts for the chronicle, as far as they concern the
story."""

import time
from collections.abc import Callable

from bfd_fastpath.lab import story
from bfd_fastpath.lab.cast import Cast, Player
from bfd_fastpath.lab.chronicle import BGP_DOWN, WITHDRAWAL_SENT, Chronicle, Fact
from bfd_fastpath.nhib import Reachability
from bfd_fastpath.router import events
from bfd_fastpath.routeserver.records import ReachChange
from bfd_fastpath.routeserver.service import Refused, ServiceEvent


def router_witness(chronicle: Chronicle, cast: Cast, player: Player) -> Callable[[events.RouterEvent], None]:
    """An observer for this player's router."""
    other = cast.other(player)

    def note(kind: str, time_ns: int, text: str, last_hello_ns: int | None = None) -> None:
        chronicle.note(Fact(kind, player.name, time_ns, text, last_hello_ns))

    def observe(event: events.RouterEvent) -> None:
        if isinstance(event, events.BgpUp):
            note(story.BGP_UP, event.time_ns, f"with {event.peer}")
        elif isinstance(event, events.BgpDown):
            note(BGP_DOWN, event.time_ns, event.reason)
        elif isinstance(event, events.RoutesLearned) and other.prefix in event.prefixes:
            note(story.ROUTE_LEARNED, event.time_ns, f"{other.prefix} through {event.next_hop}")
        elif isinstance(event, events.RoutesWithdrawn) and other.prefix in event.prefixes:
            note(story.ROUTE_WITHDRAWN, event.time_ns, f"{other.prefix} through {event.next_hop}")
        elif isinstance(event, events.BfdState) and event.address == other.next_hop:
            if event.new == "up":
                note(story.BFD_UP, event.time_ns, f"to {event.address}")
            elif event.old == "up":
                silent = event.local_diagnostic == "control-expiry"
                text = f"to {event.address}: {event.local_diagnostic}, the peer's state is {event.remote}"
                note(story.BFD_DOWN, event.time_ns, text, event.last_rx_ns if silent else None)
        elif isinstance(event, events.Told) and event.address == other.next_hop and event.state == "down":
            note(WITHDRAWAL_SENT, event.time_ns, f"Link to {event.address} withdrawn")

    return observe


def server_witness(chronicle: Chronicle, cast: Cast) -> Callable[[ServiceEvent], None]:
    """An observer for the route server."""
    targets = {player.name: cast.other(player).next_hop for player in cast.players}
    kinds = {Reachability.UP: story.LINK_ANNOUNCED, Reachability.DOWN: story.LINK_WITHDRAWN}

    def observe(event: ServiceEvent) -> None:
        if isinstance(event, ReachChange) and event.address == targets[event.client]:
            kind = kinds.get(event.new, "link-unknown")
            chronicle.note(
                Fact(kind, event.client, time.monotonic_ns(), f"{event.address} is {event.new.value}")
            )
        elif isinstance(event, Refused):
            chronicle.note(Fact(BGP_DOWN, "rs", time.monotonic_ns(), event.text))

    return observe
