# SPDX-License-Identifier: Apache-2.0
"""The routes that clients sent, one shared table for all of them, with an index by next hop. No policy and no
choice here."""

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Address

from bfd_fastpath.prefixes import PrefixMap, Run
from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.wire.bgp.attributes import Attributes

#: A session of the route server with a client; numbered by whoever accepts it.
SessionId = int


@dataclass(frozen=True, slots=True)
class Audience:
    """To which ASes a route goes, by the wish of whoever announced it. Being denied comes first."""

    denied: frozenset[int]
    allowed: frozenset[int]
    #: Whether those in neither set get it.
    others: bool

    def admits(self, asn: int) -> bool:
        return asn not in self.denied and (self.others or asn in self.allowed)


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """What the prefixes of one UPDATE have in common. Compared by identity: two UPDATEs give two paths.

    `attributes` are passed on as they came (RFC 7947 2.2); the rest is what choosing between paths needs
    (RFC 4271 9.1.2.2).
    """

    session: SessionId
    client: str
    #: The next hop, and for IPv6 perhaps the link-local address that came with it.
    next_hops: tuple[Address, ...]
    attributes: Attributes
    as_path_length: int
    origin: int
    #: AS that the path was heard from; 0 for an empty AS_PATH.
    neighbour_as: int
    #: Missing MED counts as 0 (RFC 4271 9.1.2.2 c).
    med: int
    peer_identifier: IPv4Address
    peer_address: Address
    #: None: everybody.
    audience: Audience | None = None
    #: It is announced to be going away (RFC 8326).
    graceful_shutdown: bool = False
    #: An IPv4 route with an IPv6 next hop (RFC 8950).
    extended: bool = False

    @property
    def next_hop(self) -> Address:
        """The one that reachability is judged by."""
        return self.next_hops[0]

    @property
    def tie(self) -> tuple[int, ...]:
        """RFC 4271 9.1.2.2 f and g."""
        address = self.peer_address
        return int(self.peer_identifier), address.version, int(address), self.session


#: The paths to a prefix, one a session, in the order of the sessions' numbers.
Paths = tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Prefixes to which there were the same paths, and there are the same others."""

    run: Run
    before: Paths
    after: Paths


@dataclass(slots=True)
class _Offered:
    """The prefixes of one path: all that have it, and perhaps as many that have it no more."""

    run: Run
    count: int


class RouteTable:
    """Adj-RIB-In of every session in one place, so that one client's view costs only what differs from the
    others'.

    Prefixes to which there are the same paths are one run, whatever is asked or changed. `seed`: any number.
    """

    def __init__(self, seed: int = 0) -> None:
        self._paths: PrefixMap[Paths] = PrefixMap(seed)
        self._of_session: dict[SessionId, dict[Path, _Offered]] = {}
        self._through: dict[Address, dict[Path, None]] = {}
        self._counts: Counter[tuple[SessionId, int]] = Counter()
        self._hops: dict[str, Counter[Address]] = {}

    def __len__(self) -> int:
        return len(self._paths)

    def announce(self, run: Run, path: Path) -> list[Moved]:
        """The session of `path` offers the prefixes with it, instead of whatever it offered before. A path is
        announced once."""
        moved: list[Moved] = []
        for before, part in self._paths.split(run):
            others = [one for one in before or () if one.session != path.session]
            after = tuple(sorted((*others, path), key=lambda one: one.session))
            moved += self._move(part, before or (), after)
        parts = [one.run for one in moved]
        whole = run if sum(map(len, parts)) == len(run) else Run.joined(run.version, parts)
        self._offer(path, whole)
        for one in moved:
            self._leave(path.session, one)
        return moved

    def withdraw(self, run: Run, session: SessionId) -> list[Moved]:
        """The session offers these prefixes no more; those that it did offer."""
        moved: list[Moved] = []
        for before, part in self._paths.split(run):
            after = tuple(one for one in before or () if one.session != session)
            if before is not None and len(after) < len(before):
                moved += self._move(part, before, after)
        for one in moved:
            self._leave(session, one)
        return moved

    def retire(self, path: Path) -> list[Moved]:
        """As withdraw, of all that is offered with this path."""
        moved: list[Moved] = []
        for before, run in self.contests(path):
            moved += self._move(run, before, tuple(one for one in before if one is not path))
        for one in moved:
            self._leave(path.session, one)
        return moved

    def runs(self, version: int) -> list[tuple[Paths, Run]]:
        """All prefixes of one IP version by the paths to them."""
        return self._paths.runs(version)

    def contests(self, path: Path) -> list[tuple[Paths, Run]]:
        """The prefixes that are offered with this path, by all paths to them."""
        run = self._of_session[path.session][path].run
        if len(run) == 1:
            # A table in which no two prefixes share a path asks this once a prefix.
            paths, _ = self._paths.find(run.version, run.octets)
            return [(paths, run)] if paths and path in paths else []
        return [(paths, part) for paths, part in self._paths.split(run) if paths and path in paths]

    def through(self, next_hop: Address) -> list[Path]:
        """The paths that go through this next hop."""
        return list(self._through.get(next_hop, ()))

    def offers(self, session: SessionId, version: int) -> list[Path]:
        """The paths that one session offers to prefixes of one IP version."""
        mine = self._of_session.get(session, {})
        return [path for path, offered in mine.items() if offered.run.version == version]

    def count(self, session: SessionId, version: int) -> int:
        """How many prefixes of one IP version a session offers."""
        return self._counts[session, version]

    @property
    def kept(self) -> int:
        """The prefixes that are kept beside the table, for the paths: of each session at most twice as many
        as it offers."""
        return sum(len(each.run) for mine in self._of_session.values() for each in mine.values())

    def next_hops(self, client: str) -> frozenset[Address]:
        """The next hops of everything that a client offers."""
        return frozenset(self._hops.get(client, ()))

    def _move(self, run: Run, before: Paths, after: Paths) -> list[Moved]:
        """A prefix that is twice in the run moves once."""
        if not after:
            return [Moved(part, before, after) for _, part in self._paths.remove(run)]
        replaced = self._paths.set(run, after)
        return [Moved(part, before, after) for old, part in replaced if old != after]

    def _offer(self, path: Path, run: Run) -> None:
        self._of_session.setdefault(path.session, {})[path] = _Offered(run, len(run))
        self._through.setdefault(path.next_hop, {})[path] = None
        self._counts[path.session, run.version] += len(run)
        self._hops.setdefault(path.client, Counter())[path.next_hop] += 1

    def _leave(self, session: SessionId, moved: Moved) -> None:
        """The session's path to these prefixes is another one, or none."""
        path = next((one for one in moved.before if one.session == session), None)
        if path is None:
            return
        offered = self._of_session[session][path]
        offered.count -= len(moved.run)
        self._counts[session, moved.run.version] -= len(moved.run)
        if not offered.count:
            self._forget(path)
        elif 2 * offered.count < len(offered.run):
            offered.run = Run.joined(moved.run.version, [run for _, run in self.contests(path)])

    def _forget(self, path: Path) -> None:
        """No prefix has it any more."""
        mine, users, hops = (
            self._of_session[path.session],
            self._through[path.next_hop],
            self._hops[path.client],
        )
        del mine[path], users[path]
        if not mine:
            del self._of_session[path.session]
        if not users:
            del self._through[path.next_hop]
        hops[path.next_hop] -= 1
        if not hops[path.next_hop]:
            del hops[path.next_hop]
