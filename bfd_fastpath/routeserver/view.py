# SPDX-License-Identifier: Apache-2.0
"""Which of the paths to a prefix a client is given: computed from the one shared table when something
changes, and kept for nobody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bfd_fastpath.routeserver.decision import best
from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.routeserver.table import Path


@dataclass(frozen=True, slots=True)
class View:
    """How one session's client looks at the table."""

    client: str
    asn: int
    #: The client's own addresses.
    own: frozenset[Address]
    #: Next hops that it declared Down.
    excluded: frozenset[Address]
    versions: frozenset[int]
    #: IPv4 routes may have an IPv6 next hop.
    extended: bool = False
    #: Next hops that it declared Up, where paths through others are less preferred; None where not.
    reached: frozenset[Address] | None = None
    #: Paths with more ASes than this are not judged by reachability; None: all are.
    as_path_limit: int | None = None
    #: Clients with which no routes are exchanged.
    apart: frozenset[str] = frozenset()

    def admits(self, path: Path) -> bool:
        """Whether this client may be given the path at all.

        Never its own (RFC 7947 2.3), never one whose next hop is its own address (RFC 4271 5.1.3), never one
        that its sender keeps from it, and never one whose next hop it declared Down. Excluding before
        choosing is what avoids path hiding (RFC 7947 2.3): another client's path takes the place.
        """
        hop = path.next_hop
        return (
            path.client != self.client
            and hop not in self.own
            and (hop not in self.excluded or not self._judges(path))
            and (path.audience is None or path.audience.admits(self.asn))
            and (self.extended or not path.extended)
            and path.client not in self.apart
        )

    def preferred(self, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        """Those among which to choose: what is to go away soon comes last (RFC 8326 4.2), and then what may
        be unreachable."""
        staying = tuple(path for path in paths if not path.graceful_shutdown)
        paths = staying or paths
        if self.reached is None:
            return paths
        reached = self.reached
        return tuple(p for p in paths if p.next_hop in reached or not self._judges(p)) or paths

    def sees_as_others(self, paths: "Setting") -> bool:
        """Whether nothing about this client matters among such paths: it is given what all like it are."""
        return (
            paths.for_all
            and self.reached is None
            and not self.apart
            and self.client not in paths.clients
            and self.own.isdisjoint(paths.next_hops)
            and self.excluded.isdisjoint(paths.next_hops)
        )

    def _judges(self, path: Path) -> bool:
        return self.as_path_limit is None or path.as_path_length <= self.as_path_limit


@dataclass(frozen=True, slots=True)
class Setting:
    """What some contests are about, so that most clients need not be looked at one by one."""

    clients: frozenset[str]
    next_hops: frozenset[Address]
    #: No path is kept from anybody or needs an IPv6 next hop for IPv4.
    for_all: bool

    @classmethod
    def of(cls, contests: Iterable["Contest"]) -> "Setting":
        paths = {path for contest in contests for path in contest.paths}
        return cls(
            frozenset(path.client for path in paths),
            frozenset(path.next_hop for path in paths),
            all(path.audience is None and not path.extended for path in paths),
        )


class Choice:
    """One client's choice among the paths to one prefix after the other. Whether it may be given a path is
    asked once a path: the prefixes of an UPDATE share theirs."""

    __slots__ = ("_admitted", "_view")

    def __init__(self, view: View) -> None:
        self._view = view
        self._admitted: dict[Path, bool] = {}

    def winner(self, paths: Collection[Path]) -> Path | None:
        """As Contest.winner."""
        if len(paths) == 1:  # as most prefixes have
            (path,) = paths
            return path if self._admits(path) else None
        left = tuple(path for path in paths if self._admits(path))
        if len(left) < 2:
            return left[0] if left else None
        return best(self._view.preferred(left))

    def _admits(self, path: Path) -> bool:
        admitted = self._admitted.get(path)
        if admitted is None:
            admitted = self._admitted[path] = self._view.admits(path)
        return admitted


class Contest:
    """The paths to one prefix, chosen among for one client after the other. Those who may choose among the
    same get the same."""

    __slots__ = ("_winners", "paths")

    def __init__(self, paths: Iterable[Path]) -> None:
        self.paths = tuple(paths)
        self._winners: dict[tuple[Path, ...], Path | None] = {}

    def winner(self, view: View) -> Path | None:
        paths = tuple(path for path in self.paths if view.admits(path))
        if len(paths) < 2:
            return paths[0] if paths else None
        paths = view.preferred(paths)
        if paths not in self._winners:
            self._winners[paths] = best(paths)
        return self._winners[paths]
