# SPDX-License-Identifier: Apache-2.0
"""Data at a rate through an engine that holds sessions with a far end, by one receive queue: what was
forwarded, what was shed so that hellos do not wait, and whether a hello was lost or a session went down.

The far end sends the hellos, from the other core. The data comes by the clock (`Port.load`): the engine's own
core writes each packet into a buffer as it looks, about what a driver costs it, so that no sender is the
limit.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

import pydp
from bfd_fastpath.bench.suites.envelope.hold import Held, watched
from bfd_fastpath.bench.suites.envelope.process import prepare
from bfd_fastpath.bench.suites.envelope.rig import OURS, NotUpError, Rig, Wanted, standing
from bfd_fastpath.bench.suites.forward.packets import frame

#: Frames that the receive queue holds.
QUEUE: Final = 1 << 16
#: So many packets a second that the queue is never less than full.
FLOOD: Final = 900e6
#: Of the data: so little is shed where a virtual machine is not run for milliseconds, at any rate.
SHARE: Final = 1e-2
#: Of the hellos: in the wake of such a stop the queue is full for a while.
HELLOS: Final = 1e-3
SIZE: Final = 64
DESTINATIONS: Final = 1024
_FIRST: Final = IPv4Address("198.18.0.0")
_SETTLE_S: Final = 0.2
_UP_AGAIN_S: Final = 30.0
_LOOK_S: Final = 0.1
#: Looks at which all sessions are up, one after the other.
_QUIET: Final = 2
_BURST: Final = 128
_BETWEEN_CLOCKS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One rate of data, packets a second each."""

    offered_pps: float
    forwarded_pps: float
    shed_pps: float
    #: Data lost because the queue was full.
    lost_pps: float
    #: Hellos that found the queue full: while the worker looked at it, and because it was away from its core
    #: for longer than an eighth of the queue takes to fill.
    hellos_lost: int
    hellos_lost_away: int
    sessions: Held

    @property
    def forwards(self) -> bool:
        """Nothing is shed to speak of."""
        return self.forwarded_pps >= (1 - SHARE) * self.offered_pps

    @property
    def held(self) -> bool:
        """No session went down, and hellos waited for a place in the queue only while the worker was away."""
        heard = self.sessions.rx_pps * self.sessions.seconds
        return self.sessions.false_downs == 0 and self.hellos_lost <= HELLOS * heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Data that is received, looked at and dropped, and nothing else."""

    pps: float
    #: A packet: to receive it, which here is to write it, and to look at it.
    receive_cycles: float
    classify_cycles: float


class Load:
    """Sessions that are up, and data that can be sent along with them."""

    def __init__(self, rig: Rig, source_pps: float) -> None:
        self._rig = rig
        self._port = rig.engine.ports[0]
        #: What the source gives at least where nothing is done with it: written, received and freed by a
        #: loop in Python.
        self.source_pps = source_pps

    def at(self, pps: float, seconds: float) -> Loaded:
        """Raises NotUpError where the sessions do not come up again after a rate that was too high."""
        self._up_again()
        self._port.load_rate(pps)
        time.sleep(_SETTLE_S)
        before, lost = self._counts(), self._hellos_lost()
        begin = time.monotonic()
        sessions = watched(self._rig, 0.0, seconds)
        took = time.monotonic() - begin
        rates = [(now - then) / took for now, then in zip(self._counts(), before, strict=True)]
        here, away = (now - then for now, then in zip(self._hellos_lost(), lost, strict=True))
        self._port.load_rate(0)
        return Loaded(
            offered_pps=rates[0],
            forwarded_pps=rates[1],
            shed_pps=rates[2],
            lost_pps=rates[3],
            hellos_lost=here,
            hellos_lost_away=away,
            sessions=sessions,
        )

    def classify_alone(self, seconds: float) -> Alone:
        """The queue is never less than full, so that all data is shed."""
        before = self._rig.engine.stats.stages()
        pps = self.at(FLOOD, seconds).shed_pps
        cycles = {
            now.name: (now.cycles - then.cycles) / max(now.packets - then.packets, 1)
            for now, then in zip(self._rig.engine.stats.stages(), before, strict=True)
        }
        return Alone(pps=pps, receive_cycles=cycles["receive"], classify_cycles=cycles["classify"])

    def _counts(self) -> tuple[int, int, int, int]:
        """Offered, forwarded, shed, lost so far."""
        port, load = self._rig.engine.stats.port(0), self._port.load_stats()
        return load.offered, port["rx-forward-ip4"], port["drop-shed"], load.missed

    def _hellos_lost(self) -> tuple[int, int]:
        """While the worker looked, and while it was away."""
        load = self._port.load_stats()
        # What the link itself lost waited for a worker that did not look.
        link = self._port.stats().rx_missed - load.missed - load.far_missed
        return load.far_missed - load.away_far_missed, load.away_far_missed + link

    def _up_again(self) -> None:
        limit, count = time.monotonic() + _UP_AGAIN_S, self._rig.wanted.sessions
        quiet = 0
        while quiet < _QUIET:
            if time.monotonic() > limit:
                raise NotUpError(f"{self._rig.far.look().up} of {count} came up again")
            time.sleep(_LOOK_S)
            self._rig.drain()
            quiet = quiet + 1 if self._rig.far.look().up == count else 0


@contextmanager
def loaded(wanted: Wanted) -> Iterator[Load]:
    """In a process of its own, since EAL starts once; what is forwarded leaves by a port that sends to
    nowhere. Raises NotUpError.
    """
    prepare()
    source_pps = 0.0

    def ready(port: pydp.Port) -> None:
        nonlocal source_pps
        mac = bytes.fromhex(port.info().mac.replace(":", ""))
        port.load([frame(4, SIZE, mac, (_FIRST + number).packed) for number in range(DESTINATIONS)], QUEUE)
        source_pps = _ceiling(port)

    with pydp.Port("net_null_shed,no-rx=1") as away, standing(wanted, QUEUE, ready) as rig:
        engine = rig.engine
        out = engine.attach(away)
        engine.address_add(out, "192.0.2.1/24")
        engine.neighbour_set(out, "192.0.2.2", "02:00:00:00:00:02")
        engine.nexthops.set(1, pydp.NextHopConfig.adjacent("192.0.2.2", out))
        engine.routes.set("198.18.0.0/15", 1)
        engine.neighbour_set(0, OURS + 1, "02:00:00:00:00:99")
        engine.forwarding_set(pydp.ForwardingConfig())
        rig.begin()
        yield Load(rig, source_pps)


def _ceiling(port: pydp.Port) -> float:
    port.load_rate(FLOOD)
    taken, start = 0, time.monotonic()
    with pydp.Burst(_BURST) as burst:
        while (took := time.monotonic() - start) < 1.0:
            for _ in range(_BETWEEN_CLOCKS):
                taken += burst.receive(port)
                burst.clear()
    port.load_rate(0)
    with pydp.Burst(_BURST) as burst:
        while burst.receive(port):
            burst.clear()
    return taken / took
