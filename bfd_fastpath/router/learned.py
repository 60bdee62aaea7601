# SPDX-License-Identifier: Apache-2.0
"""What one BGP neighbour has told us: routes and member nodes, and which next hops are wanted because of
them.

Pure bookkeeping: it sends nothing, starts no session and reads no clock.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bfd_fastpath.router.events import Address, Prefix

#: Flag of a member that is known to have no BFD.
NO_BFD = 2


@dataclass(frozen=True, slots=True)
class Merit:
    """What the routes of one UPDATE are compared by (RFC 4271 9.1.2.2); defaults for what is missing."""

    as_path_length: int = 0
    #: 0 IGP, 1 EGP, 2 incomplete.
    origin: int = 2
    #: 0 for an empty AS_PATH.
    neighbour_as: int = 0
    med: int = 0
    local_pref: int = 100


@dataclass(frozen=True, slots=True)
class Route:
    """One prefix as a neighbour offers it."""

    prefix: Prefix
    next_hop: Address
    #: Origin first; empty for a route of the neighbour's own AS.
    as_path: tuple[int, ...]
    learned_ns: int
    merit: Merit = Merit()


class Learned:
    """One neighbour's routes and nodes.

    The wants outlive the BGP session: losing it must not take BFD sessions down (rule 7), so they stay
    until the next
    session has told everything anew and swept() is called.
    """

    def __init__(self) -> None:
        self._routes: dict[Prefix, Route] = {}
        self._nodes: dict[Address, int] = {}
        self._uses: Counter[Address] = Counter()
        self._kept: set[Address] = set()
        self._kept_without_bfd: set[Address] = set()
        self.revision = 0
        """Grows whenever wanted() or without_bfd() may have changed: most UPDATEs change neither."""

    def routes(self) -> Iterable[Route]:
        return self._routes.values()

    def prefixes(self) -> tuple[Prefix, ...]:
        """Those that it has a route to."""
        return tuple(self._routes)

    def route(self, prefix: Prefix) -> Route | None:
        """The route to a prefix."""
        return self._routes.get(prefix)

    def nodes(self) -> dict[Address, int]:
        """Member addresses and their flags."""
        return dict(self._nodes)

    def wanted(self) -> set[Address]:
        """Every next hop that a route or a node names, or named in the session before."""
        return set(self._uses) | self._kept

    def without_bfd(self) -> set[Address]:
        """Members known to have no BFD."""
        return {address for address, flag in self._nodes.items() if flag == NO_BFD} | self._kept_without_bfd

    def announce(self, route: Route) -> bool:
        """Takes a route; False when it says what was known already."""
        old = self._routes.get(route.prefix)
        self._routes[route.prefix] = route
        if old is not None:
            if (old.next_hop, old.as_path, old.merit) == (route.next_hop, route.as_path, route.merit):
                return False
            self._unuse(old.next_hop)
        self._use(route.next_hop)
        return True

    def withdraw(self, prefix: Prefix) -> Route | None:
        """The route that is gone; None when there was none."""
        route = self._routes.pop(prefix, None)
        if route is not None:
            self._unuse(route.next_hop)
        return route

    def node(self, address: Address, flag: int) -> bool:
        """Takes a member's node; False when it says what was known already."""
        old = self._nodes.get(address)
        self._nodes[address] = flag
        # The server has spoken: what its last session said of this member no longer counts.
        self._kept_without_bfd.discard(address)
        if old is None:
            self._use(address)
        if old != flag:
            self.revision += 1
        return old != flag

    def node_gone(self, address: Address) -> bool:
        """True when the node was known."""
        if self._nodes.pop(address, None) is None:
            return False
        self._unuse(address)
        return True

    def forget_routes(self, version: int) -> list[Route]:
        """The routes of one IP version cannot be told any more: forgets them, keeps the wants."""
        gone = [route for route in self._routes.values() if route.prefix.version == version]
        for route in gone:
            self._kept.add(route.next_hop)
            self.withdraw(route.prefix)
        return gone

    def forget_nodes(self) -> list[Address]:
        """Nodes cannot be told any more: forgets them, keeps the wants, and who is known to have no BFD."""
        gone = list(self._nodes)
        self._kept_without_bfd |= self.without_bfd()
        for address in gone:
            self._kept.add(address)
            self.node_gone(address)
        return gone

    def swept(self) -> None:
        """The new session has told everything it has: wants of the one before no longer count."""
        self._kept.clear()
        self._kept_without_bfd.clear()
        self.revision += 1

    def _use(self, address: Address) -> None:
        self._uses[address] += 1
        if self._uses[address] == 1:
            self.revision += 1

    def _unuse(self, address: Address) -> None:
        self._uses[address] -= 1
        if not self._uses[address]:
            del self._uses[address]
            self.revision += 1
