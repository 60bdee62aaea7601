# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite failover: from Down to the first packet on the backup, with one route and
with many.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import pydp
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Goal, Relation, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.histogram import cdf, poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope.rig import NotUpError
from bfd_fastpath.bench.suites.failover.divert import WINDOW, Diverted, NotDivertedError, measure
from pydp.generate import Action

_HOW: Final = {"the peer says Down": Action.DOWN, "the peer is silent": Action.SILENT}
_PPS: Final = 1e6
#: By ports that are given: the least of them, a kernel's interfaces, carry that.
_GIVEN_PPS: Final = 1e5
GOAL_US: Final = 10.0


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    for routes in (1,) if asked.quick else (1, 1_000_000):
        for name, how in _HOW.items():
            by = " and ".join(asked.ports) or "a link in memory"
            asked.say(f"{routes:,} route{'s' if routes > 1 else ''}, {name}, by {by}")
            pps = _GIVEN_PPS if asked.ports else _PPS
            rounds, cpus = asked.pick(1, 5, 15) * WINDOW, (asked.cpu, asked.other_cpu)
            try:
                yield told(alone(measure, routes, how, pps, rounds, cpus, asked.ports), name, asked.ports)
            except (NotUpError, NotDivertedError, pydp.PydpError, BrokenProcessPool) as error:
                yield Skipped("failover", f"{routes:,} routes, {name}", str(error), "")


def told(diverted: Diverted, name: str, ports: Sequence[str] = ()) -> Row:
    """Each window is the slowest of some rounds."""
    us = [ns / 1000 for ns in diverted.times_ns]
    return judged(
        Row(
            name=f"Down to backup, {diverted.routes:,} route{'s' if diverted.routes > 1 else ''}, {name}",
            parameters={
                "routes": diverted.routes,
                "how": diverted.how.name.lower(),
                "pps": diverted.pps,
                "ports": list(ports) or "memory link",
            },
            unit="us",
            better=Better.LOWER,
            ours=Figure.of([ns / 1000 for ns in diverted.slowest_ns]),
            goal=Goal("the slowest of four below 10 us", GOAL_US, relation=Relation.AT_MOST),
            detail={
                "cdf": cdf(us),
                "since-down-us": [ns / 1000 for ns in diverted.since_down_ns],
                "poll-gap": poll_gap(diverted.engine_gaps),
            },
        ),
        compare_spread=False,
    )
