# SPDX-License-Identifier: Apache-2.0
"""The story of a capture as one JSON object: RFC 9314's names, intervals and times in microseconds.
docs/replay.md explains every key. Pure.
"""

from collections.abc import Iterable
from typing import Any

from pydp.replay.happenings import Happening, Timers
from pydp.replay.outages import Outage
from pydp.replay.records import Echo, End, Fault, FileFault, Gaps, Interface, Session, Story

Document = dict[str, Any]


def document(story: Story) -> Document:
    """The same story gives the same document. `time-us` counts from the epoch, `t-us` from the capture's
    first packet.
    """
    totals = story.totals
    return {
        "file": story.path.encode(errors="surrogateescape").decode(errors="replace"),
        "format": str(totals.format),
        "compressed": story.compressed,
        "packets": story.packets,
        "start-time-us": story.start_ns // 1000 if story.packets else None,
        "end-time-us": story.end_ns // 1000 if story.packets else None,
        "duration-us": (story.end_ns - story.start_ns) // 1000,
        "bfd": {
            "control": totals.single_hop + totals.multihop,
            "single-hop": totals.single_hop,
            "multihop": totals.multihop,
            "micro": totals.micro,
            "s-bfd": totals.sbfd,
            "echo": totals.echo,
            "malformed": totals.malformed,
            "snapped": totals.snapped,
            "unfollowed": totals.unfollowed,
            "echo-unfollowed": totals.echo_unfollowed,
        },
        "other": {
            "arp": totals.arp,
            "icmp": totals.icmp,
            "icmp6": totals.icmp6,
            "tcp": totals.tcp,
            "udp": totals.udp,
            "other-ip": totals.other_ip,
            "fragments": totals.fragments,
            "malformed-ip": totals.malformed_ip,
            "other-ethertype": totals.other_ethertype,
            "unknown-link-type": totals.unknown_link,
        },
        "capture": {
            "interfaces": [_interface(one) for one in story.interfaces],
            "dropped": totals.dropped,
            "backwards": totals.backwards,
            "without-time": totals.without_time,
            "gaps-unmeasured": totals.unmeasured,
            "fault": None if story.fault is None else _file_fault(story.fault),
        },
        "faults": [_fault(one, story.start_ns) for one in story.faults],
        "omitted": {
            "faults": story.omitted.faults,
            "state-changes": story.omitted.state_changes,
            "late": story.omitted.late,
            "outages": story.omitted.outages,
            "other": story.omitted.other,
        },
        "sessions": [_session(one, story.start_ns) for one in story.sessions],
        "echo": [_echo(one) for one in story.echoes],
    }


def _interface(one: Interface) -> Document:
    return {
        "name": one.name,
        "link-type": one.link_type,
        "snap-length": one.snap_length,
        "packets": one.packets,
        "dropped": one.dropped,
    }


def _file_fault(fault: FileFault) -> Document:
    return {
        "offset": fault.offset,
        "packet": fault.packet,
        "reason": fault.reason,
        "text": fault.text,
        "compressed-offset": fault.stored,
    }


def _fault(one: Fault, start_ns: int) -> Document:
    return {
        "packet": one.packet,
        "time-us": one.time_ns // 1000,
        "t-us": (one.time_ns - start_ns) // 1000,
        "reason": one.reason,
        "text": one.text,
        "source": str(one.source),
        "destination": str(one.destination),
    }


def _session(one: Session, start_ns: int) -> Document:
    def when(happening: Happening) -> Document:
        return {
            "packet": happening.packet,
            "time-us": happening.time_ns // 1000,
            "t-us": (happening.time_ns - start_ns) // 1000,
            "endpoint": str(one.ends[happening.end].address) if happening.end < len(one.ends) else None,
        }

    return {
        "index": one.index,
        "path-type": one.path_type,
        "ip-version": f"ipv{one.family}",
        "interface": one.interface,
        "link-index": one.link_index,
        "vlan": one.vlan,
        "dest-port": one.kind.port,
        "endpoints": [_end(end) for end in one.ends],
        "state-changes": [
            {**when(it), "from": str(it.old), "to": str(it.state), "diagnostic": str(it.diagnostic)}
            for it in one.state_changes
        ],
        "timer-changes": [{**when(it), **_timers(it.timers)} for it in one.timer_changes],
        "restarts": [{**when(it), "from": it.former, "to": it.discriminator} for it in one.restarts],
        "unreachables": [{**when(it), "source": str(it.source), "port": it.port} for it in one.unreachables],
        "gaps": list(_gaps_of(one.ends)),
        "late": [
            {**when(it), "gap-us": it.gap_ns // 1000, "detection-time-us": it.detection_ns // 1000}
            for it in one.late
        ],
        "outages": [_outage(it, one, start_ns) for it in one.outages],
        "verdict": None if one.verdict is None else str(one.verdict.code),
        "verdict-line": None if one.verdict is None else one.verdict.sentence,
    }


def _end(end: End) -> Document:
    return {
        "address": str(end.address),
        "discriminator": end.discriminator,
        "source-port": end.port,
        "first-state": str(end.first_state),
        "last-state": str(end.state),
        "last-diagnostic": str(end.diagnostic),
        **_timers(end.timers),
        "required-min-echo-rx-interval": end.timers.required_min_echo_rx_us,
        "negotiated-tx-interval": end.interval_us or None,
        "detection-time": end.detection_us or None,
        "authentication": end.authentication,
        "auth-key-id": end.auth_key_id if end.auth_type else None,
        "demand-mode": end.demand,
        "ttl": end.ttl,
        "packets": end.packets,
        "malformed": end.malformed,
        "polls": end.polls,
        "finals": end.finals,
        "late": end.late,
        "restarts": end.restarts,
        "echoes": end.echoes,
        "first-packet": end.first_packet,
        "last-packet": end.last_packet,
    }


def _timers(timers: Timers) -> Document:
    return {
        "local-multiplier": timers.local_multiplier,
        "desired-min-tx-interval": timers.desired_min_tx_us,
        "required-min-rx-interval": timers.required_min_rx_us,
    }


def _gaps_of(ends: Iterable[End]) -> Iterable[Document]:
    """Of each end while it was Up and while it was not, where there were any."""
    for end in ends:
        for during, gaps, late in (("up", end.up, end.late), ("not-up", end.rest, 0)):
            if gaps.count:
                yield {"endpoint": str(end.address), "while": during, **_gaps(gaps), "late": late}


def _gaps(gaps: Gaps) -> Document:
    return {
        "count": gaps.count,
        "p50-us": gaps.p50_ns // 1000,
        "p99-us": gaps.p99_ns // 1000,
        "max-us": gaps.max_ns // 1000,
        "max-packet": gaps.max_packet,
        "jitter-us": gaps.jitter_ns // 1000,
    }


def _outage(it: Outage, session: Session, start_ns: int) -> Document:
    first = it.noticed_first
    return {
        "packet": it.packet,
        "time-us": it.time_ns // 1000,
        "t-us": (it.time_ns - start_ns) // 1000,
        "noticed-first": str(session.ends[first].address)
        if first is not None and first < len(session.ends)
        else None,
        "last-heard-time-us": None if it.last_heard_ns is None else it.last_heard_ns // 1000,
        "last-heard-t-us": None if it.last_heard_ns is None else (it.last_heard_ns - start_ns) // 1000,
        "down-for-us": None if it.down_for_ns is None else it.down_for_ns // 1000,
        "verdict": str(it.verdict.code),
        "sentence": it.verdict.sentence,
        "evidence": list(it.verdict.evidence),
    }


def _echo(one: Echo) -> Document:
    return {
        "source": str(one.source),
        "destination": str(one.destination),
        "interface": one.interface,
        "vlan": one.vlan,
        "packets": one.packets,
        "first-packet": one.first_packet,
        "ttl-255": one.ttl_255,
        "ttl-lower": one.ttl_lower,
        "session": one.session,
        "gaps": _gaps(one.gaps),
    }
