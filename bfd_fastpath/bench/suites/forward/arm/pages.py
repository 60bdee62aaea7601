# SPDX-License-Identifier: Apache-2.0
"""What people and programs read of a run by one arm."""

from statistics import median
from typing import Any

from rich.table import Table

from bfd_fastpath.bench.suites.forward.arm.result import Result
from bfd_fastpath.bench.suites.forward.arm.rows import detail, name


def table(result: Result) -> Table:
    caption = [f"of {result.ports[0]} from {result.ports[1]}"]
    if result.ratio is not None:
        caption.append(f"ours / l3fwd above io: {result.ratio:.2f}")
    if result.doubt:
        caption.append(f"no verdict: {result.doubt}")
    if result.windows:
        caption.append(f"the source sent {result.source_pps / 1e6:.2f} Mpps at the most")
    if result.line_pps:
        caption.append(f"the wire carries {result.line_pps / 1e6:.2f} Mpps")
    caption += [f"{part}: {reason}" for part, reason in result.absent.items()]
    made = Table(title=name(result.row), caption="\n".join(caption), caption_justify="left")
    made.add_column("")
    for heading in ("Mpps", "min - max", "sent", "of its core", "cycles", "above io"):
        made.add_column(heading, justify="right")
    made.add_column("bound by")
    for part, windows in result.windows.items():
        rates, cycles, above = sorted(result.rates(part)), result.cycles(part), result.above(part)
        made.add_row(
            part,
            f"{median(rates) / 1e6:.2f}",
            f"{rates[0] / 1e6:.2f} - {rates[-1] / 1e6:.2f}",
            f"{median(one.sent_pps for one in windows) / 1e6:.2f}",
            f"{median(one.busy for one in windows):.0%}",
            f"{median(cycles):.1f}" if cycles is not None else "",
            f"{above.middle:.1f}" if above is not None else "",
            result.limit(part).value,
        )
    return made


def as_json(result: Result) -> dict[str, Any]:
    return {
        "name": name(result.row),
        "ports": list(result.ports),
        "tsc-hz": round(result.hz),
        "mpps": {part: [round(pps / 1e6, 4) for pps in result.rates(part)] for part in result.windows},
        "absent": {part: str(reason) for part, reason in result.absent.items()},
        "doubt": result.doubt,
        "goal": result.goal,
        **detail(result),
    }
