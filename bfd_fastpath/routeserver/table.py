# SPDX-License-Identifier: Apache-2.0
"""The routes that clients sent, one shared table for all of them, with an index by next hop. No policy and no
choice here."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from bfd_fastpath.routeserver.settings import Address, Prefix
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


class RouteTable:
    """Adj-RIB-In of every session in one place, so that one client's view costs only what differs from the
    others'."""

    def __init__(self) -> None:
        self._paths: dict[Prefix, dict[SessionId, Path]] = {}
        self._of_session: dict[SessionId, dict[Prefix, Path]] = {}
        self._through: dict[Address, dict[Prefix, int]] = {}
        self._counts: Counter[tuple[SessionId, int]] = Counter()
        self._hops: dict[str, Counter[Address]] = {}

    def __len__(self) -> int:
        return len(self._paths)

    def announce(self, prefix: Prefix, path: Path) -> None:
        """The session of `path` offers `prefix` with it, instead of whatever it offered before."""
        self.withdraw(prefix, path.session)
        self._paths.setdefault(prefix, {})[path.session] = path
        self._of_session.setdefault(path.session, {})[prefix] = path
        users = self._through.setdefault(path.next_hop, {})
        users[prefix] = users.get(prefix, 0) + 1
        self._counts[path.session, prefix.version] += 1
        self._hops.setdefault(path.client, Counter())[path.next_hop] += 1

    def withdraw(self, prefix: Prefix, session: SessionId) -> bool:
        """True when the session had offered it."""
        offered = self._of_session.get(session, {})
        path = offered.pop(prefix, None)
        if path is None:
            return False
        candidates = self._paths[prefix]
        del candidates[session]
        if not candidates:
            del self._paths[prefix]
        users = self._through[path.next_hop]
        users[prefix] -= 1
        if not users[prefix]:
            del users[prefix]
        if not users:
            del self._through[path.next_hop]
        self._counts[session, prefix.version] -= 1
        hops = self._hops[path.client]
        hops[path.next_hop] -= 1
        if not hops[path.next_hop]:
            del hops[path.next_hop]
        return True

    def flush(self, session: SessionId) -> list[Prefix]:
        """Forget everything that a session offered; returns what it was."""
        prefixes = list(self._of_session.get(session, {}))
        for prefix in prefixes:
            self.withdraw(prefix, session)
        self._of_session.pop(session, None)
        for version in (4, 6):
            self._counts.pop((session, version), None)
        return prefixes

    def candidates(self, prefix: Prefix) -> Collection[Path]:
        return self._paths.get(prefix, {}).values()

    def through(self, next_hop: Address) -> list[Prefix]:
        """Prefixes for which some path goes through this next hop."""
        return list(self._through.get(next_hop, {}))

    def offered(self, session: SessionId) -> dict[Prefix, Path]:
        """What one session offers. The caller must not change it."""
        return self._of_session.get(session, {})

    def count(self, session: SessionId, version: int) -> int:
        """How many prefixes of one IP version a session offers."""
        return self._counts[session, version]

    def next_hops(self, client: str) -> frozenset[Address]:
        """The next hops of everything that a client offers."""
        return frozenset(self._hops.get(client, ()))

    def prefixes(self) -> Iterator[Prefix]:
        return iter(self._paths)
