# SPDX-License-Identifier: Apache-2.0
"""Captures through the real pydp_replay_feed, in pieces of any size, with what comes out as plain tuples of records."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

from pydp.ffi import ffi, lib

EVENT_NAMES = {
    getattr(lib, f"PYDP_REPLAY_{name}"): name.lower()
    for name in (
        [
            "SESSION",
            "FIRST",
            "STATE",
            "TIMERS",
            "RESTART",
            "LATE",
            "GAP",
            "FAULT",
            "UNREACHABLE",
            "PAIRED",
            "DIAGNOSTIC",
        ]
    )
}
NONE = lib.PYDP_REPLAY_NONE % 2**32


@dataclass(slots=True)
class Seen:
    """Everything that was told of one capture."""

    events: list[Any] = field(default_factory=list)
    packets: list[Any] = field(default_factory=list)
    sessions: list[Any] = field(default_factory=list)
    echoes: list[Any] = field(default_factory=list)
    interfaces: list[Any] = field(default_factory=list)
    totals: Any = None
    fault: Any = None
    most_waiting: int = 0

    def told(self, *names: str) -> list[Any]:
        """Events of these types."""
        return [event for event in self.events if name(event) in names]

    @property
    def story(self) -> list[tuple[int, str, int, int]]:
        """(packet, type, session, end) of every event."""
        return [(e.number, name(e), e.session, e.end) for e in self.events]


def name(event: Any) -> str:
    return EVENT_NAMES[event.type]


def address(octets: bytes, family: int) -> str:
    return str(ip_address(octets[: 4 if family == 4 else 16]))


def reason(event: Any) -> str:
    return str(ffi.string(lib.pydp_replay_reason_name(event.reason)).decode())


def plain(value: Any) -> Any:
    """A C struct as attributes, its arrays as bytes or tuples: nothing points into memory that may be gone."""
    kind = ffi.typeof(value) if isinstance(value, ffi.CData) else None
    if kind is None:
        return value
    if kind.kind == "array":
        if kind.item.kind == "primitive":
            return bytes(ffi.buffer(value))
        return tuple(plain(one) for one in value)
    return SimpleNamespace(**{name: plain(getattr(value, name)) for name, _ in kind.fields})


def _take(call: Any, replay: Any, kind: str, into: list[Any]) -> int:
    array, count = ffi.new(f"struct {kind}[7]"), ffi.new("uint32_t *")
    total = 0
    while True:
        assert call(replay, array, 7, count) == 0
        for i in range(count[0]):
            into.append(plain(array[i]))
        total += count[0]
        if count[0] == 0:
            return total


def _read(call: Any, replay: Any, kind: str, into: list[Any]) -> None:
    array, count = ffi.new(f"struct {kind}[3]"), ffi.new("uint32_t *")
    while True:
        assert call(replay, len(into), array, 3, count) == 0
        if count[0] == 0:
            return
        for i in range(count[0]):
            into.append(plain(array[i]))


def watch(
    data: bytes,
    *,
    piece: int = 1 << 20,
    sessions: int = 0,
    events: int = 0,
    packets: int = 4096,
    long_gap_permille: int = 0,
) -> Seen:
    """Feeds `piece` octets more each time and takes what waits after every call."""
    seen = Seen()
    config = ffi.new("struct pydp_replay_config *", (sessions, events, packets, long_gap_permille))
    handle = ffi.new("pydp_replay_t **")
    assert lib.pydp_replay_create(config, handle) == 0
    replay = handle[0]
    consumed, octets = ffi.new("size_t *"), ffi.from_buffer(data)
    at, have, result = 0, 0, 0
    while result == 0:
        result = lib.pydp_replay_feed(replay, octets + at, have - at, have == len(data), consumed)
        at += consumed[0]
        taken = _take(lib.pydp_replay_events, replay, "pydp_replay_event", seen.events)
        seen.most_waiting = max(seen.most_waiting, taken)
        taken += _take(lib.pydp_replay_packets, replay, "pydp_replay_packet", seen.packets)
        if consumed[0] == 0 and taken == 0:
            if have == len(data):
                break
            have = min(have + piece, len(data))
    _read(lib.pydp_replay_sessions, replay, "pydp_replay_session", seen.sessions)
    _read(lib.pydp_replay_echoes, replay, "pydp_replay_echo", seen.echoes)
    _read(lib.pydp_replay_interfaces, replay, "pydp_replay_interface", seen.interfaces)
    totals, fault = ffi.new("struct pydp_replay_totals *"), ffi.new("struct pydp_replay_file_fault *")
    assert lib.pydp_replay_totals(replay, totals) == 0
    assert lib.pydp_replay_file_fault(replay, fault) == 0
    seen.totals, seen.fault = plain(totals[0]), plain(fault[0])
    assert (result == 0) == (seen.fault.reason == 0)
    assert lib.pydp_replay_destroy(replay) == 0
    return seen
