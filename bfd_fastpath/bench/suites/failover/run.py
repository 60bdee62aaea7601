# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench failover`: how long after Down the first packet goes to the backup next hop."""

import argparse
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final

import numpy
from rich.console import Console
from rich.table import Table

import pydp
from bfd_fastpath.bench import cores, kept
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.gaps import duration
from bfd_fastpath.bench.suites.envelope import pages
from bfd_fastpath.bench.suites.envelope.rig import NotUpError
from bfd_fastpath.bench.suites.failover.divert import Diverted, NotDivertedError, measure
from bfd_fastpath.bench.suites.failover.rows import GOAL_US
from pydp.generate import Action

_ROUTES: Final = (1, 1_000_000)
_HOW: Final = {"said": Action.DOWN, "silent": Action.SILENT}
_GOAL_NS: Final = GOAL_US * 1000


def main(arguments: Sequence[str]) -> int:
    """0; 1 where something could not be measured."""
    parser = _parser()
    options = parser.parse_args(arguments)
    cpus, ports = cores.checked(parser, options), tuple(options.port)
    if len(ports) not in (0, 2):
        parser.error("--port is given twice: the engine's port and the far end's")
    console = Console(width=None if Console().is_terminal else 130, markup=False)
    rows: list[Diverted] = []
    failed = False
    for routes in options.routes:
        for name in options.how:
            try:
                pps = options.rate * 1e6
                rows.append(alone(measure, routes, _HOW[name], pps, options.rounds, cpus, ports))
            except (NotUpError, NotDivertedError, pydp.PydpError, BrokenProcessPool) as error:
                console.print(f"{routes:,} routes, {name}: {error}")
                failed = True
    console.print(_table(rows, options.rate))
    kept.keep(options.json, {"machine": pages.machine(), "rows": [_json(row) for row in rows]})
    return int(failed)


def _table(rows: list[Diverted], mpps: float) -> Table:
    table = Table(title=f"From Down to the first packet on the backup next hop, {mpps:g} M packets/s flowing")
    for heading in (
        "routes",
        "Down by",
        "rounds",
        "p50",
        "slowest of four",
        "max",
        "goal",
        "met",
        "p50 since Down",
        "poll gaps p99.9 / max",
    ):
        table.add_column(heading, justify="right")
    for row in rows:
        middle, slowest = float(numpy.median(row.times_ns)), float(numpy.median(row.slowest_ns))
        table.add_row(
            f"{row.routes:,}",
            "the peer's word" if row.how is Action.DOWN else "silence",
            str(len(row.times_ns)),
            *(duration(ns) for ns in (middle, slowest, max(row.times_ns), _GOAL_NS)),
            "yes" if slowest <= _GOAL_NS else "no",
            duration(float(numpy.median(row.since_down_ns))),
            str(row.engine_gaps),
        )
    return table


def _json(row: Diverted) -> dict[str, Any]:
    return {
        "routes": row.routes,
        "how": row.how.name.lower(),
        "pps": row.pps,
        "times-ns": list(row.times_ns),
        "since-down-ns": list(row.since_down_ns),
        "engine": pages.gaps_json(row.engine_gaps),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bfd-fastpath bench failover",
        description="Data flows to a next hop that BFD watches; its session goes Down again and again. From "
        "the beginning of the turn that found it to the first packet at the backup's port, less the time "
        "until that packet was sent: the far end sends no data while it is busy with its own end of the "
        "session. The goal is about the slowest of each four rounds, the median of these. Wants two cores "
        "that nothing else uses.",
    )
    add = parser.add_argument
    add("--routes", type=int, nargs="+", default=_ROUTES, metavar="N", help="that lead to the next hop")
    add("--how", nargs="+", default=tuple(_HOW), choices=tuple(_HOW), help="the peer says Down, or is silent")
    add("--rate", type=float, default=1.0, metavar="MPPS", help="of data, millions a second")
    add("--rounds", type=int, default=20)
    add(
        "--port",
        action="append",
        default=[],
        metavar="DEVARGS",
        help="twice: the engine's and the far end's, cabled to each other",
    )
    cores.add_options(parser)
    kept.add_option(parser, "each round's time")
    return parser
