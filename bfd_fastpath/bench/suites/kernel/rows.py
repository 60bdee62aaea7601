# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite kernel: by the driver that our engine takes a kernel's interface with."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.search import Searched
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.kernel.measure import DRIVERS, KERNEL, measure
from bfd_fastpath.bench.suites.kernel.wire import LEAST, ROUTES
from bfd_fastpath.bench.suites.nodrop.throughput import LOSS
from bfd_fastpath.lab.stage import StageError

_SUITE: Final = "kernel"
_TRIAL_S: Final = 0.05
_NAMES: Final = {"af-packet": "AF_PACKET", "af-xdp": "AF_XDP"}


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    yield from asked.without_ports(_SUITE, "it measures on interfaces of namespaces")
    if os.geteuid() != 0:
        yield Skipped(_SUITE, "forwarding between interfaces", "network namespaces need root", "sudo")
        return
    full = asked.scale is Scale.FULL
    for family in (4, 6) if full else (4,):
        for size in (LEAST[family], 594, 1518) if full else (LEAST[family],):
            yield from _measured(family, size, asked)


def _measured(family: int, size: int, asked: Asked) -> Iterator[Row | Skipped]:
    asked.say(f"forwarding from an interface and back, IPv{family}, {size} B")
    refused: list[Skipped] = []

    def refuse(name: str, why: str) -> None:
        refused.append(Skipped(_SUITE, _name(family, size, name), why, ""))

    try:
        found = measure(family, size, (asked.cpu, asked.other_cpu), asked.pick(1, 3, 5), _TRIAL_S, refuse)
    except (PartError, StageError) as error:
        yield Skipped(_SUITE, f"IPv{family}, {size} B", str(error), "")
        return
    yield from refused
    yield from (told(family, size, name, found) for name in DRIVERS if name in found)


def _name(family: int, size: int, driver: str) -> str:
    return f"rate without loss, IPv{family}, {size} B, {ROUTES:,} routes, by {_NAMES[driver]}"


def told(family: int, size: int, driver: str, found: Mapping[str, Sequence[Searched]]) -> Row:
    """Each window is a search."""
    ours, kernel = (Figure.of([one.rate / 1e6 for one in found[name]]) for name in (driver, KERNEL))
    return judged(
        Row(
            name=_name(family, size, driver),
            parameters={
                "family": family,
                "size": size,
                "routes": ROUTES,
                "destinations": ROUTES,
                "loss-bound": LOSS,
                "ports": f"veth, one arm, {_NAMES[driver]}",
            },
            unit="Mpps",
            better=Better.HIGHER,
            ours=ours,
            peers={"the kernel": kernel},
            detail={"times-the-kernel": round(ours.median / kernel.median, 3) if kernel.median else None},
        )
    )
