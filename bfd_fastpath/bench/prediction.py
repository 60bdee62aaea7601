# SPDX-License-Identifier: Apache-2.0
"""What a machine should do, from cycles that were measured (costs) and the caches that a processor has:
docs/scaling.md has the reasoning, and a test holds its numbers to these.

A packet costs the port's own cycles, work that does not depend on the tables, and a wait for each line of the
tables: how long depends on where that line is, and that on what passes through the caches until it is read
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bfd_fastpath.bench.document import Row
from bfd_fastpath.bench.processor import LINE, REFERENCE, Processor, processor_of

#: Lines of the tables that a packet reads, each after the one before: IPv4 the root, IPv6 a bucket of the
#: first 32 bits and one or two of spans.
LOOKUP_LINES: Final = {4: 1.0, 6: 2.5}
#: Lines of a packet and its buffer: they pass through the caches with it.
BUFFER_LINES: Final = 4
#: Octets on the wire besides the frame: preamble and gap.
WIRE_OCTETS: Final = 20

#: Lines of tables that a hello sent and one received touch: session, neighbour, timers.
HELLO_LINES: Final = 7.0
#: Beside data so many are waited for, one after the other.
LINES_AMONG_DATA: Final = 7.1
#: Octets of a session with its place in the tables of the engine.
SESSION_OCTETS: Final = 256
#: Intervals are shortened at random by 0 to 25 percent (RFC 5880 6.8.7).
JITTER: Final = 0.875
#: Of a core for sessions. A multiplier of 3 forgives hellos that are late, not a core that has too little
#: time.
SESSION_SHARE: Final = 1.0

#: Octets of a full table: for each feed, and once.
FEED_OCTETS, TABLE_OCTETS = 25, 33
#: Octets of look-up structures for the first route (the root's array) and for each, by family.
ROOT_OCTETS: Final = 64 << 20
ROUTE_OCTETS: Final = {4: 85, 6: 169}


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is forwarded."""

    family: int = 4
    routes: int = 1000
    destinations: int = 1024


def load(processor: Processor, octets: float) -> float:
    """Cycles for one line that is read again after so many octets of others: each cache has the share that
    fits."""
    left, ns = 1.0, 0.0
    for size, each_ns in ((processor.l2, processor.l2_ns), (processor.l3, processor.l3_ns)):
        share = left * min(1.0, size / octets)
        ns += share * each_ns
        left -= share
    return (ns + left * processor.memory_ns) * processor.hz / 1e9


def over_io(traffic: Traffic, processor: Processor) -> float:
    """Cycles a packet above those of the port."""
    lines, costs = LOOKUP_LINES[traffic.family], processor.costs
    # Routes that nobody sends to are in no cache and cost nothing. Until a line is read again as many packets
    # have passed as there are lines in use.
    used = min(traffic.routes, traffic.destinations)
    octets = used * (lines + BUFFER_LINES) * LINE
    return costs.work[traffic.family] + lines * load(processor, octets) / costs.overlap[traffic.family]


def forward_pps(traffic: Traffic, processor: Processor, io_cycles: float, workers: int = 1) -> float:
    """Packets a second that so many workers forward; the wire is not asked."""
    one = processor.hz / (io_cycles + over_io(traffic, processor))
    return one * more(workers, processor)


def more(workers: int, processor: Processor) -> float:
    """So many times as much as one worker."""
    return workers / (1 + processor.costs.contention * (workers - 1))


def line_pps(size: float, gigabits: float) -> float:
    """Frames a second that a port of so many Gbit/s carries."""
    return gigabits * 1e9 / 8 / (size + WIRE_OCTETS)


def hello_cycles(sessions: int, processor: Processor, *, among_data: bool = False) -> float:
    """Of a hello sent and one received. among_data: it is alone in its burst, so that its loads wait for each
    other and not together with those of other hellos.
    """
    line = load(processor, sessions * SESSION_OCTETS + 8192 * BUFFER_LINES * LINE)
    waits = LINES_AMONG_DATA if among_data else HELLO_LINES / processor.costs.overlap[4]
    return processor.costs.hello + line * waits


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
    return routes * (processor.costs.table + processor.costs.feed * feeds) / processor.hz


def table_octets(routes: int, feeds: int, family: int = 4) -> int:
    """Memory for a table: what BGP keeps of it, and the engine's look-up."""
    return ROOT_OCTETS + routes * (TABLE_OCTETS + FEED_OCTETS * feeds + ROUTE_OCTETS[family])


def reload_seconds(clients: int, processor: Processor) -> float:
    """Of OpenBGPD's configuration, as rs-agent asks for it: the most that a withdrawal waits for another
    one."""
    return clients * processor.costs.reload / processor.hz


def predict(suite: str, row: Row, machine: Mapping[str, Any]) -> float | None:
    """In the unit of the row; None where nothing is known of such a row or the machine."""
    processor = processor_of(machine)
    asked = row.parameters
    if suite == "workers" and (one := row.peers.get("1 worker")) is not None:
        return one.median * more(_number(asked, "workers", 1), processor)
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
        # Those that a core has no time for do not stay Up: all of them, as a row tells it.
        return 0.0 if share <= SESSION_SHARE else float(asked["sessions"])
    if suite == "reload" and asked.get("server") == "openbgpd":
        return reload_seconds(_number(asked, "clients", 0), processor)
    return None


def _carried(row: Row) -> bool:
    """By ports of a cable: their ceiling is the source's, and tells nothing of what io takes."""
    return "bound-by" in row.detail


def _traffic(asked: Mapping[str, Any]) -> Traffic:
    return Traffic(
        _number(asked, "family", 4), _number(asked, "routes", 1000), _number(asked, "destinations", 1024)
    )


def _number(asked: Mapping[str, Any], name: str, default: int) -> int:
    value = asked.get(name, default)
    return value if isinstance(value, int) else default


__all__ = ["REFERENCE", "Traffic", "forward_pps", "line_pps", "load", "over_io", "predict", "sessions_held"]
