# SPDX-License-Identifier: Apache-2.0
"""The report of being one end as lines for people."""

from __future__ import annotations

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.nhib.observation import Diagnostic, diagnostic_name
from bfd_fastpath.replay.end_report import ChangePair, EndReport, EndSession, Moment, Outcome, Said, SaidPair
from bfd_fastpath.replay.end_track import state_name

_OUTCOMES = {
    Outcome.SAME: "same",
    Outcome.DIFFERS: "DIFFERS",
    Outcome.ONLY_RECORDED: "ONLY RECORDED",
    Outcome.ONLY_OURS: "ONLY OURS",
}
#: State changes that are printed for one session.
_MOST = 40


def lines(report: EndReport) -> list[str]:
    """No line ends in a line feed; times are seconds since the capture's first packet."""
    found = [
        f"As {report.address} (port {report.port}, seed {report.seed}): "
        f"{_many(len(report.sessions), 'session')} played, "
        f"{_many(report.received, 'packet')} received, {report.sent} sent"
    ]
    if report.refused:
        drops = ", ".join(f"{name} {count}" for name, count in report.refused)
        found.append(f"  refused by the engine: {drops}")
    if report.cut_off:
        found.append(f"  not handed to the engine, because the capture cut them off: {report.cut_off}")
    if report.backwards:
        found.append(f"  stamps that ran backwards, taken as the one before: {report.backwards}")
    for session in report.sessions:
        found += ["", *_session(session, report.start_ns)]
    if report.not_played:
        found += ["", "Not played:"]
        found += [f"  session {one.index} with {one.peer}: {one.text}" for one in report.not_played]
    if report.told is not None:
        found += ["", *_told(report)]
    for file, packets, what in (
        (report.out, report.out_packets, "what we would have sent"),
        (report.bgp_out, report.bgp_packets, "the BGP session"),
    ):
        if file is not None:
            found.append(f"{file}: {what}, {_many(packets, 'packet')}")
    return found + [f"Note: {note}" for note in report.notes]


def _session(session: EndSession, start_ns: int) -> list[str]:
    tag = f", VLAN {session.vlan}" if session.vlan else ""
    if session.halt.recorded is None:
        verdict = "the recorded end was not captured"
    else:
        verdict = "states as recorded" if session.same else "states differ from the recorded ones"
    found = [f"  Session {session.index} with {session.peer}{tag}: {verdict}"]
    for taken in session.taken:
        name = "its own" if taken.local_discriminator is None else str(taken.local_discriminator)
        found.append(
            f"    {_seconds(taken.time_ns - start_ns)}  {state_name(taken.state)} from packet {taken.packet} "
            f"on, discriminator {name}: {taken.why}"
        )
    found += [_change(pair, start_ns) for pair in session.changes[:_MOST]]
    more = max(0, len(session.changes) - _MOST) + session.omitted
    if more:
        found.append(f"    and {_many(more, 'more change')} (--json has them)")
    found += [f"    {_timers(pair)}" for pair in session.said]
    found.append(
        f"    packets: {session.received} received, {session.sent} sent; "
        f"the recorded end sent {session.recorded}"
    )
    return found + [f"    note: {note}" for note in session.notes]


def _change(pair: ChangePair, start_ns: int) -> str:
    one = pair.recorded or pair.ours
    assert one is not None
    text = f"    {_seconds(one.time_ns - start_ns)}  {state_name(pair.new):10}"
    if pair.recorded is not None:
        text += f" packet {pair.recorded.packet}"
    if pair.offset_ns is not None:
        text += f", ours {pair.offset_ns / 1e6:+.3f} ms"
    text += f": {_OUTCOMES[pair.outcome]}"
    if pair.differs:
        text += f" in {' and '.join(pair.differs)}"
    if pair.new in (BfdState.DOWN, BfdState.ADMIN_DOWN):
        text += f" ({'; '.join(_who(pair))})"
    return text


def _who(pair: ChangePair) -> list[str]:
    return [
        f"{name}: {diagnostic_name(moment.diagnostic)}{_expiry(moment)}"
        for name, moment in (("recorded", pair.recorded), ("ours", pair.ours))
        if moment is not None
    ]


def _expiry(moment: Moment) -> str:
    expired = moment.diagnostic == Diagnostic.CONTROL_EXPIRY
    if not expired or moment.silence is None or moment.silence.expires_ns is None:
        return ""
    late_ms = (moment.time_ns - moment.silence.expires_ns) / 1e6
    detection_ms = moment.silence.detection_time_us / 1000
    return f", {late_ms:+.3f} ms to last hello + {detection_ms:g} ms"


def _timers(pair: SaidPair) -> str:
    state = "while up" if pair.up else "while not up"
    if pair.recorded == pair.ours and pair.ours is not None:
        return f"timers {state}: {_said(pair.ours)}, both"
    recorded = _said(pair.recorded) if pair.recorded is not None else "nothing"
    ours = _said(pair.ours) if pair.ours is not None else "nothing"
    return f"timers {state}: recorded {recorded}; ours {ours}"


def _said(said: Said) -> str:
    text = (
        f"{said.local_multiplier} x {said.desired_min_tx_us / 1000:g} ms, "
        f"receives at {said.required_min_rx_us / 1000:g} ms"
    )
    if said.required_min_echo_rx_us:
        text += f", echo at {said.required_min_echo_rx_us / 1000:g} ms"
    return text


def _told(report: EndReport) -> list[str]:
    told = report.told or ()
    if not told:
        return ["  The route server would have been told nothing of these next hops."]
    found = ["  The route server would have been told:"]
    found += [
        f"    {_seconds(one.time_ns - report.start_ns)}  {one.address} is {one.state}" for one in told[:_MOST]
    ]
    more = max(0, len(told) - _MOST) + report.told_omitted
    if more:
        found.append(f"    and {_many(more, 'more statement')} (--json has them)")
    return found


def _seconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e9:12.6f} s"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
