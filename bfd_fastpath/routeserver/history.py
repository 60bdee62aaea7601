# SPDX-License-Identifier: Apache-2.0
"""What happened at an exchange, and since when each pair is as it is. Times are arguments, in nanoseconds of
whatever clock the caller shows; it judges nothing."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.records import ReachChange
from bfd_fastpath.routeserver.service import Joined, Left, ServiceEvent
from bfd_fastpath.routeserver.settings import Address

#: Happenings that are kept; the oldest go first.
LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a client's view, or to its sessions with us."""

    time_ns: int
    client: str
    event: ReachChange | Joined | Left


class History:
    """Feed it every event of a RouteService, in order."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._happenings: deque[Happening] = deque(maxlen=limit)
        self._since: dict[str, dict[Address, int]] = {}
        #: Pairs that are Down: how many there are is what a reader wants to see over time.
        self._down: set[tuple[str, Address]] = set()
        self._lost: deque[tuple[int, int]] = deque(maxlen=limit)
        #: Happenings that are no longer kept.
        self.forgotten = 0

    def observe(self, event: ServiceEvent, time_ns: int) -> None:
        """Events that change nobody's view and no session are passed over."""
        if isinstance(event, ReachChange):
            self._changed(event, time_ns)
        elif not isinstance(event, Joined | Left):
            return
        self.forgotten += len(self._happenings) == self._happenings.maxlen
        self._happenings.append(Happening(time_ns, event.client, event))

    def since_ns(self, client: str, address: Address) -> int | None:
        """When the client's view of the address became what it is; None: it never changed."""
        return self._since.get(client, {}).get(address)

    def since(self, client: str) -> Mapping[Address, int]:
        """The same for all addresses of which the client's view ever changed."""
        return self._since.get(client, {})

    def happenings(self) -> list[Happening]:
        """The latest ones, oldest first."""
        return list(self._happenings)

    def lost(self) -> list[tuple[int, int]]:
        """How many pairs were Down, from each time on at which that changed, oldest first."""
        return list(self._lost)

    def _changed(self, change: ReachChange, time_ns: int) -> None:
        pair = (change.client, change.address)
        self._since.setdefault(change.client, {})[change.address] = time_ns
        before = len(self._down)
        if change.new is Reachability.DOWN:
            self._down.add(pair)
        else:
            self._down.discard(pair)
        if len(self._down) != before:
            if self._lost and self._lost[-1][0] == time_ns:
                self._lost.pop()
            self._lost.append((time_ns, len(self._down)))
