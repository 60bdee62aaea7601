# SPDX-License-Identifier: Apache-2.0
"""One row played by one arm: who takes part is started on the port for its window and ended behind it, one
after the other, in an order that turns from round to round.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy

from bfd_fastpath.bench.clock import tsc_hz
from bfd_fastpath.bench.pace import pace
from bfd_fastpath.bench.suites.forward import l3fwd, memory
from bfd_fastpath.bench.suites.forward import rules as l3fwd_rules
from bfd_fastpath.bench.suites.forward.arm.cabled import MBUFS, Cabled
from bfd_fastpath.bench.suites.forward.arm.result import Result
from bfd_fastpath.bench.suites.forward.arm.source import Source
from bfd_fastpath.bench.suites.forward.arm.window import Taker, Window, line_rate, measure
from bfd_fastpath.bench.suites.forward.match import L3FWD_ROUTES, Rules
from bfd_fastpath.bench.suites.forward.ours import Ours
from bfd_fastpath.bench.suites.forward.peers import L3fwd, Testpmd
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.routes import Maker, Table
from bfd_fastpath.bench.suites.forward.row import Row

#: The generator's packets have its stamp.
LEAST_IPV6: Final = 84
_SETTLE_S: Final = 0.1
#: Fewer than from memory, and longer: each has a start of its own, in which a physical link comes up again.
ROUNDS: Final = 5
WINDOW_S: Final = 0.5

#: Starts somebody, who does not have the port yet.
Start = Callable[[], Taker]


def carried(row: Row) -> Row:
    """The row with frames that the generator can send."""
    return replace(row, least_ipv6=LEAST_IPV6)


def run(row: Row, ports: Sequence[str], rules: Rules, maker: Maker, goal: float | None) -> Result:
    """ports: devargs of the parts' port, of the generator's. PartError when the generator does not get its
    port; who else cannot take part is named in the result.
    """
    with TemporaryDirectory(prefix="bench-forward-") as directory, ExitStack() as stack:
        room = Path(directory)
        table = maker.table(row.family, row.routes, row.next_hops, row.destinations)
        few = table
        if row.routes > L3FWD_ROUTES:
            few = maker.table(row.family, L3FWD_ROUTES, 1, row.destinations)
        source = Source(
            ports[1], row, _destinations(row, table), _destinations(row, few), rules.other_cpu, room
        )
        stack.callback(source.close)
        source.start()
        cable = Cabled(
            devargs=ports[0],
            far_mac=source.mac,
            cpu=rules.cpu,
            other_cpu=rules.other_cpu,
            memory=memory.choose(MBUFS, 1),
        )
        absent: dict[str, PartError] = {}
        starts = dict(_starts(row, (table, few), cable, rules, maker, room, absent))
        windows: dict[str, list[Window]] = {name: [] for name in starts}
        stages: dict[str, float] = {}
        paces = []
        for number in range(rules.rounds):
            for name in _turned([one for one in starts if one not in absent], number):
                paces.append(pace(rules.cpu))
                try:
                    windows[name].append(_window(starts[name], source, row, rules.window_s, stages))
                except PartError as error:
                    absent[name] = error
        return Result(
            row=row,
            hz=tsc_hz(),
            ports=tuple(ports),
            driver=source.driver,
            line_pps=line_rate(source.driver, source.speed_mbps, sum(row.sizes) / len(row.sizes)),
            windows={name: tuple(found) for name, found in windows.items() if name not in absent},
            absent=absent,
            stages=stages,
            paces_us=tuple(paces),
            goal=goal,
        )


def _turned(names: Sequence[str], number: int) -> list[str]:
    first = number % len(names) if names else 0
    return [*names[first:], *names[:first]]


def _destinations(row: Row, table: Table) -> bytes:
    """Octets of each, taken in turn from those that other rows have behind either port."""
    each = max(row.destinations // 2, 1)
    return numpy.stack([table.behind(port, each) for port in (0, 1)], axis=1).tobytes()


def _starts(
    row: Row,
    tables: tuple[Table, Table],
    cable: Cabled,
    rules: Rules,
    maker: Maker,
    room: Path,
    absent: dict[str, PartError],
) -> Iterator[tuple[str, Start]]:
    """Of those who are wanted. tables: of the row, and the one that l3fwd has room for; absent: told who
    cannot be made.
    """
    prefix = f"bench-{os.getpid()}"
    for mode in ("io", "mac"):
        if mode in rules.parts:
            yield mode, partial(Testpmd, mode, cable, room, prefix)
    if "l3fwd" in rules.parts:
        try:
            program = l3fwd.program()
            files = l3fwd_rules.write(tables[1], maker, room, cable.count)
            yield "l3fwd", partial(L3fwd, program, cable, files, room, prefix)
        except PartError as error:
            absent["l3fwd"] = error
    if "ours" in rules.parts:
        yield "ours", partial(Ours, row, tables[0], cable, room)
    if rules.library is not None:
        yield "other", partial(Ours, row, tables[0], cable, room, rules.library)


def _window(start: Start, source: Source, row: Row, seconds: float, stages: dict[str, float]) -> Window:
    """From the start of a part to its end. stages: told those of ours."""
    part = start()
    with ExitStack() as stack:
        stack.callback(part.leave)
        try:
            part.connect()
            source.begin()
            stack.callback(source.end)
            if row.sessions and isinstance(part, Ours):
                source.await_sessions(row.sessions)
            source.send(part.mac, few=part.name == "l3fwd")
            time.sleep(_SETTLE_S)
            window = measure(part, source, seconds)
        except OSError as error:
            raise PartError(f"{part.name} has gone: {error}") from error
        if isinstance(part, Ours) and part.name == "ours":
            stages.update(part.stages)
        return window
