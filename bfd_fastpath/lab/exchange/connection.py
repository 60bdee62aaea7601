# SPDX-License-Identifier: Apache-2.0
"""A BGP connection between a member and the route server: what one session writes the other reads, octet for
octet, while frames go both ways between them; else it waits, as TCP does."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from bfd_fastpath.lab.exchange.world import Actor, World
from bfd_fastpath.wire.bgp import BgpSession, Endpoint, Event
from bfd_fastpath.wire.bgp.message import MessageType


class _Mark(Enum):
    """What else goes over a connection."""

    CLOSED = auto()


_TYPE = 18
_QUIET = {MessageType.KEEPALIVE}


def kinds(data: bytes) -> Counter[int]:
    """How many messages of each type there are in whole messages."""
    found: Counter[int] = Counter()
    position = 0
    while position < len(data):
        found[data[position + _TYPE]] += 1
        position += int.from_bytes(data[position + 16 : position + 18], "big")
    return found


@dataclass(slots=True, eq=False)
class Side:
    """One end. `happened` gets the session's events and `settled` is called behind them, as part of the
    actor's work; `done` is called when that is done, with the time by the clock of the processors."""

    actor: Actor
    session: BgpSession
    happened: Callable[[Event], None]
    settled: Callable[[], None]
    done: Callable[[int], None]
    #: On the way to this end, when the path broke.
    stalled: deque[bytes | _Mark] = field(default_factory=deque)
    armed_ns: int | None = None
    told_closed: bool = False


class Connection:
    """Both ends. What an actor makes its session say goes out by flush()."""

    def __init__(self, world: World, member: int, client: Side, server: Side) -> None:
        self._world = world
        self.member = member
        self.client = client
        self.server = server

    def open(self, ends: tuple[Endpoint, Endpoint]) -> None:
        """The connection stands. `ends`: the client's, the server's."""
        for side, local, remote in ((self.client, ends[0], ends[1]), (self.server, ends[1], ends[0])):
            side.session.connected(self._world.now_ns, local, remote)
        self.flush(self.client)
        self.flush(self.server)

    @property
    def whole(self) -> bool:
        fabric = self._world.fabric
        return fabric.whole(self.member, fabric.server)

    @property
    def over(self) -> bool:
        return self.client.session.closed and self.server.session.closed

    def flush(self, side: Side) -> None:
        """What the session has to say leaves when the actor's processor is done."""
        data = side.session.data_to_send()
        other = self.server if side is self.client else self.client
        if data:
            found = kinds(data)
            self._world.busy |= any(kind not in _QUIET for kind in found)
            self._world.updates[side is self.client] += found[MessageType.UPDATE]
            self._world.post(side.actor.free_ns, lambda arrive_ns: self._arrive(other, data, arrive_ns))
        if side.session.closed and not side.told_closed:
            side.told_closed = True
            self._world.post(
                side.actor.free_ns, lambda arrive_ns: self._arrive(other, _Mark.CLOSED, arrive_ns)
            )
        self._rearm(side)

    def reset(self, side: Side) -> None:
        """The process at this end is gone: it says nothing more, and its kernel answers for it."""
        side.session.disconnected("its process ended")
        side.session.events()
        side.session.data_to_send()
        self.flush(side)

    def healed(self) -> None:
        """The path is whole again: what waits arrives."""
        for side in (self.client, self.server):
            while side.stalled and self.whole:
                what = side.stalled.popleft()
                self._world.post(self._world.now_ns, lambda at, s=side, w=what: self._arrive(s, w, at))  # type: ignore[misc]

    def _arrive(self, side: Side, what: bytes | _Mark, arrive_ns: int) -> None:
        if side.session.closed:
            return
        if side.stalled or not self.whole:
            side.stalled.append(what)
            return
        self._act(side, arrive_ns, lambda: self._take(side, what))

    def _take(self, side: Side, what: bytes | _Mark) -> None:
        if isinstance(what, bytes):
            side.session.receive(what, self._world.now_ns)
        else:
            side.session.disconnected()
        self._tell(side)

    def _tell(self, side: Side) -> None:
        for event in side.session.events():
            side.happened(event)
        side.settled()

    def _act(self, side: Side, arrive_ns: int, action: Callable[[], None]) -> None:
        side.done(side.actor.work(arrive_ns, action))
        self.flush(side)

    def _rearm(self, side: Side) -> None:
        deadline_ns = side.session.next_deadline()
        if deadline_ns is None or (side.armed_ns is not None and side.armed_ns <= deadline_ns):
            return
        side.armed_ns = deadline_ns
        self._world.alarm(deadline_ns, lambda: self._alarm(side))

    def _alarm(self, side: Side) -> None:
        side.armed_ns = None
        now_ns = self._world.now_ns
        deadline_ns = side.session.next_deadline()
        if deadline_ns is None or deadline_ns > now_ns:
            self._rearm(side)
            return

        def expire() -> None:
            side.session.timer(now_ns)
            self._tell(side)

        self._act(side, now_ns, expire)
