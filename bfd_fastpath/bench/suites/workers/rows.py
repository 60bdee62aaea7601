# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite workers: packets forwarded by two workers, each on a core of its own, beside one."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import pydp
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.workers.engines import PACKETS, SIZE, LostError, measure

_CHECK_SEQUENCE: Final = 4


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    yield from asked.without_ports(
        "workers",
        "a generator's core offers about as much as one worker forwards, so that a second one would bring "
        "nothing; it plays packets from memory",
    )
    cpus = (asked.cpu, asked.other_cpu)
    if len(set(cpus) & os.sched_getaffinity(0)) < len(cpus):
        yield Skipped("workers", "two workers", "they need two cores", "")
        return
    window_s = 0.05 if asked.quick else 0.4
    for routes in (1,) if asked.quick else (1, 65_536):
        asked.say(f"one worker and two, {_routes(routes)}, net_pcap x 2 from memory")
        try:
            yield told(routes, alone(measure, routes, cpus, asked.pick(3, 7, 15), window_s))
        except (LostError, pydp.PydpError, BrokenProcessPool) as error:
            yield Skipped("workers", _routes(routes), str(error), "")


def told(routes: int, rates: Mapping[int, Sequence[float]]) -> Row:
    """rates: packets a second by window, by how many workers."""
    one, two = (Figure.of([rate / 1e6 for rate in rates[workers]]) for workers in (1, 2))
    return judged(
        Row(
            name=f"IPv4, {SIZE + _CHECK_SEQUENCE} B, {_routes(routes)}, 2 workers",
            parameters={
                "family": 4,
                "size": SIZE + _CHECK_SEQUENCE,
                "routes": routes,
                "destinations": min(PACKETS, routes),
                "workers": 2,
                "ports": "net_pcap x 2, packets from memory",
            },
            unit="Mpps",
            better=Better.HIGHER,
            ours=two,
            peers={"1 worker": one},
            detail={"own": ["1 worker"], "times-one-worker": round(two.median / one.median, 3)},
        )
    )


def _routes(count: int) -> str:
    return f"{count:,} route{'s' if count > 1 else ''}"
