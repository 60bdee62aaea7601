# SPDX-License-Identifier: Apache-2.0
"""Results by one arm as rows of the document."""

from collections.abc import Iterator
from statistics import median
from typing import Any

from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.forward.arm.result import Result
from bfd_fastpath.bench.suites.forward.arm.window import Window
from bfd_fastpath.bench.suites.forward.goals import NAMES, goal_of, left_out
from bfd_fastpath.bench.suites.forward.row import Row as Asked


def name(row: Asked) -> str:
    return f"{row.text}, by one arm"


def told(result: Result) -> Iterator[Row | Skipped]:
    """The row, and who could not take part."""
    row = result.row
    yield from left_out(result.absent, name(row))
    if "ours" not in result.windows:
        return
    yield judged(
        Row(
            name=name(row),
            parameters={
                "family": row.family,
                "size": (row.size and row.sizes[0]) or "imix",
                "routes": row.routes,
                "destinations": row.destinations,
                "next-hops": row.next_hops,
                "sessions": row.sessions,
                "ports": list(result.ports),
            },
            unit="Mpps",
            better=Better.HIGHER,
            ours=_figure(result, "ours"),
            peers={NAMES[part]: _figure(result, part) for part in NAMES if part in result.windows},
            ceiling=result.source_pps / 1e6,
            goal=goal_of(result.goal),
            detail=detail(result),
        ),
        doubt=result.doubt,
    )


def _figure(result: Result, part: str) -> Figure:
    above = result.above(part)
    rates = [pps / 1e6 for pps in result.rates(part)]
    return Figure.of(rates, None if above is None else round(above.middle, 3))


def _window(one: Window) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "sent-mpps": round(one.sent_pps / 1e6, 4),
        "taken-mpps": round(one.taken_pps / 1e6, 4),
        "busy": round(one.busy, 3),
        "refused": round(one.refused, 3),
    }
    return {**kept, "drops": dict(one.drops)} if one.drops else kept


def detail(result: Result) -> dict[str, Any]:
    """What is kept beside the rates; windows by part, one a round."""
    windows = {NAMES.get(part, part): found for part, found in result.windows.items()}
    cycles = {NAMES.get(part, part): result.cycles(part) for part in result.windows}
    kept: dict[str, Any] = {
        "bound-by": {NAMES.get(part, part): result.limit(part).value for part in result.windows},
        "cycles": {part: round(median(each), 2) for part, each in cycles.items() if each is not None},
        "cycles-from": "time stamp counter x CPU time of the part / packets that came back, where its core "
        "is the limit",
        "windows": {part: [_window(one) for one in found] for part, found in windows.items()},
        "pace-us": round(median(result.paces_us), 2),
        "pace-us-most": round(max(result.paces_us), 2),
    }
    if result.line_pps:
        kept["line-mpps"] = round(result.line_pps / 1e6, 4)
    if result.stages:
        kept["stages"] = {part: round(each, 2) for part, each in result.stages.items()}
    if result.ratio is not None:
        kept["above-io-to-l3fwd"] = round(result.ratio, 3)
    return kept
