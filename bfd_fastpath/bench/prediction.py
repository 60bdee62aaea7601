# SPDX-License-Identifier: Apache-2.0
"""What a machine should do, from the cycles, cache lines and misses that were measured on the reference
machine: docs/scaling.md has the reasoning, and a test holds its numbers to these.

A packet costs the port's own cycles, work that does not depend on the tables, and a wait for each line of the
tables: how long depends on where those lines are, and that on how many of them are in use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bfd_fastpath.bench.document import Row
from bfd_fastpath.bench.processor import LINE, REFERENCE, Processor, processor_of

#: Of the loads of a burst so many are on their way at a time: a line of memory is taken to need 100 ns, 260
#: cycles of the reference machine, and was waited for 45.
OVERLAP: Final = 5.8
#: Cycles a packet above the port's for what does not wait: checks, next hop, rewrite.
WORK: Final = {4: 28.0, 6: 36.0}
#: Lines of the tables that a packet reads, each after the one before: IPv4 the root, IPv6 a bucket of the
#: first
#: 32 bits and one or two of spans.
LOOKUP_LINES: Final = {4: 1.0, 6: 2.5}
#: Lines of a packet and its buffer that pass through the caches while it is in a ring.
BUFFER_LINES: Final = 4
#: Octets on the wire besides the frame: preamble and gap.
WIRE_OCTETS: Final = 20

#: Cycles of a hello sent and one received, besides waiting for the tables, those for buffers that the other
#: core had among them; lines of tables that the pair touches: session, neighbour, timers. Their sum is what
#: 20,000 to 100,000 sessions took on two virtual cores of a Xeon.
HELLO_WORK: Final = 330.0
HELLO_LINES: Final = 7.0
#: Beside data the buffers' lines and the descriptors' are waited for as well.
LINES_AMONG_DATA: Final = 24.0
#: Octets of a session with its place in the tables of the engine.
SESSION_OCTETS: Final = 256
#: Intervals are shortened at random by 0 to 25 percent (RFC 5880 6.8.7).
JITTER: Final = 0.875
#: Of a core for sessions. A multiplier of 3 forgives hellos that are late, not a core that has too little
#: time.
SESSION_SHARE: Final = 1.0

#: Of what one worker forwards, what each further one costs all: two workers did 1.90 times as much.
CONTENTION: Final = 0.053

#: Cycles of the reference machine for a route of a full table: read from UPDATEs for each feed, and once into
#: the
#: engine's tables. Octets: for each feed, and once.
FEED_CYCLES, TABLE_CYCLES = 2600.0, 1300.0
FEED_OCTETS, TABLE_OCTETS = 25, 33
#: Octets of look-up structures for the first route (the root's array) and for each, by family.
ROOT_OCTETS: Final = 64 << 20
ROUTE_OCTETS: Final = {4: 85, 6: 169}
#: A reload of OpenBGPD with 1,000 clients, cycles a client.
RELOAD_CYCLES: Final = 0.87 * 2.6e9 / 1000


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is forwarded."""

    family: int = 4
    routes: int = 1000
    destinations: int = 1024
    #: Packets between receive and transmit in all rings, each in a buffer of its own.
    buffers: int = 4096
    #: Octets of a frame with its check sequence, the mean of a mix.
    size: float = 64.0


def wait(processor: Processor, octets: float) -> float:
    """Cycles for one line of a set of so many octets, met at random: each cache has the share of it that
    fits."""
    left, cycles = 1.0, 0.0
    for size, ns in ((processor.l2, processor.l2_ns), (processor.l3, processor.l3_ns)):
        share = left * min(1.0, size / octets)
        cycles += share * ns
        left -= share
    return (cycles + left * processor.memory_ns) * processor.hz / 1e9 / OVERLAP


def over_io(traffic: Traffic, processor: Processor) -> float:
    """Cycles a packet above those of the port."""
    lines = LOOKUP_LINES[traffic.family]
    # Routes that nobody sends to are in no cache and cost nothing.
    used = min(traffic.routes, traffic.destinations) if traffic.family == 4 else traffic.destinations
    octets = (used * lines + traffic.buffers * BUFFER_LINES) * LINE
    return WORK[traffic.family] + lines * wait(processor, octets)


def forward_pps(traffic: Traffic, processor: Processor, io_cycles: float, workers: int = 1) -> float:
    """Packets a second that so many workers forward; the wire is not asked."""
    one = processor.hz / (io_cycles + over_io(traffic, processor))
    return one * more(workers)


def more(workers: int) -> float:
    """So many times as much as one worker."""
    return workers / (1 + CONTENTION * (workers - 1))


def line_pps(size: float, gigabits: float) -> float:
    """Frames a second that a port of so many Gbit/s carries."""
    return gigabits * 1e9 / 8 / (size + WIRE_OCTETS)


def hello_cycles(sessions: int, processor: Processor, *, among_data: bool = False) -> float:
    """Of a hello sent and one received. among_data: it is alone in its burst, so that its loads wait for each
    other and not together with those of other hellos.
    """
    line = wait(processor, sessions * SESSION_OCTETS + 8192 * BUFFER_LINES * LINE)
    return HELLO_WORK + line * (LINES_AMONG_DATA * OVERLAP if among_data else HELLO_LINES)


def session_share(
    sessions: int, interval_ms: float, processor: Processor, *, among_data: bool = False
) -> float:
    """Of one core, for so many sessions with both ends at this interval."""
    hellos = sessions / (interval_ms / 1000 * JITTER)
    return hellos * hello_cycles(sessions, processor, among_data=among_data) / processor.hz


def sessions_held(interval_ms: float, processor: Processor) -> int:
    """As many as the first worker, who has them all, can carry; to the thousand, at most the million that
    discriminators number."""
    low, high = 0, 1_048
    while low < high:
        middle = (low + high + 1) // 2
        if session_share(middle * 1000, interval_ms, processor) <= SESSION_SHARE:
            low = middle
        else:
            high = middle - 1
    return low * 1000


def table_seconds(routes: int, feeds: int, processor: Processor) -> float:
    """From the first octet of BGP to the last route in the engine: one thread of Python and C."""
    return routes * (TABLE_CYCLES + FEED_CYCLES * feeds) / processor.hz


def table_octets(routes: int, feeds: int, family: int = 4) -> int:
    """Memory for a table: what BGP keeps of it, and the engine's look-up."""
    return ROOT_OCTETS + routes * (TABLE_OCTETS + FEED_OCTETS * feeds + ROUTE_OCTETS[family])


def reload_seconds(clients: int, processor: Processor) -> float:
    """Of OpenBGPD's configuration, as rs-agent asks for it: the most that a withdrawal waits for another
    one."""
    return clients * RELOAD_CYCLES / processor.hz


def predict(suite: str, row: Row, machine: Mapping[str, Any]) -> float | None:
    """In the unit of the row; None where nothing is known of such a row or the machine."""
    processor = processor_of(machine)
    asked = row.parameters
    if suite == "workers" and (one := row.peers.get("1 worker")) is not None:
        return one.median * more(_number(asked, "workers", 1))
    if suite == "forward" and row.ceiling and row.unit in ("Mpps", "cycles") and not _carried(row):
        traffic = _traffic(asked)
        if row.unit == "cycles":
            return over_io(traffic, processor)
        io_cycles = processor.hz / (row.ceiling * 1e6)
        left = 1.0
        if sessions := _number(asked, "sessions", 0):
            left -= session_share(sessions, asked.get("interval-ms", 50), processor, among_data=True)
        return left * forward_pps(traffic, processor, io_cycles) / 1e6
    if suite == "control" and row.unit == "s" and {"routes", "feeds"} <= asked.keys():
        return table_seconds(asked["routes"], asked["feeds"], processor)
    if suite == "bfd-scale" and row.unit == "false-downs" and {"sessions", "interval-ms"} <= asked.keys():
        share = session_share(asked["sessions"], asked["interval-ms"], processor)
        return 0.0 if share <= SESSION_SHARE else None
    return None


def _carried(row: Row) -> bool:
    """By ports of a cable: their ceiling is the source's, and tells nothing of what io takes."""
    return "bound-by" in row.detail


def _traffic(asked: Mapping[str, Any]) -> Traffic:
    destinations = _number(asked, "destinations", 1024)
    size = asked.get("size", 64)
    # net_pcap keeps a buffer for each packet that it plays, at either port.
    buffers = 2 * max(destinations, 1024)
    mean = float(size) if isinstance(size, int | float) and size else 64.0
    return Traffic(_number(asked, "family", 4), _number(asked, "routes", 1000), destinations, buffers, mean)


def _number(asked: Mapping[str, Any], name: str, default: int) -> int:
    value = asked.get(name, default)
    return value if isinstance(value, int) else default


__all__ = ["REFERENCE", "Traffic", "forward_pps", "line_pps", "over_io", "predict", "sessions_held", "wait"]
