# SPDX-License-Identifier: Apache-2.0
"""The answer of whatif.py written down: the value of "what-if" in a replay's JSON, and a table for people."""

from collections.abc import Iterable, Sequence
from typing import Any

from bfd_fastpath.replay.whatif import FalseDown, Judged, Result, Row, Setting, Span, WhatIf
from bfd_fastpath.replay.whatif_evidence import Evidence, Pace

NOT_KNOWABLE = (
    "not knowable from this capture: with hellos closer together than the recorded ones, nobody knows which "
    "would have been lost"
)
_HEADERS = ("interval", "multiplier", "detection", "caught", "against the recorded Down", "false Downs")
_RIGHT = 3


def document(answer: WhatIf) -> dict[str, Any]:
    """The value of "what-if": names as in RFC 9314, intervals and times in microseconds."""
    known = {one.session: one for one in answer.evidence}
    return {
        "sessions": [_evidence(one) for one in answer.evidence],
        "table": [_row(row, answer, known) for row in answer.rows],
        "set": [_setting(one, answer, known) for one in answer.settings],
        "not-judged": [
            {"session": one.session, "packet": one.packet, "reason": one.reason} for one in answer.unjudged
        ],
        "holes": answer.holes,
        "omitted": answer.omitted,
    }


def _evidence(session: Evidence) -> dict[str, Any]:
    return {
        "session": session.session,
        "outages": len(session.losses),
        "endpoints": [
            {"address": str(address), **_pace(pace)}
            for address, pace in zip(session.addresses, session.paces, strict=True)
        ],
    }


def _pace(pace: Pace | None) -> dict[str, Any]:
    return {
        "interval": pace.interval_ns // 1000 if pace else None,
        "local-multiplier": pace.multiplier if pace else None,
        "detection-time": pace.detection_ns // 1000 if pace else None,
    }


def _row(row: Row, answer: WhatIf, known: dict[int, Evidence]) -> dict[str, Any]:
    fixed = row.interval_ns is not None and row.multiplier is not None
    return {
        "interval": row.interval_ns // 1000 if row.interval_ns is not None else None,
        "interval-factor": float(row.factor) if row.interval_ns is None else None,
        "local-multiplier": row.multiplier,
        "detection-time": (row.interval_ns or 0) * (row.multiplier or 0) // 1000 if fixed else None,
        "recorded": row.recorded,
        **_result(row.result, answer, known),
    }


def _setting(setting: Setting, answer: WhatIf, known: dict[int, Evidence]) -> dict[str, Any]:
    return {
        "session": setting.session,
        "endpoints": [
            {"address": str(address), "recorded": _pace(before), "set": _pace(after)}
            for address, before, after in zip(
                known[setting.session].addresses, setting.recorded, setting.chosen, strict=True
            )
        ],
        **_result(setting.result, answer, known),
    }


def _result(result: Result, answer: WhatIf, known: dict[int, Evidence]) -> dict[str, Any]:
    return {
        "outages": result.outages,
        "caught": result.caught,
        "ridden-out": result.ridden_out,
        "down-anyhow": result.down_anyhow,
        "undecided": result.undecided,
        "sooner-us": _span(result.sooner),
        "false-downs": result.false_downs,
        "false-downs-reason": NOT_KNOWABLE if result.false_downs is None else None,
        "judged": [_judged(one, answer) for one in result.judged],
        "false": [_false(one, answer, known) for one in result.false],
    }


def _judged(one: Judged, answer: WhatIf) -> dict[str, Any]:
    return {
        "session": one.loss.session,
        "packet": one.loss.packet,
        "outcome": str(one.outcome),
        "recorded-t-us": _since(Span(one.loss.down_least_ns, one.loss.down_ns), answer),
        "t-us": _since(one.down, answer),
        "sooner-us": _span(one.sooner),
    }


def _false(one: FalseDown, answer: WhatIf, known: dict[int, Evidence]) -> dict[str, Any]:
    pause = one.pause
    return {
        "session": pause.session,
        "packet": pause.packet,
        "endpoint": str(known[pause.session].addresses[pause.sender]),
        "t-us": (pause.start_ns + one.detection_ns - answer.start_ns) // 1000,
        "gap-us": pause.gap_ns // 1000,
        "detection-time-us": one.detection_ns // 1000,
    }


def _since(span: Span | None, answer: WhatIf) -> dict[str, int] | None:
    """Times since the capture's first packet."""
    return _span(Span(span.least_ns - answer.start_ns, span.most_ns - answer.start_ns)) if span else None


def _span(span: Span | None) -> dict[str, int] | None:
    return {"least": span.least_ns // 1000, "most": span.most_ns // 1000} if span else None


def lines(answer: WhatIf) -> list[str]:
    """A table for people, a line a row, with what it does not say below."""
    if not answer.rows:
        return [
            "What if: no session had both ends Up in this capture, so there is nothing to judge other timers "
            "on."
        ]
    outages = sum(len(session.losses) for session in answer.evidence)
    cells = [_HEADERS, *(_cells(row) for row in answer.rows)]
    found = [
        f"What if: {_count(outages, 'outage')} judged with other timers of the hellos (* as recorded)",
        "",
        *_aligned(cells),
    ]
    for setting in answer.settings:
        found += ["", *_setting_lines(setting, answer)]
    notes = list(_notes(answer))
    return [*found, "", *notes] if notes else found


def _cells(row: Row) -> tuple[str, ...]:
    interval = f"recorded x {float(row.factor):g}" if row.interval_ns is None else _time(row.interval_ns)
    multiplier = "recorded" if row.multiplier is None else str(row.multiplier)
    detection = "-"
    if row.interval_ns is not None and row.multiplier is not None:
        detection = _time(row.interval_ns * row.multiplier)
    return (interval + (" *" if row.recorded else ""), multiplier, detection, *_verdict(row.result))


def _verdict(result: Result) -> tuple[str, str, str]:
    caught = f"{result.caught} of {result.outages}"
    if result.undecided:
        caught += f" ({result.undecided} undecided)"
    false = "not knowable" if result.false_downs is None else str(result.false_downs)
    return caught, _difference(result.sooner), false


def _difference(span: Span | None) -> str:
    if span is None:
        return "-"
    least, most = span.least_ns, span.most_ns
    if least == most == 0:
        return "at the same time"
    if least >= 0:
        return f"{_range(least, most)} sooner"
    if most <= 0:
        return f"{_range(-most, -least)} later"
    return f"{_time(-least)} later to {_time(most)} sooner"


def _range(low: int, high: int) -> str:
    return _time(low) if _time(low) == _time(high) else f"{_time(low)} to {_time(high)}"


def _setting_lines(setting: Setting, answer: WhatIf) -> list[str]:
    addresses = next(one.addresses for one in answer.evidence if one.session == setting.session)
    result = setting.result
    caught, difference, false = _verdict(result)
    told = [
        f"  hellos of {address}: {_hellos(after)} instead of {_hellos(before)}"
        for address, before, after in zip(addresses, setting.recorded, setting.chosen, strict=True)
        if before is not None and after is not None and before != after
    ]
    when = f", {difference}" if result.caught else ""
    return [
        f"Session {setting.session} with what was set:",
        *(told or ["  nothing that was negotiated changes"]),
        f"  outages caught: {caught}{when}; false Downs: {false}",
    ]


def _hellos(pace: Pace) -> str:
    return f"{_time(pace.interval_ns)} x {pace.multiplier}"


def _notes(answer: WhatIf) -> Iterable[str]:
    results = [row.result for row in answer.rows] + [one.result for one in answer.settings]
    if any(result.false_downs is None for result in results):
        yield f"False Downs are {NOT_KNOWABLE}."
    if any(result.undecided for result in results):
        yield "Undecided: the capture does not show whether the hellos were back in time."
    for one in answer.unjudged:
        yield f"Not judged: the outage of session {one.session} at packet {one.packet}, since {one.reason}."
    if answer.holes:
        yield (
            f"{_count(answer.holes, 'gap')} beyond the recorded detection time after which nobody went Down: "
            "the capture missed those hellos, so they count for nothing."
        )
    if answer.omitted:
        yield (
            f"{_count(answer.omitted, 'gap')} not listed in the story: counts of false Downs are at least so "
            "many."
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _time(time_ns: int) -> str:
    """With four digits that matter: "37.5 ms", "1 s"."""
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if abs(time_ns) >= scale:
            return f"{time_ns / scale:.4g} {unit}"
    return f"{time_ns} ns" if time_ns else "0 ms"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            text.rjust(width) if 0 < at < _RIGHT else text.ljust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
