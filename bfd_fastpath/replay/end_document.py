# SPDX-License-Identifier: Apache-2.0
"""The report of being one end as the JSON key "as": RFC 9314's names, times and intervals in microseconds."""

from __future__ import annotations

from typing import Any

from bfd_fastpath.nhib.observation import diagnostic_name
from bfd_fastpath.replay.end_report import (
    ChangePair,
    EndReport,
    EndSession,
    Moment,
    Said,
    SaidPair,
    Silence,
    Taken,
)
from bfd_fastpath.replay.end_track import state_name


def document(report: EndReport) -> dict[str, Any]:
    """The same report gives the same document. `t-us` counts from the capture's first packet."""
    start_ns = report.start_ns
    return {
        "address": str(report.address),
        "interface": report.port,
        "seed": report.seed,
        "backwards": report.backwards,
        "received": report.received,
        "refused": dict(report.refused),
        "cut-off": report.cut_off,
        "sent": report.sent,
        "sessions": [_session(one, start_ns) for one in report.sessions],
        "not-played": [
            {
                "index": one.index,
                "dest-addr": str(one.peer),
                "path-type": one.path_type,
                "reason": one.reason,
                "text": one.text,
            }
            for one in report.not_played
        ],
        "told": None
        if report.told is None
        else [
            {**_time(one.time_ns, start_ns), "address": str(one.address), "state": one.state}
            for one in report.told
        ],
        "told-omitted": report.told_omitted,
        "out": {"file": report.out, "packets": report.out_packets} if report.out is not None else None,
        "bgp-out": {"file": report.bgp_out, "packets": report.bgp_packets}
        if report.bgp_out is not None
        else None,
        "notes": list(report.notes),
    }


def _session(one: EndSession, start_ns: int) -> dict[str, Any]:
    halt = one.halt
    return {
        "index": one.index,
        "dest-addr": str(one.peer),
        "vlan": one.vlan,
        "same": one.same,
        "taken-over": [_taken(taken, start_ns) for taken in one.taken],
        "state-changes": [_change(pair, start_ns) for pair in one.changes],
        "omitted": one.omitted,
        "downs": [_down(pair, start_ns) for pair in one.changes if pair.is_down],
        "timers": [_timers(pair) for pair in one.said],
        "at-the-end": {
            "recorded": None
            if halt.recorded is None or halt.recorded_last_ns is None
            else {
                "state": state_name(halt.recorded),
                "diagnostic": diagnostic_name(halt.recorded_diagnostic or 0),
                "last": _time(halt.recorded_last_ns, start_ns),
            },
            "ours": {"state": state_name(halt.ours), "diagnostic": diagnostic_name(halt.our_diagnostic)},
        },
        "packets": {"received": one.received, "recorded": one.recorded, "sent": one.sent},
        "notes": list(one.notes),
    }


def _time(time_ns: int, start_ns: int) -> dict[str, int]:
    return {"time-us": time_ns // 1000, "t-us": (time_ns - start_ns) // 1000}


def microseconds(nanoseconds: int) -> int:
    """Rounded towards zero, so that early and late look alike."""
    return int(nanoseconds / 1000)


def _taken(taken: Taken, start_ns: int) -> dict[str, Any]:
    return {
        "packet": taken.packet,
        **_time(taken.time_ns, start_ns),
        "state": state_name(taken.state),
        "local-discriminator": taken.local_discriminator,
        "remote-discriminator": taken.remote_discriminator,
        "source-port": taken.source_port,
        "why": taken.why,
    }


def _change(pair: ChangePair, start_ns: int) -> dict[str, Any]:
    offset_ns = pair.offset_ns
    return {
        "outcome": pair.outcome.value,
        "to": state_name(pair.new),
        "recorded": _moment(pair.recorded, start_ns),
        "ours": _moment(pair.ours, start_ns),
        "offset-us": None if offset_ns is None else microseconds(offset_ns),
        "tolerance-us": pair.tolerance_us,
        "differs": list(pair.differs),
    }


def _moment(moment: Moment | None, start_ns: int) -> dict[str, Any] | None:
    if moment is None:
        return None
    packet = {} if moment.packet is None else {"packet": moment.packet}
    return {
        **packet,
        **_time(moment.time_ns, start_ns),
        "from": state_name(moment.old),
        "diagnostic": diagnostic_name(moment.diagnostic),
    }


def _down(pair: ChangePair, start_ns: int) -> dict[str, Any]:
    offset_ns = pair.offset_ns
    return {
        "recorded": _declared(pair.recorded, start_ns),
        "ours": _declared(pair.ours, start_ns),
        "difference-us": None if offset_ns is None else microseconds(offset_ns),
    }


def _declared(moment: Moment | None, start_ns: int) -> dict[str, Any] | None:
    if moment is None:
        return None
    silence = moment.silence or Silence(None, 0)
    last_ns, expires_ns = silence.last_hello_ns, silence.expires_ns
    return {
        **(_moment(moment, start_ns) or {}),
        "last-hello-time-us": None if last_ns is None else last_ns // 1000,
        "detection-time": silence.detection_time_us,
        "after-expiry-us": None if expires_ns is None else microseconds(moment.time_ns - expires_ns),
    }


def _timers(pair: SaidPair) -> dict[str, Any]:
    recorded, ours = _said(pair.recorded), _said(pair.ours)
    differs = [] if recorded is None or ours is None else [key for key in ours if ours[key] != recorded[key]]
    return {"while": "up" if pair.up else "not-up", "recorded": recorded, "ours": ours, "differs": differs}


def _said(said: Said | None) -> dict[str, int] | None:
    if said is None:
        return None
    return {
        "local-multiplier": said.local_multiplier,
        "desired-min-tx-interval": said.desired_min_tx_us,
        "required-min-rx-interval": said.required_min_rx_us,
        "required-min-echo-rx-interval": said.required_min_echo_rx_us,
    }
