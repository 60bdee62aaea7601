# SPDX-License-Identifier: Apache-2.0
"""Rows of the suite bfd-detect: from Down to the event in Python, and to the octets at the route server."""

from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import numpy

import pydp
from bfd_fastpath.bench import tail
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Goal, Relation, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.histogram import cdf, poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope.rig import NotUpError
from bfd_fastpath.bench.suites.telling.member import Told, measure

_SUITE: Final = "bfd-detect"
_SHARE: Final = 0.99
#: A Down that came sooner behind another one did not come alone.
_APART_NS: Final = 2_000_000
_GOAL_US: Final = 1000.0
_AT_ONCE_GOAL_MS: Final = 50.0


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    yield from asked.without_ports(
        _SUITE, "from Down to the route server: what comes behind the engine is measured on a link in memory"
    )
    sessions, downs = asked.pick(50, 1000, 3000), asked.pick(10, 1000, 3000)
    asked.say(f"{sessions:,} sessions at 50 ms, {downs:,} fall silent one by one, the route server listens")
    try:
        yield from one_by_one(alone(measure, sessions, 50, downs, False, asked.cpu))
        if not asked.quick:
            asked.say("10,000 sessions at 300 ms say Down at once")
            yield at_once(
                [alone(measure, 10_000, 300, 10_000, True, asked.cpu) for _ in range(asked.pick(3, 3, 7))]
            )
    except (NotUpError, ChildProcessError, pydp.PydpError, BrokenProcessPool) as error:
        yield Skipped(_SUITE, "Down to the route server", str(error), "")


def lone(told: Told) -> list[int]:
    """Those that did not come right behind another one, which Python would still be busy with."""
    before = (told.at_ns[0] - _APART_NS, *told.at_ns)
    return [number for number, at in enumerate(told.at_ns) if at - before[number] >= _APART_NS]


def one_by_one(told: Told) -> Iterator[Row]:
    """Each window is the p99 of a hundred Downs that came alone."""
    goal, numbers = Goal("p99 below 1 ms", _GOAL_US, relation=Relation.AT_MOST), lone(told)
    for name, values, wish in (
        ("lone Down to the event in Python, p99", told.event_ns, None),
        ("lone Down to the octets at the route server, p99", told.server_ns, goal),
    ):
        us = [ns / 1000 for number in numbers if (ns := values[number]) is not None]
        yield judged(
            Row(
                name=name,
                parameters={
                    "sessions": told.sessions,
                    "interval-ms": told.interval_ms,
                    "multiplier": 3,
                    "coalesce": False,
                    "apart-ms": _APART_NS / 1e6,
                },
                unit="us",
                better=Better.LOWER,
                ours=Figure.of(tail.windows(us, _SHARE)),
                goal=wish,
                detail={
                    "cdf": cdf(us),
                    "median-us": float(numpy.median(us)),
                    "alone": len(us),
                    "poll-gap": poll_gap(told.engine_gaps),
                },
            ),
            doubt=_doubt(told),
            compare_spread=False,
        )


def at_once(runs: Sequence[Told]) -> Row:
    """Each window is a run, from its first Down to the last octets."""
    doubts = [doubt for run in runs if (doubt := _doubt(run))]
    return judged(
        Row(
            name=f"{runs[0].downs:,} Downs at once to the last octets at the route server",
            parameters={
                "sessions": runs[0].sessions,
                "interval-ms": runs[0].interval_ms,
                "downs": runs[0].downs,
                "fuse": False,
            },
            unit="ms",
            better=Better.LOWER,
            ours=Figure.of([run.span_ns / 1e6 for run in runs]),
            goal=Goal("within 50 ms", _AT_ONCE_GOAL_MS, relation=Relation.AT_MOST),
            detail={
                "cdf": cdf([ns / 1e6 for ns in runs[-1].server_ns if ns is not None]),
                "poll-gap": poll_gap(runs[-1].engine_gaps),
            },
        ),
        doubt=doubts[0] if doubts else "",
    )


def _doubt(told: Told) -> str:
    """Nobody else goes Down, and all are told of."""
    if len(told.event_ns) > told.downs:
        return f"{len(told.event_ns)} sessions went Down, not {told.downs}"
    count = sum(one is not None for one in told.server_ns)
    if count < told.downs:
        return f"the route server was told of {count} Downs, not of {told.downs}"
    return ""
