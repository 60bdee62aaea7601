# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite nodrop: by size of the frames and number of the sessions."""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pydp
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.histogram import poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope.rig import NotUpError, Wanted
from bfd_fastpath.bench.suites.nodrop.throughput import LOSS, MOST_PPS, Throughput, measure

_QUICK_PPS = 2e5


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
            seconds, most = (0.2, _QUICK_PPS) if asked.quick else (0.5, MOST_PPS)
            try:
                found = [alone(measure, wanted, size, seconds, most) for _ in range(asked.pick(1, 1, 5))]
            except (NotUpError, pydp.PydpError, BrokenProcessPool) as error:
                yield Skipped("nodrop", _name(size, sessions), str(error), "")
                continue
            yield told(found)


def _name(size: int, sessions: int) -> str:
    return f"rate without loss, {size} B, {sessions:,} session{'s' if sessions > 1 else ''} at 50 ms"


def told(found: list[Throughput]) -> Row:
    """Each window is a search."""
    last = found[-1]
    false_downs = sum(one.false_downs for one in found)
    return judged(
        Row(
            name=_name(last.size, last.wanted.sessions),
            parameters={
                "size": last.size,
                "sessions": last.wanted.sessions,
                "interval-ms": last.wanted.interval_us // 1000,
                "loss-bound": LOSS,
                "ports": list(last.wanted.ports) or "memory link, one arm",
            },
            unit="Mpps",
            better=Better.HIGHER,
            ours=Figure.of([one.searched.rate / 1e6 for one in found]),
            detail={
                "trials": [[one.rate / 1e6, one.loss, one.offered, one.gate] for one in last.searched.trials],
                "limit": "the far end" if last.far_limit or last.searched.at_most else "the engine",
                "false-downs": false_downs,
                "far-downs": sum(one.far_downs for one in found),
                "stages": last.stages,
                "poll-gap": poll_gap(last.engine_gaps),
                "far-poll-gap": poll_gap(last.far_gaps),
            },
        )
    )
