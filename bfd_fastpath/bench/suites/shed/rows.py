# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite shed: up to which load data is forwarded, and up to which sessions are held while it
is shed, beside what receiving and classifying alone keep up with.
"""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pydp
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.histogram import poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope.rig import NotUpError, Wanted
from bfd_fastpath.bench.suites.shed.load import QUEUE, SIZE, Loaded
from bfd_fastpath.bench.suites.shed.search import Found, search


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    yield from asked.without_ports(
        "shed",
        "a generator's core offers less than this engine forwards, and a NIC's queue does not tell hellos "
        "that it lost from data; its load is written by the engine's own core, and nodrop has these ports",
    )
    sessions = asked.pick(100, 10_000)
    asked.say(f"{sessions:,} sessions at 50 ms, data at rising rates in the same queue")
    wanted = Wanted(sessions=sessions, interval_us=50_000, engine_cpu=asked.cpu, far_cpu=asked.other_cpu)
    seconds = 0.1 if asked.quick else 0.2
    try:
        yield from told([alone(search, wanted, seconds) for _ in range(asked.pick(1, 1, 5))])
    except (NotUpError, pydp.PydpError, BrokenProcessPool) as error:
        yield Skipped("shed", f"{sessions:,} sessions", str(error), "")


def told(found: list[Found]) -> Iterator[Row | Skipped]:
    """Each window is a search."""
    yield from _row("load up to which data is forwarded", [one.forwards for one in found], found)
    yield from _row(
        "load up to which sessions are held while data is shed", [one.holds for one in found], found
    )


def _row(name: str, loads: list[Loaded | None], found: list[Found]) -> Iterator[Row | Skipped]:
    sessions = found[0].wanted.sessions
    full = f"{name}, {sessions:,} sessions at 50 ms"
    kept = [one for one in loads if one is not None]
    if len(kept) < len(loads):
        yield Skipped("shed", full, "not even the least load was carried", "")
        return
    last = kept[-1]
    yield judged(
        Row(
            name=full,
            parameters={
                "sessions": sessions,
                "interval-ms": found[0].wanted.interval_us // 1000,
                "size": SIZE,
                "queue": QUEUE,
                "ports": "memory link, data written by the engine's core",
            },
            unit="Mpps",
            better=Better.HIGHER,
            ours=Figure.of([one.offered_pps / 1e6 for one in kept]),
            peers={
                "receive and classify alone": Figure.of(
                    [one.pps / 1e6 for each in found for one in each.classify]
                )
            },
            ceiling=max(one.pps for each in found for one in each.classify) / 1e6,
            detail={
                "own": ["receive and classify alone"],
                "source-pps-at-least": round(max(one.source_pps for one in found)),
                "forwarded-pps": round(last.forwarded_pps),
                "shed-pps": round(last.shed_pps),
                "hellos-lost": last.hellos_lost,
                "false-downs": last.sessions.false_downs,
                "held": last.held,
                "poll-gap": poll_gap(last.sessions.engine_gaps),
                "far-poll-gap": poll_gap(last.sessions.far_gaps),
            },
        )
    )
