# SPDX-License-Identifier: Apache-2.0
"""What an engine counts: packets by kind and reason for each port, and the worker's own lateness."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy

from pydp.errors import raise_status
from pydp.ffi import ffi, lib, text

if TYPE_CHECKING:
    from pydp.engine import Engine


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing that is counted for each port."""

    index: int
    #: Stable and in kebab-case: "rx-bfd", "drop-ttl".
    name: str
    #: One line for people.
    text: str
    #: True for a reason why packets are dropped.
    is_drop: bool
    #: True when packets in transit may be counted here.
    is_forwarding: bool


@cache
def counters() -> tuple[Counter, ...]:
    """Every counter there is, in the order of their numbers."""
    return tuple(
        Counter(
            i,
            text(lib.pydp_counter_name(i)),
            text(lib.pydp_counter_text(i)),
            lib.pydp_counter_is_drop(i) == 1,
            lib.pydp_counter_is_forwarding(i) == 1,
        )
        for i in range(lib.pydp_counter_count())
    )


@dataclass(frozen=True, slots=True)
class WorkerStats:
    """How a worker fared since it was created. A poll gap is the time from one look at the receive queues to
    the next, less any part of it slept with every port able to wake the worker.
    """

    turns: int
    #: Turns that received or sent something.
    busy_turns: int
    sleeps: int
    #: Own gaps that made a detection wait.
    stalls: int
    #: Detections that waited.
    stalled_sessions: int
    poll_gap_max_ns: int
    #: Bucket i counts gaps in [2**i, 2**(i + 1)) microseconds, bucket 0 everything below 2.
    poll_gap_us_log2: tuple[int, ...]
    commands: int
    events: int
    running: bool
    #: Packets from its queues.
    received: int
    #: Packets.
    forwarded: int
    #: Packets that it received and left to the first worker.
    handed_over: int


@dataclass(frozen=True, slots=True)
class Rise:
    """A counter of a port that has risen."""

    port: int
    counter: Counter
    by: int


class Tally:
    """What an engine counted since the last look; made by `Stats.tally`. Cheap enough for each packet."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._values = ffi.new("uint64_t[]", len(counters()))
        self._octets = ffi.buffer(self._values)
        self._before: list[bytes] = []
        for port in range(len(engine.ports)):
            self._read(port)
            self._before.append(bytes(self._octets))

    def risen(self) -> list[Rise]:
        """Counters of all ports that were attached when this was made."""
        found: list[Rise] = []
        for port, before in enumerate(self._before):
            self._read(port)
            now = bytes(self._octets)
            if now == before:
                continue
            self._before[port] = now
            risen = numpy.frombuffer(now, numpy.uint64) - numpy.frombuffer(before, numpy.uint64)
            for i in numpy.flatnonzero(risen).tolist():
                found.append(Rise(port, counters()[i], int(risen[i])))
        return found

    def _read(self, port: int) -> None:
        raise_status(lib.pydp_engine_counters(self._engine._c, port, self._values, len(self._values)))


@dataclass(frozen=True, slots=True)
class StageStats:
    """What a stage of the packet path took, of one burst of packets in 61: the others are not timed."""

    #: "receive", "classify", "control", "look-up", "rewrite", "transmit".
    name: str
    #: Of the time stamp counter.
    cycles: int
    #: That went through the stage in these.
    packets: int


class Stats:
    """The counters of one engine; made by `Engine.stats`."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def port(self, port: int) -> dict[str, int]:
        """Values of all counters of one attached port, by name. Raises NotFoundError or
        InvalidArgumentError.
        """
        known = counters()
        values = ffi.new("uint64_t[]", len(known))
        raise_status(lib.pydp_engine_counters(self._engine._c, port, values, len(known)))
        return {counter.name: values[counter.index] for counter in known}

    def drops(self, port: int) -> dict[str, int]:
        """The counters of one attached port that are reasons for drops and are not 0."""
        values = self.port(port)
        return {
            counter.name: values[counter.name]
            for counter in counters()
            if counter.is_drop and values[counter.name]
        }

    def tally(self) -> Tally:
        """A look at the counters of all ports that tells what has risen since the look before."""
        return Tally(self._engine)

    @property
    def workers(self) -> int:
        """How many workers the engine has."""
        return int(lib.pydp_engine_workers(self._engine._c))

    def worker(self, worker: int = 0) -> WorkerStats:
        """How a worker fares; sessions, commands and events are the first one's. Raises
        InvalidArgumentError.
        """
        raw = ffi.new("struct pydp_worker_stats *")
        raise_status(lib.pydp_engine_worker_stats(self._engine._c, worker, raw))
        return WorkerStats(
            turns=raw.turns,
            busy_turns=raw.busy_turns,
            sleeps=raw.sleeps,
            stalls=raw.stalls,
            stalled_sessions=raw.stalled_sessions,
            poll_gap_max_ns=raw.poll_gap_max_ns,
            poll_gap_us_log2=tuple(raw.poll_gap_us_log2),
            commands=raw.commands,
            events=raw.events,
            running=bool(raw.running),
            received=raw.received,
            forwarded=raw.forwarded,
            handed_over=raw.handed_over,
        )

    def stages(self, worker: int = 0) -> tuple[StageStats, ...]:
        """What the stages took a worker since the engine was created, in the order in which packets go
        through them. Raises InvalidArgumentError.
        """
        count = lib.pydp_stage_count()
        raw = ffi.new("struct pydp_stage_stats[]", count)
        raise_status(lib.pydp_engine_stages(self._engine._c, worker, raw, count))
        return tuple(
            StageStats(text(lib.pydp_stage_name(i)), raw[i].cycles, raw[i].packets) for i in range(count)
        )

    def reset_gap(self) -> None:
        """Forget the longest poll gap and the histogram of gaps."""
        raise_status(lib.pydp_engine_worker_stats_reset_gap(self._engine._c))
