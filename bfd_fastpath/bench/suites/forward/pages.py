# SPDX-License-Identifier: Apache-2.0
"""What people and programs read of a run."""

from typing import Any

from rich.table import Table

from bfd_fastpath.bench.suites.forward.result import Result


def table(result: Result) -> Table:
    ratio = "" if result.ratio is None else f"ours / l3fwd above io: {result.ratio:.2f}"
    goal = "" if result.goal is None else f", goal {result.goal:g}"
    caption = [f"{ratio}{goal}: {result.verdict}" if result.verdict else ratio]
    if result.stages:
        stages = ", ".join(f"{name} {cycles:.1f}" for name, cycles in result.stages.items())
        caption.append(f"ours by stage, cycles a packet: {stages}")
    left_out = f", {result.left_out} turns left out in which it had another" if result.left_out else ""
    caption.append(f"the core's pace: {result.pace_us:.1f} us for fixed work{left_out}")
    caption += [f"{name}: {reason}" for name, reason in result.absent.items()]
    caption += [f"ours dropped {count:,} as {name}" for name, count in result.drops.items()]
    made = Table(title=result.row.text, caption="\n".join(caption), caption_justify="left")
    made.add_column("")
    for heading in ("Mpps", "cycles", "min - max", "above io", "min - max", "quartiles apart"):
        made.add_column(heading, justify="right")
    for name in result.windows:
        cycles, above = sorted(result.cycles(name)), result.above(name)
        cells = [
            f"{result.rate(name) / 1e6:.1f}" + ("" if result.believed(name) else " (not believed)"),
            f"{result.hz / result.rate(name):.1f}",
            f"{cycles[0]:.1f} - {cycles[-1]:.1f}",
        ]
        if above is not None:
            cells += [f"{above.middle:.1f}", f"{above.least:.1f} - {above.most:.1f}", f"{above.spread:.1f}"]
        made.add_row(name, *cells)
    return made


def as_json(result: Result) -> dict[str, Any]:
    row = result.row
    parts: dict[str, Any] = {}
    for name, windows in result.windows.items():
        above = result.above(name)
        parts[name] = {
            "ns-a-packet": [round(ns, 3) for ns in windows.ns],
            "cycles-above-io": None if above is None else round(above.middle, 2),
            "spread": None if above is None else round(above.spread, 2),
        }
    return {
        "family": row.family,
        "size": row.size or "imix",
        "routes": row.routes,
        "destinations": row.destinations,
        "next-hops": row.next_hops,
        "bfd-sessions": row.sessions,
        "tsc-hz": round(result.hz),
        "parts": parts,
        "absent": {name: str(error) for name, error in result.absent.items()},
        "drops": result.drops,
        "stage-cycles": {name: round(cycles, 2) for name, cycles in result.stages.items()},
        "pace-us": round(result.pace_us, 2),
        "turns-left-out": result.left_out,
        "ratio": None if result.ratio is None else round(result.ratio, 3),
        "goal": result.goal,
        "verdict": result.verdict,
    }
