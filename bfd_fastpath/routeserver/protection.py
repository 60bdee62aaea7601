# SPDX-License-Identifier: Apache-2.0
"""How well a member can be protected from a broken path: what its router does of what there is to be done.
Pure arithmetic over what an exchange knows."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass

from bfd_fastpath.routeserver.client import Client
from bfd_fastpath.routeserver.grid import Grid, Row
from bfd_fastpath.routeserver.records import Standing

#: By client: its NHIB.
Standings = Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Protection:
    """One member. Shares are from 0 to 1."""

    member: str
    #: It tells the route server what it reaches.
    reports: bool
    #: IP versions in which some other member has a BFD session with it that came up.
    versions: frozenset[int]
    #: IP versions of its addresses.
    present: frozenset[int]
    #: IP versions of the peering LAN.
    lan: frozenset[int]
    #: Of the members' addresses that it was asked about, of its own IP versions, those that it said anything
    #: of.
    answered: float
    #: Of the other members that report and were asked about it, those that had a session up with it.
    confirmed: float

    @property
    def score(self) -> float:
        """0 to 100: a quarter each for reporting, for BFD in every IP version of the LAN, for the asks that
        it answers, and for the members that see its BFD."""
        bfd = len(self.versions & self.lan) / len(self.lan) if self.lan else 0.0
        return 25 * (self.reports + bfd + self.answered + self.confirmed)


def ranking(
    clients: Iterable[Client], grid: Grid, standings: Standings, lan: frozenset[int]
) -> Generator[None, None, list[Protection]]:
    """All members, the best protected one first; equals as they come; a member at a time. lan: IP versions of
    the peering LAN."""
    found = []
    for client in clients:
        found.append(_judge(client, grid, standings, lan))
        yield
    return sorted(found, key=lambda one: -one.score)


def _judge(client: Client, grid: Grid, standings: Standings, lan: frozenset[int]) -> Protection:
    present = frozenset(address.version for address in client.member.addresses)
    own = [
        state
        for place, state in enumerate(standings[client.name])
        if state is not None and grid.version(place) in present
    ]
    places = [(place, grid.version(place)) for place in grid.places(client.member)]
    versions: set[int] = set()
    asked = seen = 0
    for name, theirs in standings.items():
        if name == client.name:
            continue
        told = met = False
        for place, version in places:
            state = theirs[place]
            if state is None:
                continue
            told = True
            # Down was Up before: there is BFD, and the path is broken.
            if state is Standing.UP or state is Standing.DOWN:
                met = True
                versions.add(version)
        asked += told
        seen += met
    answered = sum(state is not Standing.UNANSWERED for state in own)
    return Protection(
        member=client.name,
        reports=client.reports,
        versions=frozenset(versions),
        present=present,
        lan=lan,
        answered=answered / len(own) if own else 0.0,
        confirmed=seen / asked if asked else 0.0,
    )
