# SPDX-License-Identifier: Apache-2.0
"""Which routes each client ought to have, from what probes of the links found and who is who: no next hop
information base, no BFD session and no BGP message is looked at. And how that compares with what clients
hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy
import numpy.typing

from bfd_fastpath.lab.exchange.cast import Cast

Matrix = numpy.typing.NDArray[Any]
NONE = -1


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of (client, prefix) pairs, after everything has converged."""

    wrong_kept: int
    """Its route goes to a member that it cannot reach, and should not."""
    wrong_withdrawn: int
    """It lacks the route that it ought to have."""
    unprotected_kept: int
    """Its route goes to a member that it cannot reach, and rule 1 leaves that Unknown: one of them has no
    BFD."""

    @property
    def wrong(self) -> int:
        return self.wrong_kept + self.wrong_withdrawn


class Truth:
    """`broken`: Fabric.broken() at the moment that it is about."""

    def __init__(self, cast: Cast, broken: Matrix) -> None:
        self._cast = cast
        count = len(cast.players)
        bfd = numpy.array([player.bfd for player in cast.players])
        self.broken = broken[:count, :count]
        self.cut_off = broken[:count, cast.server]
        self.unprotected = ~(bfd[:, None] & bfd[None, :])

    def next_hops(self) -> Matrix:
        """[client, prefix]: the member that its route goes to, NONE for no route.

        Of those whose announcement the route server has, the best that the client can reach, or of which
        nobody can know that it cannot. A client that cannot reach the route server has no routes: its
        session ends.
        """
        cast, count = self._cast, len(self._cast.players)
        passes = ~self.broken | self.unprotected
        numpy.fill_diagonal(passes, False)
        passes[:, self.cut_off] = False
        passes[self.cut_off, :] = False
        found = numpy.full((count, len(cast.announcers)), NONE, dtype=numpy.int16)
        for column, announcers in enumerate(cast.announcers.values()):
            for member in reversed(announcers):
                found[passes[:, member], column] = member
        return found

    def judge(self, held: Matrix) -> Verdict:
        """`held`: as next_hops(), what the clients have."""
        wanted = self.next_hops()
        clients = numpy.arange(len(held))[:, None]
        lost = (held != NONE) & self.broken[clients, held]
        wrong = held != wanted
        return Verdict(
            wrong_kept=int((wrong & lost).sum()),
            wrong_withdrawn=int((wrong & ~lost).sum()),
            unprotected_kept=int((~wrong & lost).sum()),
        )
