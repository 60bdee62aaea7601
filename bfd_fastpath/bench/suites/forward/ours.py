# SPDX-License-Identifier: Apache-2.0
"""Our engine takes part: the module router of this suite in a process of its own, and what it is told."""

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.forward.peers import Count
from bfd_fastpath.bench.suites.forward.ports import Ports
from bfd_fastpath.bench.suites.forward.process import Process
from bfd_fastpath.bench.suites.forward.routes import Table
from bfd_fastpath.bench.suites.forward.row import Row
from bfd_fastpath.bench.suites.forward.talk import Talk

_START_S: Final = 120.0
_ANSWER_S: Final = 10.0


class Ours:
    """The engine, one worker on the one core; who drives it and the BFD far end are on the other."""

    def __init__(self, row: Row, table: Table, ports: Ports, room: Path, library: Path | None = None) -> None:
        """library: a libpydp.so to be used in place of this checkout's."""
        self.name = "ours" if library is None else "other"
        plan = {
            **ports.plan(),
            "cpu": ports.cpu,
            "other-cpu": ports.other_cpu,
            "huge": ports.memory.huge,
            "mib": ports.memory.mib,
            "family": row.family,
            "next-hops": row.next_hops,
            "sessions": row.sessions,
            "routes": list(_routes(row, table, room, ports.count)),
        }
        instead = {} if library is None else {"LD_PRELOAD": str(library)}
        self.process = Process(
            [sys.executable, "-m", "bfd_fastpath.bench.suites.forward.router"],
            room / f"{self.name}.log",
            **instead,
        )
        self._talk = Talk(self.name, self.process)
        self._talk.say(plan)
        #: Of the last count: packets dropped by reason, and BFD sessions that are Up at the far end.
        self.drops: dict[str, int] = {}
        #: Cycles a packet that the stages took since the start.
        self.stages: dict[str, float] = {}
        self.up = 0
        #: Of its first port, once it stands.
        self.mac = ""

    def start(self) -> None:
        """Until it stands; PartError when it does not."""
        self.mac = self._talk.hear(_START_S)["mac"]

    def count(self) -> Count:
        said = self._talk.ask({}, _ANSWER_S)
        self.drops, self.up, self.stages = said["drops"], said["up"], said["stages"]
        return Count(said["packets"], said["cpu-ns"], said["taken"])

    def pause(self) -> None:
        self.process.pause()

    def resume(self) -> None:
        self.process.resume()

    def connect(self) -> None:
        self.start()

    def leave(self) -> None:
        """As it ends by itself: its port is another's afterwards."""
        self.process.leave()

    def close(self) -> None:
        self.process.end()


def _routes(row: Row, table: Table, room: Path, ports: int) -> "Iterator[tuple[int, str]]":
    """Files of NLRI, each with its next hop: those are numbered from 1, port by port."""
    for port, number in product((0, 1), range(row.next_hops)):
        file = room / f"routes-{port}-{number}"
        file.write_bytes(table.nlri(port, number))
        yield 1 + (port % ports) * row.next_hops + number, str(file)
