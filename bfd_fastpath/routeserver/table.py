# SPDX-License-Identifier: Apache-2.0
"""The routes that clients sent, one shared table for all of them, with an index by next hop. No policy and no
choice here."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from bfd_fastpath.routeserver.settings import Address, Prefix
from bfd_fastpath.wire.bgp.attributes import Attributes

#: A session of the route server with a client; numbered by whoever accepts it.
SessionId = int


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

    def __len__(self) -> int:
        return len(self._paths)

    def announce(self, prefix: Prefix, path: Path) -> None:
        """The session of `path` offers `prefix` with it, instead of whatever it offered before."""
        self.withdraw(prefix, path.session)
        self._paths.setdefault(prefix, {})[path.session] = path
        self._of_session.setdefault(path.session, {})[prefix] = path
        users = self._through.setdefault(path.next_hop, {})
        users[prefix] = users.get(prefix, 0) + 1

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
        return True

    def flush(self, session: SessionId) -> list[Prefix]:
        """Forget everything that a session offered; returns what it was."""
        prefixes = list(self._of_session.get(session, {}))
        for prefix in prefixes:
            self.withdraw(prefix, session)
        self._of_session.pop(session, None)
        return prefixes

    def candidates(self, prefix: Prefix) -> Collection[Path]:
        return self._paths.get(prefix, {}).values()

    def through(self, next_hop: Address) -> list[Prefix]:
        """Prefixes for which some path goes through this next hop."""
        return list(self._through.get(next_hop, {}))

    def offered(self, session: SessionId) -> dict[Prefix, Path]:
        """What one session offers. The caller must not change it."""
        return self._of_session.get(session, {})

    def prefixes(self) -> Iterator[Prefix]:
        return iter(self._paths)
