# SPDX-License-Identifier: Apache-2.0
"""An engine on one core and its far end: a generator on the other, with a memory link between them (no port's
cost, no kernel) or by ports, or one on another machine. One to a process.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any, Final

import numpy

import pydp
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.place import Place
from bfd_fastpath.bench.suites.envelope.far.end import FarEnd, Order
from bfd_fastpath.bench.suites.envelope.far.local import Local, local
from bfd_fastpath.bench.suites.envelope.far.remote import remote
from bfd_fastpath.bench.suites.envelope.process import prefer_workers, prepare
from pydp.generate import Generator, Peers

OURS: Final = IPv4Address("10.0.0.1")
FIRST_PEER: Final = IPv4Address("10.16.0.0")
#: Frames on the way in one direction; enough for a far end that was away for some milliseconds.
_ON_THE_WAY: Final = 1 << 16
#: Beside the peers: who sends data, and where it goes.
_NEIGHBOURS: Final = 16
_LOOK_S: Final = 0.1
#: Sessions that start in a second, while these come up.
_RAMP: Final = 100_000
#: enum pydp_event_type.
STATE_CHANGED: Final = 1
#: Events that the engine keeps, and about as many as are taken at once: where sessions flap by the hundred
#: thousand, they come as fast as they are taken.
_EVENTS: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """So many sessions at an interval, either way, with 25 % of jitter (RFC 5880 6.8.7)."""

    sessions: int
    interval_us: int
    multiplier: int = 3
    engine_cpu: int = 0
    far_cpu: int = 1
    seed: int = 0
    #: Devargs of two ports cabled to each other, the engine's and the far end's, or of the engine's alone
    #: where the far end is elsewhere; none: a link in memory.
    ports: tuple[str, ...] = ()
    #: Where another machine has the far end, on a core of its own choice.
    far_end: Place | None = None

    @property
    def detection_us(self) -> int:
        """The Detection Time of both ends (RFC 5880 6.8.4)."""
        return self.interval_us * self.multiplier

    @property
    def order(self) -> Order:
        """For the far end."""
        return Order(
            sessions=self.sessions,
            interval_us=self.interval_us,
            multiplier=self.multiplier,
            starts_per_second=_RAMP,
            seed=self.seed,
            address=FIRST_PEER,
            target=OURS,
        )


class NotUpError(Exception):
    """The sessions did not all come up, or did not stay up long enough to begin; the text says how far they
    came.
    """


def not_up(up: int, count: int, seconds: float) -> NotUpError:
    """After so many seconds."""
    if up < count:
        return NotUpError(f"{up:,} of {count:,} came up in {seconds:.0f} s")
    return NotUpError(f"{count:,} came up within {seconds:.0f} s and did not stay up")


class Rig:
    """Sessions and a far end stand; `begin` brings them up."""

    def __init__(self, wanted: Wanted, engine: pydp.Engine, far: FarEnd, ids: list[int]) -> None:
        self.wanted, self.engine, self.far = wanted, engine, far
        #: The engine's session to each peer.
        self.ids = ids

    def begin(self) -> float:
        """Both workers run and all sessions are Up, with their intervals settled; seconds that took. Raises
        NotUpError.
        """
        wanted, count = self.wanted, self.wanted.sessions
        start = time.monotonic()
        self.far.start()
        self.engine.start(cpu=wanted.engine_cpu, idle=pydp.Idle.POLL)
        limit = start + 10 + 3 * count / _RAMP
        # At the far end's count all are Up when both are: it is Up last, or our Poll told it the interval.
        quiet = 0
        while quiet < 5:
            if time.monotonic() > limit:
                raise not_up(self.far.look().up, count, limit - start)
            time.sleep(_LOOK_S)
            moved = numpy.count_nonzero(self.drain()["type"] == STATE_CHANGED)
            quiet = quiet + 1 if self.far.look().up == count and moved == 0 else 0
        prefer_workers()
        return time.monotonic() - start

    def drain(self) -> "numpy.ndarray[Any, Any]":
        """The events that wait."""
        return drained(self.engine)

    def reset_gaps(self) -> None:
        self.engine.stats.reset_gap()
        self.far.reset_gaps()

    def gaps(self) -> tuple[Gaps, Gaps]:
        """Of the engine, of the far end."""
        ours = self.engine.stats.worker()
        return Gaps(ours.poll_gap_us_log2, ours.poll_gap_max_ns), self.far.look().gaps

    def missed(self) -> tuple[int, int]:
        """Frames lost so far because the queue of the receiver was full: of the engine, of the far end."""
        return (self.engine.ports[0].stats().rx_missed, self.far.missed())


class LocalRig(Rig):
    """With the far end in this process, for what wants more of it than to hold sessions."""

    def __init__(self, wanted: Wanted, engine: pydp.Engine, far: Local, ids: list[int]) -> None:
        super().__init__(wanted, engine, far, ids)
        self.generator: Generator = far.generator
        self.peers: Peers = far.peers


def drained(engine: pydp.Engine) -> "numpy.ndarray[Any, Any]":
    """The events that wait, as one array of pydp.events.EVENT_DTYPE."""
    batches, count = [], 0
    while count < _EVENTS and len(batch := engine.events.drain()):
        batches.append(batch.copy())
        count += len(batch)
    return numpy.concatenate(batches) if batches else engine.events.drain()


def ends(ports: Sequence[str], capacity: int) -> tuple[pydp.Port, pydp.Port]:
    """The two ends of the cable: these ports, or a link in memory whose queues hold so many frames."""
    if not ports:
        return pydp.link("envelope", capacity=capacity)
    near, far = ports
    return pydp.Port(near), pydp.Port(far)


@contextlib.contextmanager
def standing(
    wanted: Wanted, capacity: int = _ON_THE_WAY, ready: Callable[[pydp.Port], None] = lambda port: None
) -> Iterator[LocalRig]:
    """With the far end in this process. Everything is gone when it ends. capacity: frames that a queue holds.
    ready: called with the engine's port before the engine has it.
    """
    prepare(wanted.ports)
    near, far = ends(wanted.ports, capacity)
    with near, far:
        ready(near)
        with _engine(wanted, near) as (engine, ids), local(wanted.order, far, wanted.far_cpu) as peers:
            yield LocalRig(wanted, engine, peers, ids)


@contextlib.contextmanager
def standing_apart(wanted: Wanted, place: Place) -> Iterator[Rig]:
    """With the far end on another machine. Raises FarEndError, also while it stands."""
    with remote(wanted.order, place) as far:
        prepare(wanted.ports)
        with pydp.Port(wanted.ports[0]) as near, _engine(wanted, near) as (engine, ids):
            yield Rig(wanted, engine, far, ids)


@contextlib.contextmanager
def _engine(wanted: Wanted, port: pydp.Port) -> Iterator[tuple[pydp.Engine, list[int]]]:
    """On the port, with a session to each peer; their numbers."""
    count = wanted.sessions
    with pydp.Engine(
        "held",
        max_sessions=count,
        max_neighbours=count + _NEIGHBOURS,
        event_capacity=_EVENTS,
        seed=wanted.seed,
    ) as engine:
        engine.attach(port)
        engine.address_add(0, f"{OURS}/8")
        ids = [
            engine.sessions.upsert(
                pydp.SessionConfig(
                    source_addr=OURS,
                    dest_addr=FIRST_PEER + number,
                    local_multiplier=wanted.multiplier,
                    desired_min_tx_interval_us=wanted.interval_us,
                    required_min_rx_interval_us=wanted.interval_us,
                )
            )
            for number in range(count)
        ]
        yield engine, ids
