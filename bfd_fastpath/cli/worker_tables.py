# SPDX-License-Identifier: Apache-2.0
"""What `show workers` prints for people, from the JSON that the daemon answers with."""

from typing import Any

from bfd_fastpath.cli.table import interval, table

_NUMBERS = ("TURNS", "BUSY", "SLEEPS", "LONGEST GAP", "RECEIVED", "FORWARDED", "HANDED OVER")


def workers(result: Any) -> str:
    rows = [
        (
            one["worker"],
            "-" if one["cpu"] is None else one["cpu"],
            one["turns"],
            one["busy-turns"],
            one["sleeps"],
            interval(one["poll-gap-max"]),
            one["received"],
            one["forwarded"],
            one["handed-over"],
        )
        for one in result["workers"]
    ]
    parts = [table(("WORKER", "CPU", *_NUMBERS), rows, right=_NUMBERS)]
    for one in result["workers"]:
        found = _stages(one) + gaps(one)
        parts += [f"\nworker {one['worker']}:", *found] if found else []
    return "\n".join(parts)


def _stages(worker: Any) -> list[str]:
    """Cycles by stage, or nothing where no packet was timed."""
    rows = [
        (stage["name"], stage["cycles-per-packet"], stage["packets"])
        for stage in worker["stages"]
        if stage["packets"]
    ]
    columns = ("CYCLES A PACKET", "PACKETS TIMED")
    return [table(("STAGE", *columns), rows, right=columns)] if rows else []


def gaps(worker: Any) -> list[str]:
    """The histogram of poll gaps, or nothing where there was none."""
    found = [(bucket["below"], bucket["count"]) for bucket in worker["poll-gaps"] if bucket["count"]]
    if not found:
        return []
    buckets = [(f"< {interval(below)}" if below else "longer", count) for below, count in found]
    return [table(("POLL GAP", "TIMES"), buckets, right=("TIMES",))]
