# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite forward: sizes, routes, destinations and families, each beside l3fwd and testpmd."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Better, Skipped
from bfd_fastpath.bench.document import Row as Told
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged, too_few
from bfd_fastpath.bench.suites.forward import match
from bfd_fastpath.bench.suites.forward.arm import match as arm
from bfd_fastpath.bench.suites.forward.arm import rows as arm_rows
from bfd_fastpath.bench.suites.forward.goals import NAMES, goal_of, left_out, limit_of
from bfd_fastpath.bench.suites.forward.memory import choose
from bfd_fastpath.bench.suites.forward.packets import packets
from bfd_fastpath.bench.suites.forward.ports import mbufs
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.result import Result
from bfd_fastpath.bench.suites.forward.routes import Maker
from bfd_fastpath.bench.suites.forward.row import Row

_FEW: Final = {"routes": 1000, "destinations": 1024}
_MANY: Final = {"routes": 1_000_000, "destinations": 65_536}
#: BFD sessions beside data.
_SESSIONS: Final = 10_000


def rows(asked: Asked) -> Iterator[Told | Skipped]:
    """One row of the document for each that is chosen by the scale."""
    with TemporaryDirectory() as room:
        maker = Maker(Path(room))
        yield from by_arm(asked, maker) if asked.ports else from_memory(asked, maker)


def from_memory(asked: Asked, maker: Maker) -> Iterator[Told | Skipped]:
    """On two ports that play captures."""
    for row in chosen(asked):
        rules = match.Rules(
            rounds=asked.pick(1, 5 if limit_of(row) is None else 7, 11),
            cpu=asked.cpu,
            other_cpu=asked.other_cpu,
        )
        memory = choose(mbufs(packets(row)), len(match.PARTS))
        asked.say(f"{row.text}: net_pcap x 2 from memory, {'hugepages' if memory.huge else 'no hugepages'}")
        try:
            result = match.run(row, rules, maker, limit_of(row))
        except PartError as error:
            yield Skipped("forward", row.text, str(error), "")
            continue
        yield from told(result, huge=memory.huge)


def by_arm(asked: Asked, maker: Maker) -> Iterator[Told | Skipped]:
    """On the ports that were given."""
    rules = match.Rules(
        rounds=asked.pick(1, arm.ROUNDS, 7),
        window_s=0.2 if asked.quick else arm.WINDOW_S,
        cpu=asked.cpu,
        other_cpu=asked.other_cpu,
    )
    for row in chosen(asked):
        sent = arm.carried(row)
        asked.say(f"{sent.text}: by one arm at {asked.ports[0]}, from {asked.ports[1]}")
        try:
            result = arm.run(sent, asked.ports, rules, maker, limit_of(row))
        except PartError as error:
            yield Skipped("forward", arm_rows.name(sent), str(error), "")
            continue
        yield from arm_rows.told(result)


def chosen(asked: Asked) -> Iterator[Row]:
    """The rows of a scale."""
    if asked.scale is Scale.QUICK:
        yield Row(**_FEW)
        yield Row(family=6, size=0, sessions=100, **_FEW)
        return
    yield Row(sessions=_SESSIONS, **_FEW)
    if asked.scale is Scale.FULL:
        yield Row(sessions=_SESSIONS, **_MANY)
        yield Row(family=6, sessions=_SESSIONS, **_FEW)
        yield Row(family=6, sessions=_SESSIONS, **_MANY)
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


def told(result: Result, *, huge: bool) -> Iterator[Told | Skipped]:
    """A result as a row of the document, and who could not take part."""
    row = result.row
    yield from left_out(result.absent, row.text)
    if "ours" not in result.windows:
        return
    yield judged(
        Told(
            name=row.text,
            parameters=_parameters(row, huge=huge),
            unit="Mpps",
            better=Better.HIGHER,
            ours=_figure(result, "ours"),
            peers={NAMES[name]: _figure(result, name) for name in NAMES if name in result.windows},
            ceiling=result.rate("io") / 1e6 if "io" in result.windows else None,
            goal=goal_of(result.goal),
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
    if result.goal is not None:
        for name in ("l3fwd", "io"):
            if name not in result.windows:
                return f"{NAMES[name]} did not take part"
        if why := too_few(len(result.windows["ours"].ns)):
            return why
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
        "cycles": {NAMES.get(name, name): round(result.hz / result.rate(name), 2) for name in result.windows},
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
