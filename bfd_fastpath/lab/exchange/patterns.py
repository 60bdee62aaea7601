# SPDX-License-Identifier: Apache-2.0
"""Failure patterns: what is broken, in which order, and how it is healed. Who is hit is drawn from a seed,
among those whom it makes a difference to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from bfd_fastpath.lab.exchange.exchange import Exchange
from bfd_fastpath.lab.exchange.truth import NONE, Matrix
from bfd_fastpath.lab.exchange.wanted import SWITCHES, Pattern
from bfd_fastpath.lab.exchange.world import SECOND_NS

_TRIES = 20_000
#: For a session that is Down, whose hellos are a second apart, to come Up and be seen to.
_COMES_UP_NS = 4 * SECOND_NS
#: How long a process is away.
_AWAY_NS = 10 * SECOND_NS

Pair = tuple[int, int]


@dataclass(slots=True)
class Failure:
    """A pattern played. `text` says what was broken; `heal` makes all of it whole again."""

    text: str
    heal: Callable[[], None]
    #: When each pair was cut last; `cut_ns` for the others.
    cut_ns: int
    cuts: dict[frozenset[int], int] = field(default_factory=dict)
    #: How often something was cut.
    cut_count: int = 1

    def cut_of(self, one: int, other: int) -> int:
        return self.cuts.get(frozenset((one, other)), self.cut_ns)


class Stage:
    """Plays patterns on an exchange that has settled. `held`: the routes as they are before."""

    def __init__(self, exchange: Exchange, random: Random, held: Matrix) -> None:
        self._exchange = exchange
        self._random = random
        self._held = held
        self._bfd = [player.bfd for player in exchange.cast.players]

    def play(self, pattern: Pattern) -> Failure:
        """Ends with the last cut."""
        return {
            Pattern.LINK: self._link,
            Pattern.ONE_WAY: self._one_way,
            Pattern.MEMBER: self._member,
            Pattern.SWITCH: self._switch,
            Pattern.FLAP: self._flap,
            Pattern.RESTART_CLIENT: self._restart_client,
            Pattern.RESTART_SERVER: self._restart_server,
        }[pattern]()

    def _link(self) -> Failure:
        pair = self._pair()
        self._carry(pair, False)
        text = f"the link between {self._names(pair)}"
        return Failure(text, lambda: self._carry(pair, True), self._now())

    def _one_way(self) -> Failure:
        pair = self._pair()
        sender, receiver = self._random.sample(pair, 2)

        def carry(carries: bool) -> None:
            self._exchange.fabric.lan.link(sender, receiver, carries)
            self._exchange.changed()

        carry(False)
        text = f"what {self._name(sender)} sends to {self._name(receiver)}"
        return Failure(text, lambda: carry(True), self._now())

    def _member(self) -> Failure:
        member = self._pair()[1]

        def carry(carries: bool) -> None:
            self._exchange.fabric.lan.port(member, sends=carries, hears=carries)
            self._exchange.changed()

        carry(False)
        return Failure(f"the port of {self._name(member)}", lambda: carry(True), self._now())

    def _switch(self) -> Failure:
        players = self._exchange.cast.players
        hit = {players[one].switch for pair in self._pairs() for one in pair if self._apart(pair)}
        number = self._random.choice(sorted(hit) or range(SWITCHES))

        def join(joined: bool) -> None:
            self._exchange.fabric.switch(number, joined)
            self._exchange.changed()

        join(False)
        count = sum(player.switch == number for player in players)
        return Failure(f"switch {number} with {count} members", lambda: join(True), self._now())

    def _flap(self) -> Failure:
        pair = self._pair()
        detection_ns = self._exchange.wanted.detection_ns
        flaps = self._exchange.wanted.flaps
        for _ in range(flaps):
            self._carry(pair, False)
            self._exchange.world.run(2 * detection_ns)
            self._carry(pair, True)
            self._exchange.world.run(max(2 * detection_ns, _COMES_UP_NS))
        self._carry(pair, False)
        text = f"the link between {self._names(pair)}, {flaps} times and for good"
        return Failure(text, lambda: self._carry(pair, True), self._now(), cut_count=flaps + 1)

    def _restart_client(self) -> Failure:
        exchange = self._exchange
        second = self._pair()
        first = self._pair(without=second[0])
        restarted = exchange.members[second[0]]
        back: list[bool] = []

        def start() -> None:
            restarted.start()
            exchange.connect(restarted)
            back.append(True)

        restarted.leave(lambda: exchange.world.alarm(exchange.world.now_ns + _AWAY_NS, start))
        exchange.world.run(SECOND_NS)
        self._carry(first, False)
        first_ns = self._now()
        while not back:
            exchange.world.run(SECOND_NS)
        exchange.settle()
        self._carry(second, False)
        text = f"{self._names(first)} while {self._name(second[0])} restarts, then {self._names(second)}"

        def heal() -> None:
            self._carry(first, True)
            self._carry(second, True)

        return Failure(text, heal, self._now(), {frozenset(first): first_ns})

    def _restart_server(self) -> Failure:
        exchange = self._exchange
        pair = self._pair()
        exchange.server.stop_dead()
        exchange.world.run(SECOND_NS)
        self._carry(pair, False)
        cut_ns = self._now()
        exchange.world.run(_AWAY_NS)
        exchange.server.start_again()
        text = f"the link between {self._names(pair)} while the route server restarts"
        return Failure(text, lambda: self._carry(pair, True), cut_ns)

    # -- whom ----------------------------------------------------------------------------------------------

    def _pairs(self) -> Iterator[Pair]:
        """(client, next hop) with BFD at both ends, in random order, each as often as the client has
        routes."""
        clients, prefixes = self._held.shape
        for place in self._random.sample(range(clients * prefixes), min(_TRIES, clients * prefixes)):
            client, column = divmod(place, prefixes)
            next_hop = int(self._held[client, column])
            if next_hop != NONE and self._bfd[client] and self._bfd[next_hop]:
                yield client, next_hop

    def _pair(self, without: int | None = None) -> Pair:
        """One of those; where possible one whose client has another route for none of its prefixes."""
        found = [pair for pair in self._pairs() if without not in pair]
        lonely = (pair for pair in found if self._only(pair))
        if (pair := next(lonely, None)) is not None:
            return pair
        if found:
            return found[0]
        one, other = self._random.sample([one for one in range(len(self._bfd)) if one != without], 2)
        return one, other

    def _only(self, pair: Pair) -> bool:
        """Whether a prefix of this next hop has no other announcer."""
        announcers = self._exchange.cast.announcers.values()
        return any(chosen == (pair[1],) for chosen in announcers)

    def _apart(self, pair: Pair) -> bool:
        players = self._exchange.cast.players
        return players[pair[0]].switch != players[pair[1]].switch

    def _carry(self, pair: Pair, carries: bool) -> None:
        self._exchange.fabric.link(*pair, carries)
        self._exchange.changed()

    def _now(self) -> int:
        return self._exchange.world.now_ns

    def _name(self, member: int) -> str:
        return self._exchange.cast.players[member].name

    def _names(self, pair: Pair) -> str:
        return f"{self._name(pair[0])} and {self._name(pair[1])}"
