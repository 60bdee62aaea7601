# SPDX-License-Identifier: Apache-2.0
"""Our engine takes part: the module router of this suite in a process of its own, and what it is told."""

import json
import select
import sys
import time
from pathlib import Path
from typing import Any, Final

from bfd_fastpath.bench.suites.forward.peers import Count, Ports
from bfd_fastpath.bench.suites.forward.process import PartError, Process
from bfd_fastpath.bench.suites.forward.routes import Table
from bfd_fastpath.bench.suites.forward.row import Row

_START_S: Final = 120.0
_ANSWER_S: Final = 10.0


class Ours:
    """The engine, one worker on the one core; who drives it and the BFD far end are on the other."""

    def __init__(self, row: Row, table: Table, ports: Ports, room: Path, library: Path | None = None) -> None:
        """library: a libpydp.so to be used in place of this checkout's."""
        self.name = "ours" if library is None else "other"
        plan = {
            "files": list(map(str, ports.files)),
            "packets": ports.packets,
            "cpu": ports.cpu,
            "other-cpu": ports.other_cpu,
            "huge": ports.memory.huge,
            "mib": ports.memory.mib,
            "family": row.family,
            "next-hops": row.next_hops,
            "sessions": row.sessions,
            "routes": list(_routes(row, table, room)),
        }
        instead = {} if library is None else {"LD_PRELOAD": str(library)}
        self.process = Process(
            [sys.executable, "-m", "bfd_fastpath.bench.suites.forward.router"],
            room / f"{self.name}.log",
            **instead,
        )
        self._heard = b""
        self.process.input.write(json.dumps(plan).encode() + b"\n")
        #: Of the last count: packets dropped by reason, and BFD sessions that are Up at the far end.
        self.drops: dict[str, int] = {}
        #: Cycles a packet that the stages took since the start.
        self.stages: dict[str, float] = {}
        self.up = 0

    def start(self) -> None:
        said = self._answer(_START_S)
        if "error" in said:
            raise PartError(f"{self.name} does not start: {said['error']}")

    def count(self) -> Count:
        self.process.input.write(b"\n")
        said = self._answer(_ANSWER_S)
        self.drops, self.up, self.stages = said["drops"], said["up"], said["stages"]
        return Count(said["packets"], said["cpu-ns"])

    def pause(self) -> None:
        self.process.pause()

    def resume(self) -> None:
        self.process.resume()

    def close(self) -> None:
        self.process.end()

    def _answer(self, seconds: float) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while b"\n" not in self._heard:
            left = until - time.monotonic()
            ready = left > 0 and select.select([self.process.output], [], [], left)[0]
            heard = self.process.output.read(65536) if ready else b""
            if not heard:
                raise PartError(f"{self.name} does not answer: {self.process.last_words()}")
            self._heard += heard
        line, _, self._heard = self._heard.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said


def _routes(row: Row, table: Table, room: Path) -> "list[tuple[int, str]]":
    """A file of NLRI for each next hop."""
    written = []
    for port in (0, 1):
        for number in range(row.next_hops):
            nexthop = 1 + port * row.next_hops + number
            file = room / f"routes-{nexthop}"
            file.write_bytes(table.nlri(port, number))
            written.append((nexthop, str(file)))
    return written
