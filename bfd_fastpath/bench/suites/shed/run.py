# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench shed`: the load rises until the receive queue overflows; below that no session goes
down.
"""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

import pydp
from bfd_fastpath.bench.rate import rate
from bfd_fastpath.bench.suites.envelope import pages
from bfd_fastpath.bench.suites.envelope.rig import NotUpError, Wanted
from bfd_fastpath.bench.suites.shed.load import LOSS_BOUND, QUEUE, Loaded, measure

_SESSIONS: Final = (1_000, 10_000)
#: Millions of packets a second.
_RATES: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15)


def main(arguments: Sequence[str]) -> int:
    """0; 1 where something could not be measured, or a session went down before the queue overflowed."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if Console().is_terminal else 150)
    rates = [mpps * 1e6 for mpps in sorted(options.rate)]
    found: dict[str, Any] = {"machine": pages.machine(), "seconds": options.seconds, "rows": []}
    failed = False
    for count in options.sessions:
        wanted = Wanted(sessions=count, interval_us=options.interval * 1000)
        try:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                rows = pool.submit(measure, wanted, rates, options.seconds).result()
        except (NotUpError, pydp.PydpError, BrokenProcessPool) as error:
            console.print(f"{count:,} sessions: {error}")
            failed = True
            continue
        console.print(_table(wanted, rows))
        failed |= any(row.sessions.false_downs and not row.overflowed for row in rows)
        found["rows"] += [_json(row) for row in rows]
    if options.json is not None:
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n")
    return int(failed)


def _table(wanted: Wanted, rows: list[Loaded]) -> Table:
    table = Table(
        title=f"{wanted.sessions:,} sessions every {wanted.interval_us // 1000} ms and data, one core, one "
        f"queue of {QUEUE:,}"
    )
    for heading in ("data offered/s", "forwarded/s", "shed/s", "lost in the queue/s", "false Downs"):
        table.add_column(heading, justify="right")
    table.add_column("far end's", justify="right")
    table.add_column("engine's gaps p99.9 / max", justify="right")
    for row in rows:
        values = (row.offered_pps, row.forwarded_pps, row.shed_pps, row.lost_pps)
        held = row.sessions
        counts = (held.false_downs, held.far_downs, held.engine_gaps)
        table.add_row(*(rate(value) for value in values), *(str(count) for count in counts))
    table.caption = _verdict(rows)
    return table


def _verdict(rows: list[Loaded]) -> str:
    kept = [row for row in rows if not row.overflowed]
    whole = max(
        (row.offered_pps for row in kept if row.shed_pps <= LOSS_BOUND * row.offered_pps), default=0.0
    )
    most = max((row.offered_pps for row in kept), default=0.0)
    end = "" if rows[-1].overflowed else ", the most that the far end sends"
    return (
        f"but for {LOSS_BOUND:.1%}: all forwarded up to {rate(whole)}/s, none lost in the queue up to "
        f"{rate(most)}/s{end}"
    )


def _json(row: Loaded) -> dict[str, Any]:
    return {
        "wanted-pps": row.wanted_pps,
        "offered-pps": round(row.offered_pps),
        "forwarded-pps": round(row.forwarded_pps),
        "shed-pps": round(row.shed_pps),
        "lost-pps": round(row.lost_pps),
        "sessions": pages.held_json(row.sessions),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bfd-fastpath bench shed",
        description="Sessions and data on one core by one receive queue. The load rises until the queue "
        "overflows: up to there data is shed rather than hellos lost, and no session goes down. Wants two "
        "cores that nothing else uses.",
    )
    add = parser.add_argument
    add("--sessions", type=int, nargs="+", default=_SESSIONS, metavar="N")
    add("--interval", type=int, default=50, metavar="MS", help="milliseconds")
    add("--rate", type=float, nargs="+", default=_RATES, metavar="MPPS", help="of data, millions a second")
    add("--seconds", type=float, default=3.0, help="at each rate")
    add("--json", metavar="FILE", help="the figures, with the histograms")
    return parser
