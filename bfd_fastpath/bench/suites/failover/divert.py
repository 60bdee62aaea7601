# SPDX-License-Identifier: Apache-2.0
"""Data flows to a neighbour that BFD watches, and moves to the backup when the session goes Down; how long
that takes, with one route or many that lead there. Each round has a neighbour of its own, whose session is Up
from the beginning: one that went Down says so once a second only (RFC 5880 6.8.3), and takes as long to come
back.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

import pydp
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.suites.envelope.process import prepare
from bfd_fastpath.bench.suites.envelope.rig import FIRST_PEER, OURS, STATE_CHANGED, LocalRig, Wanted, standing
from pydp.generate import Action, FlowConfig

_PRIMARY, _BACKUP, _PROTECTED = 1, 2, 3
_DESTINATIONS: Final = 256
#: Where the prefixes of 24 bits begin, and the flow goes.
_FIRST: Final = IPv4Address("20.0.0.0")
_INTERVAL_US: Final = 50_000
#: Frames on the way: those of a millisecond. Many more buffers would be in no cache.
_ON_THE_WAY: Final = 1024
#: Where a packet of the flow says when it was sent.
_STAMPED: Final = slice(52, 60)
#: Rounds of a window, which is the slowest of them.
WINDOW: Final = 4
_PATIENCE_S: Final = 5.0
_SETTLE_S: Final = 0.02


class NotDivertedError(Exception):
    """The session did not go Down, or no packet came to the backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diverted:
    """Nanoseconds to the first packet handed to the backup's port: from Down, the moment of the turn that
    found it, or from when that packet was sent, if that was later; and from Down in any case. The far end
    sends no data while it is busy with its own end of the session.
    """

    routes: int
    how: Action
    pps: float
    times_ns: tuple[int, ...]
    since_down_ns: tuple[int, ...]
    engine_gaps: Gaps

    @property
    def slowest_ns(self) -> tuple[int, ...]:
        """By window."""
        return tuple(
            max(self.times_ns[begin : begin + WINDOW]) for begin in range(0, len(self.times_ns), WINDOW)
        )


def measure(
    routes: int,
    how: Action,
    pps: float,
    rounds: int,
    cpus: tuple[int, int],
    ports: tuple[str, ...] = (),
) -> Diverted:
    """In a process of its own, since EAL starts once. cpus: the engine's core, the far end's. ports: devargs
    of the engine's and the far end's; none: a link in memory. Raises NotUpError, NotDivertedError.
    """
    wanted = Wanted(
        sessions=rounds, interval_us=_INTERVAL_US, engine_cpu=cpus[0], far_cpu=cpus[1], ports=ports
    )
    os.sched_setaffinity(0, os.sched_getaffinity(0) - {cpus[0]} or {cpus[0]})
    with _protected(routes, wanted) as (rig, capture):
        rig.generator.flow(0).start(pps)
        rig.reset_gaps()
        times = [_round(rig, capture, how, number) for number in range(rounds)]
        return Diverted(
            routes=routes,
            how=how,
            pps=pps,
            times_ns=tuple(time_ns for time_ns, _ in times),
            since_down_ns=tuple(since_ns for _, since_ns in times),
            engine_gaps=rig.gaps()[0],
        )


@contextmanager
def _protected(routes: int, wanted: Wanted) -> Iterator[tuple[LocalRig, pydp.Capture]]:
    """Sessions, up; the backup's port sends to nowhere, and each packet is noted as it goes."""
    prepare(wanted.ports)
    with (
        pydp.Capture("backup", snap_length=64) as capture,
        pydp.Port("net_null_backup,no-rx=1") as away,
        standing(wanted, _ON_THE_WAY) as rig,
    ):
        capture.add(away, 0, pydp.Direction.SENT)
        out = rig.engine.attach(away)
        _lead(rig.engine, out, routes)
        step = 256 if routes > _DESTINATIONS else 0
        config = FlowConfig(
            source=OURS + 1,
            gateway=OURS,
            destinations=[_FIRST + number * step + 1 for number in range(_DESTINATIONS)],
        )
        rig.generator.flow(0, config)
        rig.begin()
        yield rig, capture


def _lead(engine: pydp.Engine, out: int, routes: int) -> None:
    """To the first peer at port 0, and to a neighbour at the other port while the peer is down."""
    engine.address_add(out, "192.0.2.1/24")
    engine.neighbour_set(out, "192.0.2.2", "02:00:00:00:00:02")
    _protect(engine, 0)
    engine.nexthops.set(_BACKUP, pydp.NextHopConfig.adjacent("192.0.2.2", out))
    engine.nexthops.set(_PROTECTED, pydp.NextHopConfig.group([_PRIMARY], [_BACKUP]))
    engine.routes.set_nlri(4, _nlri(routes), _PROTECTED)
    engine.forwarding_set(pydp.ForwardingConfig())


def _protect(engine: pydp.Engine, number: int) -> None:
    """All routes lead to this peer."""
    engine.nexthops.set(_PRIMARY, pydp.NextHopConfig.adjacent(str(FIRST_PEER + number), 0))


def _nlri(routes: int) -> bytes:
    """Prefixes of 24 bits, one behind the other."""
    first = int(_FIRST) >> 8
    return b"".join(bytes((24,)) + (first + number).to_bytes(3) for number in range(routes))


def _round(rig: LocalRig, capture: pydp.Capture, how: Action, number: int) -> tuple[int, int]:
    """That of the peer with this number."""
    _protect(rig.engine, number)
    time.sleep(_SETTLE_S)
    for _ in capture.packets():
        pass
    rig.drain()
    rig.peers.act(how, first=number, count=1)
    down_ns = _went_down(rig, rig.ids[number])
    time.sleep(_SETTLE_S)
    first = capture.read()
    if first is None:
        raise NotDivertedError("no packet came to the backup next hop")
    sent_ns = int.from_bytes(first.data[_STAMPED])
    return first.time_ns - max(down_ns, sent_ns), first.time_ns - down_ns


def _went_down(rig: LocalRig, session: int) -> int:
    """When it did."""
    limit = time.monotonic() + _PATIENCE_S
    while time.monotonic() < limit:
        events = rig.drain()
        found = events[
            (events["type"] == STATE_CHANGED)
            & (events["session"] == session)
            & (events["new_state"] == pydp.State.DOWN)
        ]
        if len(found) > 0:
            return int(found["time_ns"][0])
        time.sleep(1e-3)
    raise NotDivertedError(f"the session did not go Down within {_PATIENCE_S:.0f} s")
