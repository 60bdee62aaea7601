# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite forward: sizes, routes, destinations and families, each beside l3fwd and testpmd."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Better, Goal, Relation, Skipped
from bfd_fastpath.bench.document import Row as Told
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.forward import match
from bfd_fastpath.bench.suites.forward.memory import choose
from bfd_fastpath.bench.suites.forward.packets import packets
from bfd_fastpath.bench.suites.forward.peers import mbufs
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.result import Result
from bfd_fastpath.bench.suites.forward.routes import Maker
from bfd_fastpath.bench.suites.forward.row import Row

_NAMES: Final = {"io": "testpmd-io", "mac": "testpmd-mac", "l3fwd": "l3fwd-lpm"}
_FEW: Final = {"routes": 1000, "destinations": 1024}
_MANY: Final = {"routes": 1_000_000, "destinations": 65_536}
_INSTALL: Final = {
    "io": "apt-get install dpdk-dev",
    "mac": "apt-get install dpdk-dev",
    "l3fwd": "apt-get install libdpdk-dev",
}


def rows(asked: Asked) -> Iterator[Told | Skipped]:
    """One row of the document for each that is chosen by the scale."""
    yield from asked.without_ports(
        "forward",
        "it plays packets from memory, beside programs that would all need the ports; nodrop has these ports",
    )
    rules = match.Rules(
        rounds=asked.pick(1, 7, 11),
        window_s=0.05 if asked.quick else 0.1,
        cpu=asked.cpu,
        other_cpu=asked.other_cpu,
    )
    with TemporaryDirectory() as room:
        maker = Maker(Path(room))
        for row in chosen(asked):
            memory = choose(mbufs(packets(row)), len(match.PARTS))
            asked.say(
                f"{row.text}: net_pcap x 2 from memory, {'hugepages' if memory.huge else 'no hugepages'}"
            )
            try:
                result = match.run(row, rules, maker, limit_of(row))
            except PartError as error:
                yield Skipped("forward", row.text, str(error), "")
                continue
            yield from told(result, huge=memory.huge)


def chosen(asked: Asked) -> Iterator[Row]:
    """The rows of a scale."""
    if asked.scale is Scale.QUICK:
        yield Row(**_FEW)
        yield Row(family=6, size=0, sessions=100, **_FEW)
        return
    yield Row(sessions=10_000, **_FEW)
    if asked.scale is Scale.FULL:
        sizes: tuple[int, ...] = (64, 128, 256, 512, 1024, 1280, 1518, 0)
        tables = [
            _FEW,
            {"routes": 1000, "destinations": 65_536},
            {"routes": 100_000, "destinations": 65_536},
            _MANY,
        ]
    else:
        sizes, tables = (64, 0), [_FEW, _MANY]
    for family, size, table in product((4, 6), sizes, tables):
        yield Row(family=family, size=size, **table)


def limit_of(row: Row) -> float | None:
    """The goal: at most so much of l3fwd's cycles above io."""
    if row.size != 64:
        return None
    return 0.8 if row.family == 4 and row.routes <= _FEW["routes"] else 1.0


def told(result: Result, *, huge: bool) -> Iterator[Told | Skipped]:
    """A result as a row of the document, and who could not take part."""
    row = result.row
    for name, reason in result.absent.items():
        if name != "ours":
            yield Skipped("forward", f"{_NAMES.get(name, name)}: {row.text}", reason, _INSTALL.get(name, ""))
    if "ours" not in result.windows:
        yield Skipped("forward", row.text, result.absent.get("ours", "ours was not measured"), "")
        return
    goal = None
    if result.goal is not None:
        goal = Goal(
            f"cycles a packet above io at most {result.goal:g} x l3fwd's",
            result.goal,
            "l3fwd-lpm",
            Relation.AT_MOST,
        )
    yield judged(
        Told(
            name=row.text,
            parameters=_parameters(row, huge=huge),
            unit="Mpps",
            better=Better.HIGHER,
            ours=_figure(result, "ours"),
            peers={_NAMES[name]: _figure(result, name) for name in _NAMES if name in result.windows},
            ceiling=result.rate("io") / 1e6 if "io" in result.windows else None,
            goal=goal,
            detail=_detail(result),
        ),
        doubt=_doubt(result),
    )


def _figure(result: Result, name: str) -> Figure:
    above = result.above(name)
    rates = [1e3 / ns for ns in result.windows[name].ns]
    return Figure.of(rates, None if above is None else round(above.middle, 3))


def _doubt(result: Result) -> str:
    """Why no verdict is given, if none is."""
    if result.drops:
        return "ours dropped packets: " + ", ".join(f"{count} {name}" for name, count in result.drops.items())
    if result.up != result.row.sessions:
        return f"{result.up} of {result.row.sessions} BFD sessions were up at the end"
    for name in ("ours", "l3fwd"):
        above = result.above(name)
        if above is not None and not above.judges:
            return f"{name}: cycles above io are {above.middle:.1f}, their quartiles {above.spread:.1f} apart"
    return ""


def _parameters(row: Row, *, huge: bool) -> dict[str, Any]:
    return {
        "family": row.family,
        "size": row.size or "imix",
        "routes": row.routes,
        "destinations": row.destinations,
        "next-hops": row.next_hops,
        "sessions": row.sessions,
        "ports": "net_pcap x 2, packets from memory",
        "hugepages": huge,
    }


def _detail(result: Result) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "cycles": {
            _NAMES.get(name, name): round(result.hz / result.rate(name), 2) for name in result.windows
        },
        "bits-a-second": round(
            result.rate("ours") * 8 * (sum(result.row.sizes) / len(result.row.sizes) + 20)
        ),
    }
    if result.pace_us:
        detail["pace-us"], detail["turns-left-out"] = round(result.pace_us, 2), result.left_out
    if result.stages:
        detail["stages"] = {name: round(cycles, 2) for name, cycles in result.stages.items()}
    if result.ratio is not None:
        detail["above-io-to-l3fwd"] = round(result.ratio, 3)
    return detail
