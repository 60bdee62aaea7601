# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench bfd-scale`: the grid of sessions and intervals, each cell in a process of its own; then
how late failures are seen, and what FRR and BIRD hold.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final

from rich.console import Console

import pydp
from bfd_fastpath.bench import cores, kept
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.place import Place, place
from bfd_fastpath.bench.suites.envelope import daemons, pages
from bfd_fastpath.bench.suites.envelope.detect import detect
from bfd_fastpath.bench.suites.envelope.far import given
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError
from bfd_fastpath.bench.suites.envelope.hold import Held, hold
from bfd_fastpath.bench.suites.envelope.rig import NotUpError, Wanted

_SESSIONS: Final = (1_000, 10_000, 100_000, 200_000, 1_000_000)
_INTERVALS_MS: Final = (10, 50, 300, 1000)
_SECONDS: Final = 10.0
_SOAK_S: Final = 600.0


def main(arguments: Sequence[str]) -> int:
    """0; 1 where a part could not be measured, 2 where it cannot begin."""
    parser = _parser()
    options = parser.parse_args(arguments)
    cpus = cores.checked(parser, options)
    ports = tuple(options.port or ())
    if fault := given.fault(ports, options.far_end):
        print(f"bench: {fault}", file=sys.stderr)
        return 2
    far_end = None if options.far_end is None else place(options.far_end)
    console = Console(width=None if Console().is_terminal else 170, markup=False)
    seconds = options.seconds or (_SOAK_S if options.soak else _SECONDS)
    found: dict[str, Any] = {"machine": pages.machine(), "seconds": seconds}
    if far_end is not None:
        found["far-machine"] = given.machine(far_end)
    failed = False
    if "hold" in options.parts:
        rows = list[Held]()
        try:
            for row in _grid(options.sessions, options.interval, seconds, console, cpus, ports, far_end):
                rows.append(row)
        except FarEndError as error:
            console.print(str(error))
            failed = True
        console.print(pages.held_table(rows))
        found["hold"] = [pages.held_json(row) for row in rows]
    if "detect" in options.parts:
        if far_end is not None:
            console.print("detection: measured with a far end on this machine, by a link in memory")
        try:
            wanted = Wanted(
                sessions=options.detect_sessions,
                interval_us=options.detect_interval * 1000,
                engine_cpu=cpus[0],
                far_cpu=cpus[1],
                ports=ports if far_end is None else (),
            )
            seen = alone(detect, wanted, max(wanted.sessions // 20, 1), options.rounds)
            console.print(pages.detected_table(seen))
            found["detect"] = pages.detected_json(seen)
        except (NotUpError, pydp.PydpError, BrokenProcessPool) as error:
            console.print(f"detection was not measured: {error}")
            failed = True
    if "daemons" in options.parts:
        held = daemons.measure(options.interval, seconds, cpus, console.print)
        console.print(pages.daemons_table(held))
        found["daemons"] = [pages.daemon_json(row) for row in held]
    console.print(f"load average at the beginning: {found['machine']['load'][0]:.2f}")
    kept.keep(options.json, found)
    return int(failed)


def _grid(
    sessions: Sequence[int],
    intervals: Sequence[int],
    seconds: float,
    console: Console,
    cpus: tuple[int, int],
    ports: tuple[str, ...],
    far_end: Place | None,
) -> Iterator[Held]:
    """The slowest interval first; what fails at one is not tried with more sessions. Raises FarEndError."""
    for interval in sorted(intervals, reverse=True):
        for count in sorted(sessions):
            try:
                wanted = Wanted(
                    sessions=count,
                    interval_us=interval * 1000,
                    engine_cpu=cpus[0],
                    far_cpu=cpus[1],
                    ports=ports,
                    far_end=far_end,
                )
                row = alone(hold, wanted, seconds)
            except (pydp.PydpError, BrokenProcessPool) as error:
                console.print(f"{count:,} sessions at {interval} ms: {error}")
                break
            console.print(f"{count:,} sessions at {interval} ms: {row.verdict} {row.reason}")
            yield row
            if not row.held:
                break


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bfd-fastpath bench bfd-scale",
        description="How many BFD sessions are held at which interval, and how late failures are seen. Wants "
        "two cores that nothing else uses; as root its threads come first there.",
    )
    add = parser.add_argument
    add("parts", nargs="*", default=["hold", "detect"], metavar="PART", help="hold, detect, daemons")
    add("--soak", action="store_true", help="hold for ten minutes instead of ten seconds")
    add("--seconds", type=float, help="hold for so long")
    add("--sessions", type=int, nargs="+", default=_SESSIONS, metavar="N")
    add("--interval", type=int, nargs="+", default=_INTERVALS_MS, metavar="MS", help="milliseconds")
    add("--detect-sessions", type=int, default=10_000, metavar="N")
    add("--detect-interval", type=int, default=50, metavar="MS")
    add("--rounds", type=int, default=20, help="of detection, a twentieth of the sessions in each")
    add(
        "--port",
        action="append",
        metavar="DEVARGS",
        help="the engine's port, and the far end's where that is here",
    )
    add("--far-end", metavar="ADDRESS[:PORT]", help="where `bfd-fastpath bench far-end` listens; for hold")
    cores.add_options(parser)
    kept.add_option(parser, "the figures, with the histograms")
    return parser
