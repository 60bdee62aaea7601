# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite fib: look-ups a second of ours, beside DPDK's tables with the same routes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import Any, Final

from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.sources import NoSourcesError
from bfd_fastpath.bench.suites.fib.run import NotLookedUpError, build, hugepages, looked_up

_OURS: Final = {4: "ours", 6: "ours for IPv6"}
_KINDS: Final = {"random": "a million destinations at random", "hot": "256 destinations"}


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    with TemporaryDirectory() as room:
        try:
            program = build(Path(room))
        except (NoSourcesError, CalledProcessError) as error:
            yield Skipped("fib", "look-ups", str(error), "")
            return
        for family, routes in chosen(asked):
            asked.say(f"IPv{family}, {routes:,} routes: ours, rte_fib and rte_lpm in turn")
            try:
                found = looked_up(program, family, routes, asked.cpu)
            except NotLookedUpError as error:
                yield Skipped("fib", f"IPv{family}, {routes:,} routes", str(error), "")
                continue
            yield from told(family, routes, found, huge=hugepages())


def chosen(asked: Asked) -> Iterator[tuple[int, int]]:
    """Families and routes."""
    if asked.quick:
        yield 4, 1000
        return
    for family in (4, 6):
        for routes in (1_000, 100_000, 1_000_000) if asked.scale is Scale.FULL else (1_000_000,):
            yield family, routes


def told(family: int, routes: int, found: Mapping[str, Mapping[str, Any]], *, huge: bool) -> Iterator[Row]:
    """A row for each kind of destinations; who refused these routes is named in the detail."""
    took = {name: one for name, one in found.items() if "refused" not in one}
    for kind, words in _KINDS.items():
        figures = {name: Figure.of([1e3 / ns for ns in one[kind]["windows"]]) for name, one in took.items()}
        yield judged(
            Row(
                name=f"IPv{family} look-up, {routes:,} routes, {words}",
                parameters={
                    "family": family,
                    "routes": routes,
                    "destinations": kind,
                    "burst": 32,
                    "hugepages": huge,
                },
                unit="M/s",
                better=Better.HIGHER,
                ours=figures.pop(_OURS[family]),
                peers=figures,
                detail={
                    "cycles": {name: one[kind]["cycles"] for name, one in took.items()},
                    "memory-mib": {name: one["memory-mib"] for name, one in took.items()},
                    "load-s": {name: one["load-s"] for name, one in took.items()},
                    "flap-us": {name: one["flap-us"] for name, one in took.items() if one["flap-us"]},
                    "refused": {name: one["refused"] for name, one in found.items() if "refused" in one},
                },
            )
        )
