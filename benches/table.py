# SPDX-License-Identifier: Apache-2.0
"""The one table of a bench run: rates with their spread, beside the goal and the limit of that run."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from rich.table import Table

from benches.goals import ROWS, Row
from bfd_fastpath.bench.rate import rate


def _met(row: Row, middle: float, ratio: float | None) -> str:
    if row.goal:
        return "yes" if middle >= row.goal else "no"
    if row.ratio and ratio is not None:
        return "yes" if ratio >= row.ratio else "no"
    return ""


def _cells(row: Row, result: Mapping[str, Any]) -> tuple[str, ...]:
    extra = result["extra_info"]
    rates = [extra["operations"] / seconds for seconds in result["stats"]["data"]]
    middle = median(rates)
    limit = extra.get("limit_rates")
    ratio = median(ours / theirs for ours, theirs in zip(rates, limit, strict=True)) if limit else None
    return (
        row.operation,
        rate(middle),
        f"{rate(min(rates))} - {rate(max(rates))}",
        rate(row.goal) if row.goal else f"{row.ratio:.3g} x" if row.ratio else "",
        _met(row, middle, ratio),
        f"{ratio:.3g} x {extra['limit']} ({rate(median(limit))})" if ratio is not None else "",
    )


def build(results: Iterable[Mapping[str, Any]]) -> Table:
    """results: the `benchmarks` list of pytest-benchmark's JSON. Benches that did not run are left out."""
    by_name = {result["name"].removeprefix("test_"): result for result in results}
    table = Table(title="Operations a second on one core: median of interleaved windows")
    for heading in ("operation", "median", "min - max", "goal", "met", "against, in the same run"):
        table.add_column(
            heading, justify="left" if heading in ("operation", "against, in the same run") else "right"
        )
    for row in ROWS:
        if row.bench in by_name:
            table.add_row(*_cells(row, by_name[row.bench]))
    return table
