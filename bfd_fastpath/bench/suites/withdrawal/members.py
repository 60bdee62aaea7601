# SPDX-License-Identifier: Apache-2.0
"""The members of an exchange in one process: one announces a table, the others are sent it and lose its next
hop.

`python -m bfd_fastpath.bench.suites.withdrawal.members SERVER TELL ROUTES CLIENTS`, in a network namespace
that has their addresses. TELL is where clients tell what they reach: the route server, an agent beside it, or
"-". It answers each line of its standard input with a line of JSON (see Seen), once all clients were sent
what it says: `table`, all routes; `down` and `up`, what follows from their telling so; `gone` and `back`, the
same after a change that somebody else makes.
"""

import json
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from bfd_fastpath.bench.suites.control import messages
from bfd_fastpath.bench.suites.withdrawal.lan import ANNOUNCER, PORT, client, member_asn
from bfd_fastpath.prefixes import Run
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    AsPath,
    Attributes,
    BgpSession,
    Family,
    Origin,
    SessionSettings,
    State,
    Update,
    UpdateReceived,
    end_of_rib,
    nh_reach,
    pack_announcements,
)
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

_PER_UPDATE: Final = 200
_NH_REACH: Final = nh_reach(4)
#: A change is over when nobody was sent anything for so long.
_QUIET_S: Final = 0.2
_STIR_S: Final = 0.02
_KEEPALIVE: Final = b"\xff" * 16 + b"\x00\x13\x04"
_BOUND_S: Final = 30.0
_STAY_S: Final = 5.0
_CONNECT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a change did, CLOCK_MONOTONIC: when it was told, and by client when the last octets of an UPDATE
    came and how many prefixes were withdrawn and announced.
    """

    told_ns: int
    last_ns: list[int]
    withdrawn: list[int]
    announced: list[int]


class Session:
    """One member's session. What comes is kept with its time, and read when nothing comes any more."""

    def __init__(self, number: int, server: str, families: tuple[Family, ...]) -> None:
        asn, own = member_asn(number), client(number)
        self._session = BgpSession(SessionSettings(asn, own, families, hold_time_s=240))
        self.socket = _connected(str(own), server)
        self._heard: list[tuple[int, bytes]] = []
        self._session.connected(time.monotonic_ns())
        while self._session.state is not State.ESTABLISHED:
            self.flush()
            self._session.receive(self.socket.recv(65536), time.monotonic_ns())
            if self._session.closed:
                raise ConnectionError(f"no session with {server}: {self._session.events()}")
        self.flush()
        self._session.events()

    def send(self, update: Update) -> None:
        self._session.send(update, time.monotonic_ns())

    def flush(self) -> None:
        self.socket.sendall(self._session.data_to_send())

    def stay(self) -> None:
        """Keepalives go out when they are due."""
        self._session.timer(time.monotonic_ns())
        self.flush()

    def stir(self) -> None:
        """A KEEPALIVE: a route server of an exchange is never idle, and an idle BIRD puts off what is left to
        do until something comes.
        """
        self.socket.sendall(_KEEPALIVE)

    def hear(self) -> None:
        data = self.socket.recv(1 << 20)
        self._heard.append((time.monotonic_ns(), data))
        if not data:
            raise ConnectionError("a session ended")

    def read(self) -> tuple[int, int, int]:
        """When the last octets of an UPDATE came; prefixes withdrawn and announced."""
        last = withdrawn = announced = 0
        for at_ns, data in self._heard:
            self._session.receive(data, at_ns)
            for event in self._session.events():
                if isinstance(event, UpdateReceived):
                    gone, come = len(event.update.withdrawn), len(event.update.announced)
                    withdrawn, announced = withdrawn + gone, announced + come
                    last = at_ns if gone or come else last
        self._heard.clear()
        self.flush()
        return last, withdrawn, announced


class Members:
    """All of them."""

    def __init__(self, server: str, tell: str, routes: int, clients: int) -> None:
        here = (IPV4_UNICAST, _NH_REACH) if tell == server else (IPV4_UNICAST,)
        self.clients = [Session(ANNOUNCER + 1 + number, server, here) for number in range(clients)]
        self._tellers = self.clients
        if tell not in ("-", server):
            self._tellers = [Session(ANNOUNCER + 1 + number, tell, (_NH_REACH,)) for number in range(clients)]
        self._routes = routes
        self._announcer = Session(ANNOUNCER, server, (IPV4_UNICAST,))

    def table(self) -> Seen:
        """Until each client has all of it, and nothing more comes."""
        told = time.monotonic_ns()
        rest = messages.prefixes(self._routes)
        while rest:
            head, rest = rest.cut(_PER_UPDATE)
            self._announcer.send(Update(attributes=_attributes(head), announced=head))
        self._announcer.send(end_of_rib(IPV4_UNICAST))
        self._announcer.flush()
        return self._watched(told, gone=False)

    def tell(self, state: NhState) -> Seen:
        """All clients at once."""
        for number, one in enumerate(self._tellers):
            said = ((NhReachNlri(client(ANNOUNCER), True, state),),)
            path = AsPath.sequence(member_asn(ANNOUNCER + 1 + number))
            attributes = Attributes(origin=Origin.IGP, as_path=path)
            for update in pack_announcements(_NH_REACH, attributes, (), said):
                one.send(update)
        told = time.monotonic_ns()
        for one in self._tellers:
            one.flush()
        return self._watched(told, gone=state is NhState.DOWN)

    def watch(self, *, gone: bool) -> Seen:
        return self._watched(time.monotonic_ns(), gone=gone)

    def stay(self) -> None:
        """Between changes the sessions live on; a turn may be waited for longer than a hold time."""
        every = {one.socket: one for one in self._all()}
        for ready in select.select(list(every), [], [], 0)[0]:
            every[ready].hear()
        for one in every.values():
            one.read()
            one.stay()

    def _all(self) -> "dict[Session, None]":
        return dict.fromkeys([*self.clients, *self._tellers, self._announcer])

    def _watched(self, told_ns: int, *, gone: bool) -> Seen:
        """Until all clients were sent what is due, and then nothing for a while."""
        every = self._all()
        sockets = {one.socket: one for one in every}
        sums = {one: [0, 0, 0] for one in every}
        heard = time.monotonic()
        end = heard + _BOUND_S
        while (now := time.monotonic()) < end:
            self._announcer.stir()
            for ready in select.select(list(sockets), [], [], _STIR_S)[0]:
                sockets[ready].hear()
                heard = now
            if now < heard + _QUIET_S:
                continue
            heard = now
            for one in every:
                last, withdrawn, announced = one.read()
                one.stay()
                total = sums[one]
                sums[one] = [max(total[0], last), total[1] + withdrawn, total[2] + announced]
            if all(sums[one][1 if gone else 2] >= self._routes for one in self.clients):
                break
        last_ns, out, back = zip(*(sums[one] for one in self.clients), strict=True)
        return Seen(told_ns, list(last_ns), list(out), list(back))


def _attributes(run: Run) -> Attributes:
    """A path that differs from UPDATE to UPDATE, as paths do."""
    origin = 65_536 + int.from_bytes(run.octets[1:4], "big") % 300_000
    path = AsPath.sequence(member_asn(ANNOUNCER), origin)
    return Attributes(origin=Origin.IGP, as_path=path, next_hop=client(ANNOUNCER))


def _connected(own: str, server: str) -> socket.socket:
    """The route server may not listen yet."""
    end = time.monotonic() + _CONNECT_S
    while True:
        try:
            return socket.create_connection((server, PORT), timeout=_CONNECT_S, source_address=(own, 0))
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def main(server: str, tell: str, routes: str, clients: str) -> None:
    members = Members(server, tell, int(routes), int(clients))
    print("ready", flush=True)
    deeds: dict[str, Callable[[], Seen]] = {
        "table": members.table,
        "down": lambda: members.tell(NhState.DOWN),
        "up": lambda: members.tell(NhState.UP),
        "gone": lambda: members.watch(gone=True),
        "back": lambda: members.watch(gone=False),
    }
    while True:
        if not select.select([sys.stdin], [], [], _STAY_S)[0]:
            members.stay()
            continue
        line = sys.stdin.readline()
        if not line:
            return
        print(json.dumps(asdict(deeds[line.strip()]())), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
