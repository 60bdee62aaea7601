# SPDX-License-Identifier: Apache-2.0
"""What one BGP neighbour has told us: routes, member nodes and asks, and which next hops are wanted because
of them.

Pure bookkeeping: it sends nothing, starts no session and reads no clock.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bfd_fastpath.prefixes import Prefix, PrefixMap, Run
from bfd_fastpath.router.events import Address
from bfd_fastpath.router.member_routers import Routers
from bfd_fastpath.router.paths import Path
from bfd_fastpath.wire.bgpls.profile_l7 import RouterName

#: Flag of a member that is known to have no BFD.
NO_BFD = 2
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Route:
    """One prefix as a neighbour offers it."""

    prefix: Prefix
    path: Path
    #: Since when, to the second.
    learned_ns: int

    @property
    def next_hop(self) -> Address:
        return self.path.next_hop

    @property
    def as_path(self) -> tuple[int, ...]:
        """The neighbour's AS first, the origin last."""
        return self.path.as_path.asns


class Learned:
    """One neighbour's routes and nodes.

    The wants outlive the BGP session: losing it must not take BFD sessions down (rule 7), so they stay until
    the next session has told everything anew and swept() is called. `seed`: any number, see PrefixMap.
    """

    def __init__(self, seed: int = 0) -> None:
        self._paths: PrefixMap[Path] = PrefixMap(seed, stamped=True)
        #: Prefixes that the neighbour has not told again since mark().
        self._stale: PrefixMap[bool] = PrefixMap(seed)
        self._nodes: dict[Address, int] = {}
        #: Of these, who has no BFD.
        self._without_bfd: set[Address] = set()
        self.asked: set[Address] = set()
        """Next hops that it asks about (ReachAsk); ask() and ask_gone() change it."""
        self._uses: Counter[Address] = Counter()
        self._kept: set[Address] = set()
        self.routers = Routers()
        self._kept_without_bfd: set[Address] = set()
        self.interest: set[Address] = set()
        """Next hops that it named at some time and that are tracked still: it may hear of them."""
        self.revision = 0
        """Grows whenever wanted() or without_bfd() may have changed: most UPDATEs change neither."""

    def __len__(self) -> int:
        """How many routes there are."""
        return len(self._paths)

    def routes(self) -> Iterator[Route]:
        """All of them, in no order."""
        for version in (4, 6):
            for prefix in self.run(version):
                if (route := self.route(prefix)) is not None:
                    yield route

    def run(self, version: int) -> Run:
        """The prefixes of an IP version that it has a route to, in no order."""
        return self._paths.run(version)

    def route(self, prefix: Prefix) -> Route | None:
        """The route to a prefix."""
        path = self._paths.get(prefix)
        return None if path is None else Route(prefix, path, self._paths.stamp(prefix) * _SECOND_NS)

    def find(self, version: int, nlri: bytes) -> tuple[Path | None, int]:
        """The path to a prefix, as NLRI octets, and since when, in seconds of the monotonic clock."""
        return self._paths.find(version, nlri)

    def path(self, prefix: Prefix) -> Path | None:
        """The path of the route to a prefix."""
        return self._paths.get(prefix)

    def split(self, run: Run) -> list[tuple[Path | None, Run]]:
        """Prefixes by the paths of their routes."""
        return self._paths.split(run)

    def paths(self) -> list[Path]:
        """Each path that a route has."""
        return self._paths.values()

    @property
    def memory(self) -> int:
        """Octets of the table; paths are not counted."""
        return self._paths.memory

    def nodes(self) -> dict[Address, int]:
        """Member addresses and their flags."""
        return dict(self._nodes)

    def wanted(self) -> set[Address]:
        """Every next hop that a route, a node or an ask names, or named in the session before."""
        return set(self._uses) | self._kept

    def without_bfd(self) -> set[Address]:
        """Members known to have no BFD."""
        return self._without_bfd | self._kept_without_bfd

    def announce(self, run: Run, path: Path, now_ns: int) -> list[Run]:
        """Takes routes; those of which this was not known already."""
        news = []
        if len(self._stale):
            self._stale.remove(run)
        for old, part in self._paths.set(run, path, now_ns // _SECOND_NS):
            if old == path:
                continue
            self._use(path.next_hop, len(part))
            if old is not None:
                self._unuse(old.next_hop, len(part))
            news.append(part)
        return news

    def withdraw(self, run: Run) -> list[tuple[Path, Run]]:
        """The routes that are gone, by their paths."""
        gone = self._paths.remove(run)
        if len(self._stale):
            self._stale.remove(run)
        for path, part in gone:
            self._unuse(path.next_hop, len(part))
        return gone

    def node(self, address: Address, flag: int, router: RouterName | None = None) -> bool:
        """Takes a member's node; False when it says what was known already. `router`: whose address it is."""
        old = self._nodes.get(address)
        moved = self.routers.learn(address, router)
        self._nodes[address] = flag
        (self._without_bfd.add if flag == NO_BFD else self._without_bfd.discard)(address)
        # The server has spoken: what its last session said of this member no longer counts.
        self._kept_without_bfd.discard(address)
        if old is None:
            self._use(address)
        if old != flag:
            self.revision += 1
        return old != flag or moved

    def node_gone(self, address: Address) -> bool:
        """True when the node was known."""
        if self._nodes.pop(address, None) is None:
            return False
        self._without_bfd.discard(address)
        self.routers.learn(address, None)
        self._unuse(address)
        return True

    def mark(self, version: int) -> None:
        """From here on the routes of an IP version are stale until they are told again."""
        self._stale.set(self.run(version), True)

    def stale(self, version: int) -> Run:
        """Those that were not told again since mark(), nor withdrawn."""
        return self._stale.run(version)

    def ask(self, address: Address) -> bool:
        """Takes an ask; False when it was known already."""
        if address in self.asked:
            return False
        self.asked.add(address)
        self._use(address)
        return True

    def ask_gone(self, address: Address) -> bool:
        """True when it was known."""
        if address not in self.asked:
            return False
        self.asked.discard(address)
        self._unuse(address)
        return True

    def forget_asks(self, version: int) -> list[Address]:
        """Asks of one IP version cannot be told any more: forgets them, keeps the wants."""
        gone = [address for address in self.asked if address.version == version]
        for address in gone:
            self._kept.add(address)
            self.ask_gone(address)
        return gone

    def named_by(self, address: Address) -> list[str]:
        """How it names a next hop: "ask", "node", "route"; "before" for its last session alone."""
        asked, node = address in self.asked, address in self._nodes
        how = {"ask": asked, "node": node, "route": self._uses[address] > asked + node}
        found = [name for name, so in how.items() if so]
        return found or (["before"] if address in self._kept else [])

    def forget_routes(self, version: int) -> list[tuple[Path, Run]]:
        """The routes of one IP version cannot be told any more: forgets them, keeps the wants."""
        gone = self._paths.runs(version)
        self._kept.update(path.next_hop for path, _ in gone)
        self.withdraw(self.run(version))
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

    def _use(self, address: Address, times: int = 1) -> None:
        self._uses[address] += times
        if self._uses[address] == times:
            self.revision += 1

    def _unuse(self, address: Address, times: int = 1) -> None:
        self._uses[address] -= times
        if not self._uses[address]:
            del self._uses[address]
            self.revision += 1
