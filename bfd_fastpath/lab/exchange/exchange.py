# SPDX-License-Identifier: Apache-2.0
"""A running exchange: everybody started, everybody connected, and time that passes until nothing is
pending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from types import TracebackType
from typing import Self

import numpy

from bfd_fastpath.lab.exchange.cast import Cast, Prefix
from bfd_fastpath.lab.exchange.fabric import Fabric
from bfd_fastpath.lab.exchange.member import RETRY_NS, Member
from bfd_fastpath.lab.exchange.server import Server
from bfd_fastpath.lab.exchange.truth import Matrix, Truth
from bfd_fastpath.lab.exchange.wanted import Wanted
from bfd_fastpath.lab.exchange.world import SECOND_NS, SLICE_NS, SLOW_SLICE_NS, World
from bfd_fastpath.wire.bgp import State

#: Longer than from a healed link to Up by hellos of a second, and than BGP's retries.
_QUIET_NS = 6 * SECOND_NS
_MOST_NS = 900 * SECOND_NS


class Exchange:
    """`with` ends it. `report(what)` is called now and then with what is being waited for."""

    def __init__(
        self, wanted: Wanted, cast: Cast, random: Random, report: Callable[[Exchange], None]
    ) -> None:
        self.wanted = wanted
        self.cast = cast
        self.fabric = Fabric(cast, random)
        self.world = World(self.fabric)
        self.server = Server(self.world, cast, wanted, random)
        self._columns = {prefix: column for column, prefix in enumerate(cast.announcers)}
        self._watched: Matrix | None = None
        self.left: dict[tuple[int, int], int] = {}
        """(client, prefix by number) -> when the route left the next hop that it had when watch() was
        called, by the clock of the processors; not those that are back."""
        self._report = report
        self.members = [
            Member(self.world, player, wanted, random, self._moved, self.connect) for player in cast.players
        ]
        self.world.members.update(enumerate(self.members))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fabric.lan.close()

    def start(self) -> None:
        """Everybody begins, one after the other, so that whoever comes hears of all who are there."""
        for member in self.members:
            member.start()
            self.connect(member)
            self.world.run(1_000_000)
            self._report(self)

    def connect(self, member: Member) -> None:
        """Unless it is connected, or left; where it does not get through, it tries again."""
        if not member.running or member.connection is not None:
            return
        if self.fabric.whole(member.player.index, self.fabric.server) and self.server.accept(member):
            return
        self.world.alarm(self.world.now_ns + RETRY_NS, lambda: self.connect(member))

    def settle(self) -> None:
        """Until nothing is pending. NotConvergedError."""
        quiet_ns = self.wanted.detection_ns + _QUIET_NS
        self.world.settle(quiet_ns, _MOST_NS + quiet_ns, self._pending, lambda: self._report(self))

    def changed(self) -> None:
        """Links were broken or healed: look again, and let what waited for them go on."""
        self.fabric.probe()
        for connection in list(self.server.connections.values()):
            connection.healed()

    def held(self) -> Matrix:
        """What the clients have, as Truth.next_hops() has it."""
        prefixes = tuple(self.cast.announcers)
        return numpy.array(
            [[member.next_hop(prefix) for prefix in prefixes] for member in self.members], dtype=numpy.int16
        )

    def watch(self, held: Matrix) -> None:
        """From here on `left` tells which routes differ from these. All processors are idle by now."""
        self._watched, self.left = held, {}
        self.world.slice_ns = SLICE_NS
        for actor in (self.server, *self.members):
            actor.rest(self.world.now_ns)

    def unwatch(self) -> None:
        """Nothing more is measured."""
        self._watched = None
        self.world.slice_ns = SLOW_SLICE_NS

    def truth(self) -> Truth:
        return Truth(self.cast, self.fabric.broken())

    def sessions(self) -> int:
        """Ends of BFD sessions that ought to be Up: both have BFD, run it, and hear each other."""
        runs = numpy.array([member.running and member.player.bfd for member in self.members])
        count = len(runs)
        whole = ~self.fabric.broken()[:count, :count] & runs[:, None] & runs[None, :]
        numpy.fill_diagonal(whole, False)
        return int(whole.sum())

    def _moved(self, member: int, prefixes: Iterable[Prefix], time_ns: int) -> None:
        if self._watched is None:
            return
        for prefix in prefixes:
            column = self._columns[prefix]
            if self.members[member].next_hop(prefix) == self._watched[member, column]:
                self.left.pop((member, column), None)
            else:
                self.left.setdefault((member, column), time_ns)

    def _pending(self) -> str:
        for member in self.members:
            name, connection = member.player.name, member.connection
            whole = self.fabric.whole(member.player.index, self.fabric.server)
            if whole and member.running and self.server.service is not None:
                if connection is None or connection.client.session.state != State.ESTABLISHED:
                    return f"{name} has no BGP session with the route server"
            elif not whole and connection is not None:
                return f"{name} still believes in its BGP session"
            if member.holds_back:
                return f"{name} has something to tell"
        for index, connection in self.server.connections.items():
            if not connection.server.session.closed and self.members[index].connection is None:
                return (
                    f"the route server still believes in its session with {self.members[index].player.name}"
                )
        wanted, up = self.sessions(), self.fabric.lan.totals().up
        return f"{up} of {wanted} BFD session ends are Up" if up != wanted else ""
