# SPDX-License-Identifier: Apache-2.0
"""What people and programs read of a run: tables, and JSON with the names of RFC 9314 where it has any."""

import os
from typing import Any

from rich.table import Table

from bfd_fastpath.bench.gaps import Gaps, duration
from bfd_fastpath.bench.rate import rate
from bfd_fastpath.bench.suites.envelope.daemons import Flapped
from bfd_fastpath.bench.suites.envelope.detect import Detected
from bfd_fastpath.bench.suites.envelope.hold import Held


def held_table(rows: list[Held]) -> Table:
    apart = rows[0].wanted.far_end if rows else None
    where = "on the other" if apart is None else f"at {apart}"
    cable = (" and ".join(rows[0].wanted.ports) if rows else "") or "memory link"
    table = Table(title=f"Sessions held, engine on one core, far end {where}, {cable}")
    for heading in (
        *("sessions", "interval", "verdict", "held for", "false Downs", "far end's", "deferred"),
        *("sent/s", "received/s", "engine's gaps p99.9 / max", "far end's gaps"),
    ):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            f"{row.wanted.sessions:,}",
            f"{duration(row.wanted.interval_us * 1000)} x {row.wanted.multiplier}",
            row.verdict,
            f"{row.seconds:.0f} s" if row.seconds else row.reason,
            *(str(count) for count in (row.false_downs, row.far_downs, row.deferred)),
            *(rate(row.tx_pps), rate(row.rx_pps)),
            *(str(row.engine_gaps), str(row.far_gaps)),
        )
    return table


def detected_table(row: Detected) -> Table:
    wanted = row.wanted
    table = Table(
        title=f"Down after the last hello and {duration(wanted.detection_us * 1000)}: {row.seen:,} of "
        f"{row.silenced:,} silenced ends among {wanted.sessions:,} sessions seen, {row.others} other Downs"
    )
    for heading in ("later by", "p50", "p99", "p99.9", "max"):
        table.add_column(heading, justify="right")
    table.add_row("all", *(duration(value) for value in row.overshoot_ns.values()))
    table.add_row("beyond our own poll gap", *(duration(value) for value in row.beyond_gap_ns.values()))
    table.add_row("after it was heard", *(duration(value) for value in row.after_heard_ns.values()))
    table.caption = f"poll gaps p99.9 / max: engine {row.engine_gaps}, far end {row.far_gaps}"
    return table


def daemons_table(rows: list[Flapped]) -> Table:
    table = Table(title="The same intervals over veth, each speaker on one core, its far end on the other")
    for heading in ("speaker", "interval", "sessions held", "not held", "how that failed"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row.speaker,
            f"{duration(row.interval_us * 1000)} x 3",
            f"{row.most:,}" if row.most else "none",
            f"{row.least_not:,}" if row.least_not else "",
            row.reason,
        )
    return table


def machine() -> dict[str, Any]:
    """What else ran on it."""
    return {"cpus": os.cpu_count(), "load": list(os.getloadavg())}


def held_json(row: Held) -> dict[str, Any]:
    return {
        "sessions": row.wanted.sessions,
        "interval-us": row.wanted.interval_us,
        "multiplier": row.wanted.multiplier,
        "verdict": row.verdict,
        "held": row.held,
        "seconds": round(row.seconds, 3),
        "up-after-seconds": round(row.up_after_s, 3),
        "false-downs": row.false_downs,
        "far-end-downs": row.far_downs,
        "deferred": row.deferred,
        "sent-pps": round(row.tx_pps),
        "received-pps": round(row.rx_pps),
        "missed": row.missed[0],
        "far-end-missed": row.missed[1],
        "engine": gaps_json(row.engine_gaps),
        "far-end": gaps_json(row.far_gaps),
        "far-end-sent-late-us-log2": list(row.far_late_us_log2),
        "far-end-at": "" if row.wanted.far_end is None else str(row.wanted.far_end),
        "far-end-look-max-us": round(row.look_max_ns / 1000, 1),
        "reason": row.reason,
    }


def detected_json(row: Detected) -> dict[str, Any]:
    return {
        "sessions": row.wanted.sessions,
        "interval-us": row.wanted.interval_us,
        "multiplier": row.wanted.multiplier,
        "silenced": row.silenced,
        "seen": row.seen,
        "other-downs": row.others,
        "overshoot-ns": _named(row.overshoot_ns) | {"min": round(row.least_ns)},
        "beyond-poll-gap-ns": _named(row.beyond_gap_ns),
        "after-heard-ns": _named(row.after_heard_ns),
        "engine": gaps_json(row.engine_gaps),
        "far-end": gaps_json(row.far_gaps),
    }


def daemon_json(row: Flapped) -> dict[str, Any]:
    return {
        "speaker": row.speaker,
        "interval-us": row.interval_us,
        "held": row.most,
        "not-held": row.least_not,
        "reason": row.reason,
    }


def gaps_json(gaps: Gaps) -> dict[str, Any]:
    return {"poll-gap-max-us": round(gaps.max_ns / 1000, 1), "poll-gap-us-log2": list(gaps.us_log2)}


def _named(shares: dict[float, float]) -> dict[str, int]:
    return {"max" if share == 1 else f"p{share * 100:g}": round(value) for share, value in shares.items()}
