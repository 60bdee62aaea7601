# SPDX-License-Identifier: Apache-2.0
"""Rows of the suite control: a link is withdrawn, and clients get the last UPDATE that it causes; our route
server, OpenBGPD and BIRD with the same table and clients, in turn, and both of them with rs-agent beside.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bfd_fastpath.agent.driver import DriverError
from bfd_fastpath.agent.settings import Kind
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.daemons.openbgpd import root_of_openbgpd
from bfd_fastpath.bench.document import Better, Goal, Relation, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.withdrawal.lan import SERVER, cabled
from bfd_fastpath.bench.suites.withdrawal.servers import Daemon, Ours
from bfd_fastpath.lab.stage import StageError

_SUITE: Final = "control"
_OURS: Final = "ours"
_KINDS: Final = {Kind.OPENBGPD: "OpenBGPD", Kind.BIRD: "BIRD"}
_PROGRAMS: Final = {
    Kind.OPENBGPD: ("bgpctl", "apt-get install openbgpd"),
    Kind.BIRD: ("bird", "apt-get install bird2"),
}


@dataclass(slots=True)
class Changes:
    """Of one route server, milliseconds to the last UPDATE at the last client; and how it did not do what was
    asked.
    """

    away_ms: list[float] = field(default_factory=list)
    back_ms: list[float] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """One client that loses a large table, and many clients that lose a small one."""
    if os.geteuid() != 0:
        yield Skipped(_SUITE, "a link withdrawn", "network namespaces need root", "sudo")
        return
    for kind, (program, install) in _PROGRAMS.items():
        if shutil.which(program) is None:
            yield Skipped(_SUITE, f"{_KINDS[kind]}: a link withdrawn", "it is not installed", install)
    plans = [(1_000, 1)] if asked.quick else [(100_000, 1), (1_000, 20)]
    for routes, clients in plans:
        asked.say(f"a link withdrawn, {routes:,} routes, {_clients(clients)}")
        try:
            yield from told(measured(routes, clients, asked.pick(1, 5, 11)), routes, clients, asked.quick)
        except (DriverError, ChildProcessError, StageError) as error:
            yield Skipped(_SUITE, f"a link withdrawn, {routes:,} routes", str(error), "")


def told(found: Mapping[str, Changes], routes: int, clients: int, quick: bool) -> Iterator[Row]:
    """Ours beside the others by themselves; then each of these with the agent, beside itself."""
    alone = {name: one for name, one in found.items() if not name.startswith("rs-agent")}
    peers = {name: one for name, one in alone.items() if name != _OURS}
    goal = None
    if "OpenBGPD" in peers and clients == 1 and not quick:
        goal = Goal("OpenBGPD's own time for the same change", 1.0, "OpenBGPD", Relation.AT_MOST)
    yield _row("link withdrawn to the last UPDATE", found[_OURS], peers, routes, clients, goal)
    for name, one in peers.items():
        if (with_agent := found.get(f"rs-agent and {name}")) is not None:
            yield _row(
                f"link withdrawn to the last UPDATE by rs-agent and {name}",
                with_agent,
                {name: one},
                routes,
                clients,
                None,
            )


def _row(
    name: str, ours: Changes, peers: Mapping[str, Changes], routes: int, clients: int, goal: Goal | None
) -> Row:
    doubts = [*ours.doubts, *(f"{who}: {doubt}" for who, one in peers.items() for doubt in one.doubts)]
    return judged(
        Row(
            name=f"{name}, {routes:,} routes, {_clients(clients)}",
            parameters={"routes": routes, "clients": clients, "family": 4},
            unit="ms",
            better=Better.LOWER,
            ours=Figure.of(ours.away_ms),
            peers={who: Figure.of(one.away_ms) for who, one in peers.items()},
            goal=goal,
            detail={"back-ms": {who: one.back_ms for who, one in ((_OURS, ours), *peers.items())}},
        ),
        doubt="; ".join(doubts[:1]),
    )


def _clients(count: int) -> str:
    return f"{count} client{'s' if count > 1 else ''}"


def measured(routes: int, clients: int, rounds: int) -> dict[str, Changes]:
    """All stand at the same time, and each has its turn. DriverError, ChildProcessError."""
    kinds = [kind for kind, (program, _) in _PROGRAMS.items() if shutil.which(program) is not None]
    with TemporaryDirectory() as directory, ExitStack() as stack:
        # Daemons that give up root must reach their own directories below.
        room = Path(directory)
        room.chmod(0o755)
        if Kind.OPENBGPD in kinds:
            stack.enter_context(root_of_openbgpd())
        scenes = {_OURS: _Scene(stack, room / "ours", routes, clients, None, agent=False)}
        for kind in kinds:
            name, place = _KINDS[kind], room / kind.value
            scenes[name] = _Scene(stack, place, routes, clients, kind, agent=False)
            if clients == 1:
                place = room / f"{kind.value}-agent"
                scenes[f"rs-agent and {name}"] = _Scene(stack, place, routes, clients, kind, agent=True)
        found = {name: Changes() for name in scenes}
        order = list(scenes)
        for number in range(rounds + 1):
            turn = number % len(order)
            for lost in (True, False):
                for name in (*order[turn:], *order[:turn]):
                    took = scenes[name].change(lost)
                    if number > 0:
                        (found[name].away_ms if lost else found[name].back_ms).append(took)
        for name, scene in scenes.items():
            found[name].doubts.extend(scene.doubts)
        return found


class _Scene:
    """A route server with its members on a LAN of its own, all of the table with the clients."""

    def __init__(
        self, stack: ExitStack, room: Path, routes: int, clients: int, kind: Kind | None, *, agent: bool
    ) -> None:
        room.mkdir()
        room.chmod(0o755)
        self._routes = routes
        self._lan = stack.enter_context(cabled(f"wd{os.getpid()}-{room.name}", clients))
        self._server: Ours | Daemon
        if kind is None:
            self._server = Ours(self._lan, room, clients)
        else:
            self._server = Daemon(kind, self._lan, room, clients, agent=agent)
        self.doubts: list[str] = []
        module = "bfd_fastpath.bench.suites.withdrawal.members"
        words = [sys.executable, "-m", module, SERVER, self._server.tell, routes, clients]
        self._log = room / "members.log"
        self._members = self._lan.start(self._lan.members, list(map(str, words)), self._log, piped=True)
        self._said()
        if isinstance(self._server, Daemon):
            self._server.ready()
        self._ask("table")
        seen = json.loads(self._said())
        if seen["announced"] != [routes] * clients:
            raise ChildProcessError(f"{room.name}: clients have {seen['announced']} of {routes} routes")

    def change(self, lost: bool) -> float:
        """Milliseconds to the last UPDATE at the last client."""
        server = self._server
        alone = isinstance(server, Daemon) and server.tell == "-"
        self._ask(("gone" if lost else "back") if alone else "down" if lost else "up")
        began = time.monotonic_ns()
        if alone and isinstance(server, Daemon):
            server.lose(lost)
        seen = json.loads(self._said())
        what = "withdrawn" if lost else "announced"
        if min(seen[what]) < self._routes:
            self.doubts.append(f"of {self._routes:,} routes a client had {min(seen[what]):,} {what}")
        return float(max(seen["last_ns"]) - (began if alone else seen["told_ns"])) / 1e6

    def _ask(self, what: str) -> None:
        assert self._members.stdin is not None
        self._members.stdin.write(f"{what}\n")
        self._members.stdin.flush()

    def _said(self) -> str:
        assert self._members.stdout is not None
        line = self._members.stdout.readline()
        if not line:
            raise ChildProcessError(f"the members ended: {self._log.read_text()[-300:]}")
        return line
