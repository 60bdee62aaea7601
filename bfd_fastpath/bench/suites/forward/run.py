# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench forward`: the rows of the goals, or any others by options."""

import argparse
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bfd_fastpath.bench import cores, kept
from bfd_fastpath.bench.suites.forward import match, pages
from bfd_fastpath.bench.suites.forward.arm import match as arm
from bfd_fastpath.bench.suites.forward.arm import pages as arm_pages
from bfd_fastpath.bench.suites.forward.goals import limit_of
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.routes import Maker
from bfd_fastpath.bench.suites.forward.row import Row

#: Without options: those of the default rows that have a goal.
_PLAIN: Final = (
    Row(sessions=10_000),
    Row(),
    Row(routes=1_000_000, destinations=65_536),
    Row(family=6),
    Row(family=6, routes=1_000_000, destinations=65_536),
)


def main(arguments: Sequence[str]) -> int:
    """0; 1 where ours could not be measured."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if len(options.port) not in (0, 2):
        parser.error("--port is given twice: the port of who forwards, and the generator's")
    cpu, other_cpu = cores.checked(parser, options)
    rows = list(_rows(options))
    rules = match.Rules(
        parts=options.parts,
        library=Path(options.library).resolve() if options.library else None,
        rounds=options.rounds or (arm.ROUNDS if options.port else match.Rules().rounds),
        window_s=options.window or (arm.WINDOW_S if options.port else match.Rules().window_s),
        cpu=cpu,
        other_cpu=other_cpu,
    )
    console = Console(width=None if Console().is_terminal else 130, markup=False)
    found, failed = [], False
    with TemporaryDirectory() as room:
        try:
            maker = Maker(Path(room))
        except PartError as error:
            console.print(str(error))
            return 1
        for row in rows:
            try:
                measured, page, document = _measured(row, options.port, rules, maker)
            except PartError as error:
                console.print(f"{row.text}: {error}")
                failed = True
                continue
            console.print(page)
            found.append(document)
            failed |= "ours" in rules.parts and "ours" not in measured
    kept.keep(options.json, found)
    return int(failed)


def _measured(
    row: Row, ports: Sequence[str], rules: match.Rules, maker: Maker
) -> tuple[Collection[str], Table, dict[str, Any]]:
    """Who took part, and the row for people and for programs."""
    goal = limit_of(row)
    if ports:
        carried = arm.run(arm.carried(row), ports, rules, maker, goal)
        return carried.windows, arm_pages.table(carried), arm_pages.as_json(carried)
    result = match.run(row, rules, maker, goal)
    return result.windows, pages.table(result), pages.as_json(result)


def _rows(options: argparse.Namespace) -> Iterator[Row]:
    chosen = (options.family, options.size, options.routes, options.destinations, options.sessions)
    if not any(chosen) and not options.next_hops:
        yield from _PLAIN
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
    add("--next-hops", type=int, metavar="N", help="of ours behind a port")
    add("--parts", nargs="+", default=match.PARTS, choices=match.PARTS)
    add("--library", metavar="FILE", help="another build of libpydp.so.0, which takes part beside ours")
    add("--rounds", type=int, help=f"default: {match.Rules().rounds}; {arm.ROUNDS} with --port")
    add(
        "--window",
        type=float,
        metavar="SECONDS",
        help=f"default: {match.Rules().window_s}; {arm.WINDOW_S} with --port",
    )
    add(
        "--port",
        action="append",
        default=[],
        metavar="DEVARGS",
        help="twice: ports that are cabled to each other, of who forwards by one arm, one program after the "
        "other, and of our generator, which offers all it can and counts what comes back",
    )
    cores.add_options(parser)
    kept.add_option(parser, "all windows")
    return parser
