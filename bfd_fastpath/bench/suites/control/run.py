# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench control`: a full table, from a route server's first octet to the engine's last route,
beside BIRD and GoBGP with the same octets; and what a route costs in memory.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

import pydp
from bfd_fastpath.bench import kept
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.daemons.daemon import DaemonError
from bfd_fastpath.bench.suites.control import daemons, messages, ours
from bfd_fastpath.bench.suites.control.ours import Loaded
from bfd_fastpath.bench.suites.envelope import pages

_GOAL_S: Final = 3.0
_BULK_GOAL_S: Final = 1.0


def main(arguments: Sequence[str]) -> int:
    """0; 1 where somebody could not be measured."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if Console().is_terminal else 130, markup=False)
    rows: list[Loaded] = []
    for name, (why, install) in daemons.missing().items() if options.daemons else ():
        console.print(f"{name} is left out: {why}: {install}")
    with TemporaryDirectory() as room:
        file = Path(room) / "table"
        file.write_bytes(messages.stream(options.routes, options.per_update))
        try:
            for _ in range(options.rounds):
                rows += [alone(ours.loaded, options.routes, file, servers) for servers in options.servers]
                rows += daemons.loaded(options.routes, file) if options.daemons else []
            bulk = alone(ours.bulk, options.routes, options.rounds)
        except (DaemonError, pydp.PydpError, BrokenProcessPool) as error:
            console.print(str(error))
            return 1
    console.print(_table(rows, options))
    console.print(
        f"Prefixes at hand, by {messages.NEXT_HOPS} next hops, into RIB and engine: {median(bulk):.2f} s "
        f"({min(bulk):.2f} - {max(bulk):.2f}); goal {_BULK_GOAL_S:g} s for a million."
    )
    found = {"machine": pages.machine(), "rows": [asdict(row) for row in rows], "bulk": bulk}
    kept.keep(options.json, found)
    return 0


def _table(rows: list[Loaded], options: argparse.Namespace) -> Table:
    table = Table(title=f"{options.routes:,} routes, {options.per_update} prefixes an UPDATE, over loopback")
    for heading in ("who", "servers", "s", "min - max", "goal, s", "octets a route", "own tables", "engine"):
        table.add_column(heading, justify="left" if heading == "who" else "right")
    for who, servers in dict.fromkeys((row.who, row.servers) for row in rows):
        several = [row for row in rows if (row.who, row.servers) == (who, servers)]
        seconds = [row.seconds for row in several]
        middle = several[len(several) // 2]
        is_ours = who == "ours"
        table.add_row(
            who,
            str(servers),
            f"{median(seconds):.2f}",
            f"{min(seconds):.2f} - {max(seconds):.2f}",
            f"{_GOAL_S:g}" if is_ours and servers == 1 else "",
            f"{middle.octets / options.routes:.0f}",
            f"{middle.tables / options.routes:.0f}" if is_ours else "",
            f"{middle.engine / options.routes:.0f}" if is_ours else "",
        )
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bfd-fastpath bench control", description=__doc__)
    parser.add_argument("--routes", type=int, default=1_000_000)
    parser.add_argument(
        "--per-update", type=int, default=200, help="prefixes in an UPDATE (default %(default)s)"
    )
    parser.add_argument("--servers", type=int, nargs="+", default=[1, 2], help="route servers at once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-daemons", dest="daemons", action="store_false", help="ours alone")
    kept.add_option(parser, "the figures")
    return parser
