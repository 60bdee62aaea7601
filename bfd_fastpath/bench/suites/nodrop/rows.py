# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite nodrop: by size of the frames and number of the sessions."""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import pydp
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.histogram import poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope.rig import NotUpError, Wanted
from bfd_fastpath.bench.suites.nodrop.throughput import LOSS, MOST_PPS, Throughput, measure

_QUICK_PPS: Final = 2e5
#: More than a Detection Time: what a rate does to the sessions is seen while it lasts.
_TRIAL_S: Final = 0.2


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    for size in (64, 128, 256, 512, 1024, 1518) if asked.scale is Scale.FULL else (64,):
        for sessions in (100,) if asked.quick else (1, 10_000):
            asked.say(
                f"{size} B with {sessions:,} sessions, by {' and '.join(asked.ports) or 'a link in memory'}"
            )
            wanted = Wanted(
                sessions=sessions,
                interval_us=50_000,
                engine_cpu=asked.cpu,
                far_cpu=asked.other_cpu,
                ports=asked.ports,
            )
            most = _QUICK_PPS if asked.quick else MOST_PPS
            searches = asked.pick(1, 5, 11)
            try:
                yield told(alone(measure, wanted, size, _TRIAL_S, most, searches))
            except (NotUpError, pydp.PydpError, BrokenProcessPool) as error:
                yield Skipped("nodrop", _name(size, sessions), str(error), "")


def _name(size: int, sessions: int) -> str:
    return f"rate without loss, {size} B, {sessions:,} session{'s' if sessions > 1 else ''} at 50 ms"


def told(found: Throughput) -> Row:
    """Each window is a search."""
    far_limit = found.far_limit or any(one.at_most for one in found.searches)
    return judged(
        Row(
            name=_name(found.size, found.wanted.sessions),
            parameters={
                "size": found.size,
                "sessions": found.wanted.sessions,
                "interval-ms": found.wanted.interval_us // 1000,
                "loss-bound": LOSS,
                "trial-s": _TRIAL_S,
                "ports": list(found.wanted.ports) or "memory link, one arm",
            },
            unit="Mpps",
            better=Better.HIGHER,
            ours=Figure.of([one.rate / 1e6 for one in found.searches]),
            detail={
                "trials": [
                    [[one.rate / 1e6, one.loss, one.offered, one.gate] for one in searched.trials]
                    for searched in found.searches
                ],
                "limit": "the far end" if far_limit else "the engine",
                "false-downs": found.false_downs,
                "far-downs": found.far_downs,
                "stages": found.stages,
                "poll-gap": poll_gap(found.engine_gaps),
                "far-poll-gap": poll_gap(found.far_gaps),
            },
        )
    )
