# SPDX-License-Identifier: Apache-2.0
"""What the C replay knows at the end of a capture, as records: totals, interfaces, echo, sessions with their
happenings and judged outages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from pydp.addresses import Address
from pydp.errors import raise_status
from pydp.ffi import ffi, lib
from pydp.replay import grouping
from pydp.replay.gather import DIAGNOSTICS, STATES, Gatherer, address, timers
from pydp.replay.happenings import (
    Happening,
    Late,
    LongGap,
    Restart,
    StateChange,
    TimerChange,
    Unreachable,
)
from pydp.replay.outages import Outage
from pydp.replay.records import Echo, End, Format, Gaps, Interface, Kind, Omitted, Session, Totals
from pydp.replay.telling import NO_AUTHENTICATION, Scene
from pydp.replay.verdict import judge
from pydp.states import State

#: Outages kept of a whole capture.
MOST_OUTAGES = 100_000
_BATCH = 1024
_UNREACHABLE, _STATE, _LATE, _GAP, _FAULT = 9, 3, 6, 7, 8


def totals(raw: Any) -> Totals:
    """From struct pydp_replay_totals."""
    values = {field.name: getattr(raw, field.name) for field in fields(Totals)}
    values["format"] = Format(raw.format)
    values["nanosecond"] = bool(raw.nanosecond)
    return Totals(**values)


def _all(replay: Any, struct: str, take: Any) -> Iterator[Any]:
    """Records of the C side in their order; each is valid until the next one is asked for."""
    room, count, first = ffi.new(f"{struct}[]", _BATCH), ffi.new("uint32_t *"), 0
    while True:
        raise_status(take(replay, first, room, _BATCH, count))
        if count[0] == 0:
            return
        for at in range(count[0]):
            yield room[at]
        first += count[0]


def interfaces(replay: Any) -> tuple[Interface, ...]:
    return tuple(
        Interface(
            name=bytes(ffi.buffer(raw.name)).split(b"\0", 1)[0].decode("utf-8", "replace"),
            link_type=raw.link_type,
            snap_length=raw.snap_length,
            packets=raw.packets,
            dropped=raw.dropped,
        )
        for raw in _all(replay, "struct pydp_replay_interface", lib.pydp_replay_interfaces)
    )


def _name(known: Sequence[Interface], number: int) -> str:
    name = known[number].name if number < len(known) else ""
    return name or str(number)


_NO_GAPS = Gaps(0, 0, 0, 0, 0, 0)


def _gaps(raw: Any) -> Gaps:
    if not raw.count:
        return _NO_GAPS
    return Gaps(raw.count, raw.p50_ns, raw.p99_ns, raw.max_ns, raw.max_packet, raw.jitter_ns)


def _by_address(sessions: Sequence[Session]) -> dict[Address, int | None]:
    """The number of its session; None for an address with several: whose echo it is cannot be said then."""
    found: dict[Address, int | None] = {}
    for session in sessions:
        for end in session.ends:
            found[end.address] = None if end.address in found else session.index
    return found


def echoes(replay: Any, sessions: Sequence[Session], known: Sequence[Interface]) -> tuple[Echo, ...]:
    by_address: dict[Address, int | None] = {}
    made = []
    for raw in _all(replay, "struct pydp_replay_echo", lib.pydp_replay_echoes):
        by_address = by_address or _by_address(sessions)
        source = address(raw.family, bytes(ffi.buffer(raw.source)))
        destination = address(raw.family, bytes(ffi.buffer(raw.destination)))
        made.append(
            Echo(
                source=source,
                destination=destination,
                interface=_name(known, raw.interface),
                vlan=raw.vlan,
                packets=raw.packets,
                first_packet=raw.first_packet,
                first_ns=raw.first_ns,
                last_ns=raw.last_ns,
                ttl_255=raw.ttl_255,
                ttl_lower=raw.ttl_lower,
                gaps=_gaps(raw.gaps),
                session=by_address.get(source) or by_address.get(destination),
            )
        )
    return tuple(made)


def _end(raw: Any, family: int, restarts: int) -> End:
    return End(
        address=address(family, bytes(ffi.buffer(raw.address))),
        discriminator=raw.discriminator,
        port=raw.port,
        first_packet=raw.first_packet,
        last_packet=raw.last_packet,
        first_ns=raw.first_ns,
        last_ns=raw.last_ns,
        packets=raw.packets,
        malformed=raw.malformed,
        polls=raw.polls,
        finals=raw.finals,
        late=raw.late,
        restarts=restarts,
        echoes=raw.echoes,
        first_state=STATES[raw.first_state & 3],
        state=STATES[raw.state & 3],
        diagnostic=DIAGNOSTICS[raw.diagnostic & 31],
        timers=timers(
            raw.multiplier, raw.desired_min_tx_us, raw.required_min_rx_us, raw.required_min_echo_rx_us
        ),
        interval_us=raw.interval_us,
        detection_us=raw.detection_us,
        flags=raw.flags,
        auth_type=raw.auth_type,
        auth_key_id=raw.auth_key_id,
        ttl=raw.ttl,
        up=_gaps(raw.up),
        rest=_gaps(raw.rest),
    )


def _of(kind: type[Any], happenings: Sequence[Happening]) -> tuple[Any, ...]:
    return tuple([it for it in happenings if type(it) is kind])


def _session(raw: Any, happenings: list[Happening], known: Sequence[Interface]) -> Session:
    heard = [number for number in (0, 1) if raw.ends[number].first_packet]
    if heard == [1]:
        # Only replies of an S-BFD reflector are in the capture: it is the one end there is.
        happenings = [replace(it, end=0) for it in happenings if it.end == 1]
    restarts = _of(Restart, happenings)
    ends = tuple(
        _end(raw.ends[number], raw.family, sum(1 for it in restarts if it.end == at))
        for at, number in enumerate(heard)
    )
    absent = raw.ends[1 - heard[0]] if len(heard) == 1 else None
    return Session(
        index=raw.index + 1,
        kind=Kind(raw.kind),
        family=raw.family,
        interface=_name(known, raw.interface),
        interface_index=raw.interface,
        link_index=raw.link_index,
        vlan=raw.vlan,
        ends=ends,
        happenings=tuple(happenings),
        state_changes=_of(StateChange, happenings),
        timer_changes=_of(TimerChange, happenings),
        late=_of(Late, happenings),
        long_gaps=_of(LongGap, happenings),
        restarts=restarts,
        unreachables=_of(Unreachable, happenings),
        absent=address(raw.family, bytes(ffi.buffer(absent.address))) if absent is not None else None,
    )


def _outages(session: Session, start_ns: int, end_ns: int) -> tuple[Outage, ...]:
    ends = session.ends
    last = [(end.last_packet, end.last_ns) for end in ends]
    sbfd = session.kind in (Kind.SBFD_REQUEST, Kind.SBFD_REPLY)
    found = grouping.find(
        session.happenings, last, end_ns, waits=(True, not sbfd), quiet=_quiet(session, sbfd)
    )
    if not found:
        return ()
    addresses = [end.address for end in ends] + ([session.absent] if session.absent is not None else [])
    scene = Scene(
        tuple(addresses),
        start_ns,
        session.interface,
        one_way=len(ends) < 2,
        reflector=sbfd,
        authentication=(_authentication(ends[0]), _authentication(ends[-1])),
    )
    return tuple(replace(one, verdict=judge(one, scene)) for one in found)


def _authentication(end: End) -> str:
    return f"{end.authentication} with key {end.auth_key_id}" if end.auth_type else NO_AUTHENTICATION


def _quiet(session: Session, sbfd: bool) -> tuple[int, ...]:
    """Ends that may be silent at the capture's end: the other one asked for no hellos (RFC 5880 6.6, 6.8.1),
    or sends no requests any more.
    """
    ends = session.ends
    if len(ends) < 2:
        return ()
    if sbfd:
        asked = ends[0].last_ns - ends[1].last_ns > 1000 * ends[0].detection_us > 0
        return (0,) if asked else (0, 1)
    return tuple(
        at
        for at in (0, 1)
        if (ends[1 - at].demand and ends[1 - at].state is State.UP)
        or not ends[1 - at].timers.required_min_rx_us
    )


def sessions(
    replay: Any, gatherer: Gatherer, known: Sequence[Interface], start_ns: int, end_ns: int
) -> tuple[list[Session], Omitted]:
    """All sessions with their outages, judged each for itself, and what was left out of their lists."""
    made, kept, dropped = [], 0, 0
    for raw in _all(replay, "struct pydp_replay_session", lib.pydp_replay_sessions):
        if not raw.ends[0].first_packet and not raw.ends[1].first_packet:
            continue
        session = _session(raw, gatherer.happenings.pop(raw.index, []), known)
        outages = _outages(session, start_ns, end_ns)
        room = max(MOST_OUTAGES - kept, 0)
        dropped += max(len(outages) - room, 0)
        kept += min(len(outages), room)
        made.append(replace(session, outages=outages[:room]) if outages else session)
    out = gatherer.omitted
    other = sum(out) - out[_STATE] - out[_LATE] - out[_GAP] - out[_FAULT]
    return made, Omitted(
        faults=out[_FAULT],
        state_changes=out[_STATE],
        late=out[_LATE] + out[_GAP],
        other=other,
        outages=dropped,
    )
