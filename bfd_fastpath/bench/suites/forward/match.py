# SPDX-License-Identifier: Apache-2.0
"""One row played: packets and routes made, everybody started, windows taken, everybody gone again."""

import os
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bfd_fastpath.bench.clock import tsc_hz
from bfd_fastpath.bench.suites.forward import l3fwd, memory, packets
from bfd_fastpath.bench.suites.forward import rules as l3fwd_rules
from bfd_fastpath.bench.suites.forward.busy import Beside, Busy
from bfd_fastpath.bench.suites.forward.ours import Ours
from bfd_fastpath.bench.suites.forward.peers import L3fwd, Testpmd
from bfd_fastpath.bench.suites.forward.ports import FromMemory, mbufs
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.result import Result
from bfd_fastpath.bench.suites.forward.rounds import Part, Played, play
from bfd_fastpath.bench.suites.forward.routes import Maker, Table
from bfd_fastpath.bench.suites.forward.row import Row

PARTS: Final = ("io", "mac", "l3fwd", "ours")
#: The most that l3fwd holds is 1,024.
L3FWD_ROUTES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How rows are played."""

    parts: Collection[str] = PARTS
    #: A libpydp.so to compare ours with, as part "other".
    library: Path | None = None
    rounds: int = 7
    window_s: float = 0.1
    cpu: int = 0
    other_cpu: int = 1


def run(row: Row, rules: Rules, maker: Maker, goal: float | None) -> Result:
    """PartError when ours or testpmd's io does not run; who else cannot take part is named in the result."""
    with TemporaryDirectory(prefix="bench-forward-") as directory, ExitStack() as stack:
        room = Path(directory)
        table = maker.table(row.family, row.routes, row.next_hops, row.destinations)
        ports = _ports(row, table, rules, room, "all")
        prefix = f"bench-{os.getpid()}"
        parts: list[Part] = []
        absent: dict[str, PartError] = {}

        def start(name: str, make: Callable[[], list[Part]]) -> None:
            try:
                parts.extend(make())
            except PartError as error:
                absent[name] = error

        def testpmd(mode: str) -> list[Part]:
            made = Testpmd(mode, ports, room, prefix)
            stack.callback(made.close)
            made.start()
            made.pause()
            return [made]

        def peer() -> list[Part]:
            program = l3fwd.program()
            few = (
                table
                if row.routes <= L3FWD_ROUTES
                else maker.table(row.family, L3FWD_ROUTES, 1, row.destinations)
            )
            ports_of_few = _ports(row, few, rules, room, "few")
            made = L3fwd(program, ports_of_few, l3fwd_rules.write(few, maker, room, 2), room, prefix)
            stack.callback(made.close)
            made.start()
            made.pause()
            return [made]

        def ours(library: Path | None = None) -> list[Part]:
            made = Ours(row, table, ports, room, library)
            stack.callback(made.close)
            made.start()
            made.pause()
            return [made]

        for mode in ("io", "mac"):
            if mode in rules.parts:
                start(mode, partial(testpmd, mode))
        if "l3fwd" in rules.parts:
            start("l3fwd", peer)
        if "ours" in rules.parts:
            start("ours", ours)
        if rules.library is not None:
            start("other", lambda: ours(rules.library))
        if row.sessions and len(parts) > 1:
            busy = Busy(rules.other_cpu, room)
            stack.callback(busy.close)
            parts = [one if isinstance(one, Ours) else Beside(one, busy) for one in parts]
        played = play(parts, rules.rounds, rules.window_s, rules.cpu) if parts else Played(())
        engine = next((part for part in parts if isinstance(part, Ours) and part.name == "ours"), None)
        return Result(
            row=row,
            hz=tsc_hz(),
            windows={one.name: one for one in played.windows},
            pace_us=played.pace_us,
            left_out=played.left_out,
            absent=absent,
            drops=engine.drops if engine is not None else {},
            up=engine.up if engine is not None else row.sessions,
            stages=engine.stages if engine is not None else {},
            goal=goal,
        )


def _ports(row: Row, table: Table, rules: Rules, room: Path, name: str) -> FromMemory:
    count = packets.packets(row)
    return FromMemory(
        files=packets.write(row, table, room, name),
        packets=count,
        cpu=rules.cpu,
        other_cpu=rules.other_cpu,
        memory=memory.choose(mbufs(count), len(PARTS) + (rules.library is not None)),
    )
