# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench forward`: the rows of the goals, or any others by options."""

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from bfd_fastpath.bench.suites.forward import match, pages
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.routes import Maker
from bfd_fastpath.bench.suites.forward.row import Row

#: Rows that have a goal: ours above io at most so much of l3fwd's above io.
GOALS: Final = {
    Row(): 0.8,
    Row(sessions=10_000): 0.8,
    Row(routes=1_000_000, destinations=65_536): 1.0,
    Row(family=6): 1.0,
    Row(family=6, routes=1_000_000, destinations=65_536): 1.0,
}


def main(arguments: Sequence[str]) -> int:
    """0; 1 where ours could not be measured."""
    options = _parser().parse_args(arguments)
    rows = list(_rows(options))
    rules = match.Rules(
        parts=options.parts,
        library=Path(options.library).resolve() if options.library else None,
        rounds=options.rounds,
        window_s=options.window,
        cpu=options.cpu,
        other_cpu=options.other_cpu,
    )
    console = Console(width=None if Console().is_terminal else 130)
    found, failed = [], False
    with TemporaryDirectory() as room:
        try:
            maker = Maker(Path(room))
        except PartError as error:
            console.print(str(error))
            return 1
        for row in rows:
            result = match.run(row, rules, maker, GOALS.get(row))
            console.print(pages.table(result))
            found.append(pages.as_json(result))
            failed |= "ours" in rules.parts and "ours" not in result.windows
    if options.json is not None:
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n")
    return int(failed)


def _rows(options: argparse.Namespace) -> Iterator[Row]:
    chosen = (options.family, options.size, options.routes, options.destinations, options.sessions)
    if not any(chosen) and not options.next_hops:
        yield from GOALS
        return
    plain = Row()
    for family, size, routes, destinations, sessions in product(
        options.family or (plain.family,),
        options.size or (plain.size,),
        options.routes or (plain.routes,),
        options.destinations or (plain.destinations,),
        options.sessions or (plain.sessions,),
    ):
        yield Row(
            family=family,
            size=size,
            routes=routes,
            destinations=destinations,
            sessions=sessions,
            next_hops=options.next_hops or plain.next_hops,
        )


def _size(text: str) -> int:
    if text == "imix":
        return 0
    if not 64 <= int(text) <= 1518:
        raise ValueError
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bfd-fastpath bench forward",
        description="Forwarding on one core: ours, l3fwd, and testpmd in io and mac mode, in short windows "
        "in turn on the same ports (net_pcap, which plays our packets from memory and drops what is sent). "
        "Cycles a packet are of the core's own time; above io is the median of the differences round by "
        "round, and no verdict is given where their quartiles are further apart than a quarter of it. "
        "Without options that choose rows: those of the goals. Wants two cores; hugepages for all or none.",
    )
    add = parser.add_argument
    add("--family", type=int, nargs="+", choices=(4, 6))
    add("--size", type=_size, nargs="+", metavar="OCTETS", help="of a frame with its check sequence, or imix")
    add("--routes", type=int, nargs="+", metavar="N", help="l3fwd has the first 1,000 of them")
    add(
        "--destinations",
        type=int,
        nargs="+",
        metavar="N",
        help="different ones, half of them behind either port",
    )
    add("--sessions", type=int, nargs="+", metavar="N", help="of BFD on the same core, every 50 ms")
    add("--next-hops", type=int, metavar="N", help="of ours behind either port")
    add("--parts", nargs="+", default=match.PARTS, choices=match.PARTS)
    add("--library", metavar="FILE", help="another build of libpydp.so.0, which takes part beside ours")
    add("--rounds", type=int, default=match.Rules().rounds)
    add("--window", type=float, default=match.Rules().window_s, metavar="SECONDS")
    add("--cpu", type=int, default=0, help="the core that is measured")
    add("--other-cpu", type=int, default=1, help="the core of those who drive, and of the BFD far end")
    add("--json", metavar="FILE", help="all windows")
    return parser
