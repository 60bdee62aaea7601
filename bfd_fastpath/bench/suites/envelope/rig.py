# SPDX-License-Identifier: Apache-2.0
"""An engine on one core and a generator as its far end on the other, with a memory link between them: no
port's cost, no kernel. One to a process.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

import numpy

import pydp
from bfd_fastpath.bench.suites.envelope.gaps import Gaps
from pydp.generate import Generator, Peers, PeersConfig, PeersSummary

OURS: Final = IPv4Address("10.0.0.1")
FIRST_PEER: Final = IPv4Address("10.16.0.0")
#: Frames on the way in one direction; enough for a far end that was away for some milliseconds.
_ON_THE_WAY: Final = 1 << 16
_MEMORY_MIB: Final = 1536
#: Beside the peers: who sends data, and where it goes.
_NEIGHBOURS: Final = 16
_LOOK_S: Final = 0.1
#: Sessions that start in a second, while these come up.
_RAMP: Final = 100_000
_NICE_SESSION: Final = -20
_NICE_WORKERS: Final = -10
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
    #: Devargs of two ports cabled to each other, the engine's and the far end's; none: a link in memory.
    ports: tuple[str, ...] = ()

    @property
    def detection_us(self) -> int:
        """The Detection Time of both ends (RFC 5880 6.8.4)."""
        return self.interval_us * self.multiplier


class NotUpError(Exception):
    """The sessions did not all come up, or did not stay up long enough to begin; the text says how far they
    came.
    """


class Rig:
    """Sessions and peers stand; `begin` brings them up."""

    def __init__(
        self, wanted: Wanted, engine: pydp.Engine, generator: Generator, peers: Peers, ids: list[int]
    ) -> None:
        self.wanted, self.engine, self.generator, self.peers = wanted, engine, generator, peers
        #: The engine's session to each peer.
        self.ids = ids

    def begin(self) -> float:
        """Both workers run and all sessions are Up, with their intervals settled; seconds that took. Raises
        NotUpError.
        """
        wanted, count = self.wanted, self.wanted.sessions
        start = time.monotonic()
        self.generator.start(cpu=wanted.far_cpu, idle=pydp.Idle.POLL)
        self.engine.start(cpu=wanted.engine_cpu, idle=pydp.Idle.POLL)
        limit = start + 10 + 3 * count / _RAMP
        # At the far end's count all are Up when both are: it is Up last, or our Poll told it the interval.
        quiet = 0
        while quiet < 5:
            if time.monotonic() > limit:
                raise NotUpError(f"{self.peers.summary().up} of {count} came up in {limit - start:.0f} s")
            time.sleep(_LOOK_S)
            moved = numpy.count_nonzero(self.drain()["type"] == STATE_CHANGED)
            quiet = quiet + 1 if self.peers.summary().up == count and moved == 0 else 0
        prefer_workers()
        return time.monotonic() - start

    def drain(self) -> "numpy.ndarray[Any, Any]":
        """The events that wait."""
        return drained(self.engine)

    def reset_gaps(self) -> None:
        self.engine.stats.reset_gap()
        self.generator.reset_gap()

    def gaps(self) -> tuple[Gaps, Gaps]:
        """Of the engine, of the far end."""
        ours, far = self.engine.stats.worker(), self.generator.worker()
        return (
            Gaps(ours.poll_gap_us_log2, ours.poll_gap_max_ns),
            Gaps(far.poll_gap_us_log2, far.poll_gap_max_ns),
        )

    def missed(self) -> tuple[int, int]:
        """Frames lost so far because the queue of the receiver was full: of the engine, of the far end."""
        return (self.engine.ports[0].stats().rx_missed, self.generator.ports[0].stats().rx_missed)

    def summary(self) -> PeersSummary:
        return self.peers.summary()


def drained(engine: pydp.Engine) -> "numpy.ndarray[Any, Any]":
    """The events that wait, as one array of pydp.events.EVENT_DTYPE."""
    batches, count = [], 0
    while count < _EVENTS and len(batch := engine.events.drain()):
        batches.append(batch.copy())
        count += len(batch)
    return numpy.concatenate(batches) if batches else engine.events.drain()


def prepare(ports: Sequence[str] = ()) -> None:
    """Before any port: precedence, and EAL, which probes those of PCI, where it is not initialised."""
    take_precedence()
    if pydp.eal.state() is pydp.eal.EalState.NOT_INITIALISED:
        pydp.eal.init(ports, memory_mib=_MEMORY_MIB, program="bench")


def ends(ports: Sequence[str], capacity: int) -> tuple[pydp.Port, pydp.Port]:
    """The two ends of the cable: these ports, or a link in memory whose queues hold so many frames."""
    if not ports:
        return pydp.link("envelope", capacity=capacity)
    near, far = ports
    return pydp.Port(near), pydp.Port(far)


@contextlib.contextmanager
def standing(
    wanted: Wanted, capacity: int = _ON_THE_WAY, ready: Callable[[pydp.Port], None] = lambda port: None
) -> Iterator[Rig]:
    """Everything is gone when it ends. capacity: frames that a queue holds. ready: called with the engine's
    port before the engine has it.
    """
    prepare(wanted.ports)
    near, far = ends(wanted.ports, capacity)
    count = wanted.sessions
    with (
        near,
        far,
        pydp.Engine(
            "held",
            max_sessions=count,
            max_neighbours=count + _NEIGHBOURS,
            event_capacity=_EVENTS,
            seed=wanted.seed,
        ) as engine,
        Generator("far", max_peers=count, seed=wanted.seed) as generator,
    ):
        ready(near)
        engine.attach(near)
        generator.attach(far)
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
        peers = generator.peers(
            PeersConfig(
                address=FIRST_PEER,
                target=OURS,
                count=count,
                desired_min_tx_interval_us=wanted.interval_us,
                required_min_rx_interval_us=wanted.interval_us,
                multiplier=wanted.multiplier,
                starts_per_second=_RAMP,
            )
        )
        yield Rig(wanted, engine, generator, peers, ids)


def take_precedence() -> None:
    """This process and its threads come before whoever else runs on their cores, in a session of their own,
    for Linux weighs sessions first (autogroup). Only a wish: without the right to it they share, and the poll
    gaps say so.
    """
    with contextlib.suppress(OSError):
        os.setsid()
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICE_SESSION))


def prefer_workers() -> None:
    """The polling threads of this process come before its control thread."""
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            if (task / "comm").read_text().startswith(("pydp-", "pydg-")):
                os.setpriority(os.PRIO_PROCESS, int(task.name), _NICE_WORKERS)
