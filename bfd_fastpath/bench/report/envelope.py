# SPDX-License-Identifier: Apache-2.0
"""The envelope of sessions: which numbers of them are held at which interval, beside the prediction and
others."""

from collections.abc import Mapping, Sequence
from typing import Any

from bfd_fastpath.bench.document import Row
from bfd_fastpath.bench.prediction import sessions_held
from bfd_fastpath.bench.processor import processor_of
from bfd_fastpath.bench.report import heat
from bfd_fastpath.bench.report.numbers import number
from bfd_fastpath.bench.report.plot import Plot, name_of
from bfd_fastpath.bench.report.svg import Picture


def is_envelope(row: Row) -> bool:
    """A cell of it."""
    asked = (row.parameters.get("sessions"), row.parameters.get("interval-ms"))
    return (
        "held" in row.detail
        and row.unit == "false-downs"
        and all(isinstance(one, int | float) and one > 0 for one in asked)
    )


def envelope(suite: str, rows: Sequence[Row], every: Sequence[Row], machine: Mapping[str, Any]) -> Plot:
    """every: all rows of the suite, those that say what others held among them."""
    cells = {}
    for row in rows:
        held = bool(row.detail["held"])
        downs = row.ours.median
        # Sessions that did not come up were not watched.
        up = row.parameters.get("seconds") != 0
        words = (
            "held" if held else f"{number(downs)} Downs" if up and downs else "not held" if up else "not up"
        )
        sessions, interval = int(row.parameters["sessions"]), float(row.parameters["interval-ms"])
        rate = sessions / interval * 1000
        load = f"{_rate(rate)} hellos/s"
        tip = f"{row.name}: {words}. {row.detail.get('reason') or ''}".strip()
        cells[sessions, interval] = heat.Cell(held, words, load, rate, tip)
    text = "; ".join(
        f"{sessions:,} at {interval:g} ms: {cell.words}" for (sessions, interval), cell in cells.items()
    )
    intervals = sorted({interval for _, interval in cells})
    processor = processor_of(machine)
    predicted = heat.Line("predicted", {one: f"{sessions_held(one, processor):,}" for one in intervals})
    picture = Picture(name_of(suite, "envelope"), "How many sessions are held, by interval", text)
    heat.draw(picture, cells, [predicted, *_rivals_held(every)])
    caption = (
        "Held: no session went Down without a detection time of silence. Predicted: the most that a core of "
        "this machine carries (docs/scaling.md)."
    )
    return Plot(suite, picture, caption)


def _rivals_held(rows: Sequence[Row]) -> list[heat.Line]:
    """The most that others held, by interval."""
    found: dict[str, dict[float, str]] = {}
    for row in rows:
        if row.unit == "sessions" and "interval-ms" in row.parameters:
            for name, figure in row.peers.items():
                found.setdefault(name, {})[float(row.parameters["interval-ms"])] = f"{figure.median:,.0f}"
    return [heat.Line(name, texts) for name, texts in found.items()]


def _rate(value: float) -> str:
    return number(value) if value >= 1e6 else f"{value / 1000:.3g} k" if value >= 1000 else f"{value:.0f}"
