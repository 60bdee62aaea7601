# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench shed`: data and sessions on one core by one receive queue, at rates that rise, or the
highest rates at which it is forwarded and at which sessions are held.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final

from rich.console import Console
from rich.table import Table

import pydp
from bfd_fastpath.bench import cores, kept
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.rate import rate
from bfd_fastpath.bench.suites.envelope import pages
from bfd_fastpath.bench.suites.envelope.rig import NotUpError, Wanted
from bfd_fastpath.bench.suites.shed.load import QUEUE, SIZE, Loaded, loaded
from bfd_fastpath.bench.suites.shed.search import Found, search

_SESSIONS: Final = (1_000, 10_000)
#: Millions of packets a second.
_RATES: Final = (1, 5, 10, 15, 20, 25, 30, 40)


def main(arguments: Sequence[str]) -> int:
    """0; 1 where something could not be measured."""
    parser = _parser()
    options = parser.parse_args(arguments)
    cpu, other_cpu = cores.checked(parser, options)
    console = Console(width=None if Console().is_terminal else 150, markup=False)
    found: dict[str, Any] = {"machine": pages.machine(), "seconds": options.seconds, "rows": []}
    failed = False
    for count in options.sessions:
        wanted = Wanted(
            sessions=count, interval_us=options.interval * 1000, engine_cpu=cpu, far_cpu=other_cpu
        )
        try:
            if options.search:
                result = alone(search, wanted, options.seconds)
                console.print(_found_table(result))
                found["rows"].append(_found_json(result))
            else:
                rates = [mpps * 1e6 for mpps in sorted(options.rate)]
                rows = alone(_ladder, wanted, rates, options.seconds)
                console.print(_table(wanted, rows))
                found["rows"] += [_json(row) for row in rows]
        except (NotUpError, pydp.PydpError, BrokenProcessPool) as error:
            console.print(f"{count:,} sessions: {error}")
            failed = True
    kept.keep(options.json, found)
    return int(failed)


def _ladder(wanted: Wanted, rates: Sequence[float], seconds: float) -> list[Loaded]:
    """Ends with the first rate that does not hold."""
    rows: list[Loaded] = []
    with loaded(wanted) as load:
        for pps in rates:
            rows.append(load.at(pps, seconds))
            if not rows[-1].held:
                break
    return rows


def _of(wanted: Wanted) -> str:
    return (
        f"{wanted.sessions:,} sessions every {wanted.interval_us // 1000} ms and data of {SIZE} octets, one "
        f"core, one queue of {QUEUE:,}"
    )


def _table(wanted: Wanted, rows: list[Loaded]) -> Table:
    table = Table(title=_of(wanted))
    for heading in ("data offered/s", "forwarded/s", "shed/s", "lost in the queue/s", "hellos lost"):
        table.add_column(heading, justify="right")
    for heading in ("while away", "false Downs", "far end's", "engine's gaps p99.9 / max"):
        table.add_column(heading, justify="right")
    for row in rows:
        _add(table, row)
    return table


def _add(table: Table, row: Loaded, *first: str) -> None:
    held = row.sessions
    values = (row.offered_pps, row.forwarded_pps, row.shed_pps, row.lost_pps)
    counts = (row.hellos_lost, row.hellos_lost_away, held.false_downs, held.far_downs, held.engine_gaps)
    table.add_row(*first, *(rate(value) for value in values), *(str(count) for count in counts))


def _found_table(found: Found) -> Table:
    table = Table(title=_of(found.wanted))
    for heading in ("the highest rate", "data offered/s", "forwarded/s", "shed/s", "lost in the queue/s"):
        table.add_column(heading, justify="right")
    for heading in ("hellos lost", "while away", "false Downs", "far end's", "engine's gaps p99.9 / max"):
        table.add_column(heading, justify="right")
    for name, row in (("99 % forwarded", found.forwards), ("sessions held", found.holds)):
        if row is None:
            table.add_row(name, "none")
        else:
            _add(table, row, name)
    share = ""
    if found.holds is not None:
        shed = found.holds.shed_pps / found.holds.offered_pps
        part = found.holds.offered_pps / found.classify_pps
        share = f"; sessions held up to {part:.0%} of classify alone, where {shed:.0%} of the data is shed"
    alone = found.classify[-1]
    table.caption = (
        f"classify alone {rate(found.classify_pps)}/s (receive {alone.receive_cycles:.0f}, classify "
        f"{alone.classify_cycles:.0f} cycles a packet); the source alone {rate(found.source_pps)}/s at least"
        f"{share}"
    )
    return table


def _found_json(found: Found) -> dict[str, Any]:
    return {
        "sessions": found.wanted.sessions,
        "source-pps": round(found.source_pps),
        "classify-pps": [round(one.pps) for one in found.classify],
        "receive-cycles": round(found.classify[-1].receive_cycles, 1),
        "classify-cycles": round(found.classify[-1].classify_cycles, 1),
        "forwards": _json(found.forwards) if found.forwards is not None else None,
        "holds": _json(found.holds) if found.holds is not None else None,
    }


def _json(row: Loaded) -> dict[str, Any]:
    return {
        "offered-pps": round(row.offered_pps),
        "forwarded-pps": round(row.forwarded_pps),
        "shed-pps": round(row.shed_pps),
        "lost-pps": round(row.lost_pps),
        "hellos-lost": row.hellos_lost,
        "hellos-lost-away": row.hellos_lost_away,
        "sessions": pages.held_json(row.sessions),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bfd-fastpath bench shed",
        description="Sessions and data on one core by one receive queue. A far end on the other core sends "
        "the hellos; the data comes by the clock, written by the engine's own core as by a driver. The load "
        "rises until a session goes down, or a thousandth of the hellos is lost while the worker looks. "
        "'While away': lost because the worker was not run for longer than an eighth of the queue takes to "
        "fill. Wants two cores that nothing else uses.",
    )
    add = parser.add_argument
    add("--search", action="store_true", help="the highest rates: data forwarded, sessions held")
    add("--sessions", type=int, nargs="+", default=_SESSIONS, metavar="N")
    add("--interval", type=int, default=50, metavar="MS", help="milliseconds")
    add("--rate", type=float, nargs="+", default=_RATES, metavar="MPPS", help="of data, millions a second")
    add("--seconds", type=float, default=2.0, help="at each rate")
    cores.add_options(parser)
    kept.add_option(parser, "the figures, with the histograms")
    return parser
