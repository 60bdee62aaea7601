# SPDX-License-Identifier: Apache-2.0
"""One row played: packets and routes made, everybody started, windows taken, everybody gone again."""

import os
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

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


class Starting(Part, Protocol):
    """A part whose program has begun."""

    def start(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How rows are played."""

    parts: Collection[str] = PARTS
    #: A libpydp.so to compare ours with, as part "other".
    library: Path | None = None
    rounds: int = 7
    window_s: float = 0.06
    cpu: int = 0
    other_cpu: int = 1


def run(row: Row, rules: Rules, maker: Maker, goal: float | None) -> Result:
    """Who cannot take part is named in the result. PartError when somebody goes in the middle of it."""
    with TemporaryDirectory(prefix="bench-forward-") as directory, ExitStack() as stack:
        room = Path(directory)
        table = maker.table(row.family, row.routes, row.next_hops, row.destinations)
        ports = _ports(row, table, rules, room, "all")
        prefix = f"bench-{os.getpid()}"
        absent: dict[str, PartError] = {}

        def testpmd(mode: str) -> Starting:
            return Testpmd(mode, ports, room, prefix)

        def peer() -> Starting:
            program = l3fwd.program()
            few = (
                table
                if row.routes <= L3FWD_ROUTES
                else maker.table(row.family, L3FWD_ROUTES, 1, row.destinations)
            )
            ports_of_few = _ports(row, few, rules, room, "few")
            return L3fwd(program, ports_of_few, l3fwd_rules.write(few, maker, room, 2), room, prefix)

        makers: dict[str, Callable[[], Starting]] = {
            "io": partial(testpmd, "io"),
            "mac": partial(testpmd, "mac"),
            "l3fwd": peer,
            "ours": lambda: Ours(row, table, ports, room),
        }
        makers = {name: make for name, make in makers.items() if name in rules.parts}
        if rules.library is not None:
            makers["other"] = lambda: Ours(row, table, ports, room, rules.library)
        # All begin before the first is waited for: most of what a start takes is waiting.
        begun = {name: one for name, make in makers.items() if (one := _begun(name, make, stack, absent))}
        parts: list[Part] = [one for name, one in begun.items() if _stands(name, one, absent)]
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


def _begun(
    name: str, make: Callable[[], Starting], stack: ExitStack, absent: dict[str, PartError]
) -> Starting | None:
    try:
        made = make()
    except PartError as error:
        absent[name] = error
        return None
    stack.callback(made.close)
    return made


def _stands(name: str, part: Starting, absent: dict[str, PartError]) -> bool:
    """It forwards, and is paused."""
    try:
        part.start()
    except PartError as error:
        absent[name] = error
        return False
    part.pause()
    return True


def _ports(row: Row, table: Table, rules: Rules, room: Path, name: str) -> FromMemory:
    count = packets.packets(row)
    return FromMemory(
        files=packets.write(row, table, room, name),
        packets=count,
        cpu=rules.cpu,
        other_cpu=rules.other_cpu,
        memory=memory.choose(mbufs(count), len(PARTS) + (rules.library is not None)),
    )
