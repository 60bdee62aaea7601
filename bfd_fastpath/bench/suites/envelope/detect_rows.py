# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite bfd-detect: from the last hello to Down, beside others, and on to the route
server.
"""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final

import numpy

import pydp
from bfd_fastpath.bench import tail
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Goal, Relation, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.histogram import cdf, poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope.detect import Detected, detect
from bfd_fastpath.bench.suites.envelope.rig import NotUpError, Wanted
from bfd_fastpath.bench.suites.silence import rows as silence
from bfd_fastpath.bench.suites.telling import rows as telling

_GOAL_US: Final = 100.0
_SHARE: Final = 0.999


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    sessions = asked.pick(200, 10_000)
    asked.say(f"{sessions:,} sessions at 50 ms, a part of them falls silent")
    wanted = Wanted(
        sessions=sessions,
        interval_us=50_000,
        engine_cpu=asked.cpu,
        far_cpu=asked.other_cpu,
        ports=asked.ports,
    )
    try:
        yield from told(alone(detect, wanted, max(sessions // 20, 1), asked.pick(3, 12, 60)))
    except (NotUpError, pydp.PydpError, BrokenProcessPool) as error:
        yield Skipped("bfd-detect", "from the last hello to Down", str(error), "")
    yield from silence.rows(asked)
    yield from telling.rows(asked)


def told(seen: Detected) -> Iterator[Row]:
    """What was seen, as rows: each window is the p99.9 of a thousand Downs."""
    goal = Goal("p99.9 below 100 us beyond our own poll gap", _GOAL_US, relation=Relation.AT_MOST)
    for name, values, wish in (
        ("last hello + detection time to Down, p99.9", [each[:, 0] for each in seen.rounds_ns], None),
        (
            "last hello + detection time to Down, beyond our own poll gap, p99.9",
            [each[:, 0] - each[:, 1] for each in seen.rounds_ns],
            goal,
        ),
        ("hello heard + detection time to Down, p99.9", [each[:, 2] for each in seen.rounds_ns], None),
    ):
        yield _row(name, seen, values, wish)


def _row(name: str, seen: Detected, rounds: "list[numpy.ndarray[Any, Any]]", goal: Goal | None) -> Row:
    wanted, every = seen.wanted, numpy.concatenate(rounds) / 1000
    return judged(
        Row(
            name=name,
            parameters={
                "sessions": wanted.sessions,
                "interval-ms": wanted.interval_us // 1000,
                "multiplier": wanted.multiplier,
                "ports": list(wanted.ports) or "memory link",
            },
            unit="us",
            better=Better.LOWER,
            ours=Figure.of([round(us, 3) for us in tail.windows(every.tolist(), _SHARE)]),
            goal=goal,
            detail={
                "cdf": cdf(every.tolist()),
                "seen": seen.seen,
                "silenced": seen.silenced,
                "others": seen.others,
                "shares": {
                    f"p{share * 100:g}": tail.quantile(every.tolist(), share) for share in (0.5, 0.99, _SHARE)
                },
                "poll-gap": poll_gap(seen.engine_gaps),
                "far-poll-gap": poll_gap(seen.far_gaps),
            },
        ),
        doubt=f"{seen.others} sessions went Down that were not silenced" if seen.others else "",
        compare_spread=False,
    )
