# SPDX-License-Identifier: Apache-2.0
"""The flows of a generator: UDP packets with a number and the time of sending in each, and what became of
them at the receiving side, here or in another process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy
import numpy.typing

from pydp.addresses import Address, fill, mac_octets
from pydp.errors import InvalidArgumentError, raise_status
from pydp.ffi import ffi, lib

if TYPE_CHECKING:
    from pydp.generate.generator import Generator

#: The Internet mix as testers use it: seven small frames, four middle ones, one large one, spread evenly.
IMIX: Final = (64, 594, 64, 64, 594, 64, 1518, 64, 594, 64, 64, 594)
#: What a frame takes on an Ethernet besides its octets: preamble, start delimiter and the gap behind it.
WIRE_OVERHEAD: Final = 20
_STEPS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowConfig:
    """What to send. Sizes are whole frames with their checksum (FCS) and without a VLAN tag, as RFC 2544
    counts; packet i takes sizes[i % n], destinations[i % n], and source and source port likewise.
    """

    source: Address
    destinations: Sequence[Address]
    #: Whose MAC address the packets go to; None: `mac` says it.
    gateway: Address | None = None
    mac: str | bytes | None = None
    #: Index of the port in its generator.
    port: int = 0
    vlan: int = 0
    sizes: Sequence[int] = (64,)
    sources: int = 1
    source_port: int = 49152
    source_ports: int = 1
    destination_port: int = 9
    ttl: int = 64
    dscp: int = 0


@dataclass(frozen=True, slots=True)
class FlowState:
    """A flow at both its ends; what is not here is zero. Times are nanoseconds of CLOCK_MONOTONIC (or of the
    stepped clock), 0: never.
    """

    sent: int
    sent_bytes: int
    #: Should have been sent by now, or by the end.
    due: int
    #: Of those, given up because we were too late by more than a burst: the rate was not kept.
    skipped: int
    start_ns: int
    last_tx_ns: int
    unresolved: int
    #: Turns in which the port or the packet buffers were full.
    full: int
    sending: bool
    resolved: bool
    #: Copies included.
    received: int
    received_bytes: int
    #: Different packets.
    unique: int
    #: The greatest number that came, and one.
    expected: int
    duplicated: int
    #: Behind a packet that was sent later (RFC 4737 3.3).
    reordered: int
    #: So far behind (65,536 packets) that a copy cannot be told from a late packet.
    beyond: int
    #: The farthest that one was behind, in packets.
    extent: int
    #: Of a start before this one.
    stale: int
    #: Checksum wrong; not in `received`.
    corrupt: int
    #: Received before they were sent: the clocks differ.
    ahead: int
    first_rx_ns: int
    last_rx_ns: int
    latency_count: int
    latency_sum_ns: int
    latency_min_ns: int
    latency_max_ns: int
    #: Packets by latency: below 16 ns a bucket each, then 16 for each doubling (latency_floors).
    latency: numpy.typing.NDArray[numpy.uint64]

    @property
    def lost(self) -> int:
        """Sent and not received; where the sender is elsewhere, numbers missing below the greatest."""
        return max(self.sent, self.expected) - self.unique

    @property
    def tx_pps(self) -> float:
        """The achieved rate, packets a second by the clock between the first and the last packet."""
        span = self.last_tx_ns - self.start_ns
        return (self.sent - 1) * 1e9 / span if span > 0 and self.sent > 1 else 0.0

    @property
    def rx_pps(self) -> float:
        """Packets a second between the first and the last that was received."""
        span = self.last_rx_ns - self.first_rx_ns
        return (self.received - 1) * 1e9 / span if span > 0 and self.received > 1 else 0.0

    def latency_ns(self, share: float) -> float | None:
        """The latency that this share of the packets (0.99: p99) does not exceed, nanoseconds, to about three
        percent; None without any.
        """
        if self.latency_count == 0:
            return None
        if share >= 1:
            return float(self.latency_max_ns)
        reached = numpy.cumsum(self.latency)
        bucket = int(numpy.searchsorted(reached, share * self.latency_count, side="left"))
        floors = latency_floors()
        end = floors[bucket + 1] if bucket + 1 < len(floors) else self.latency_max_ns
        middle = (float(floors[bucket]) + float(end) - 1) / 2 if bucket >= _STEPS else float(floors[bucket])
        return min(max(middle, float(self.latency_min_ns)), float(self.latency_max_ns))


def latency_floors() -> numpy.typing.NDArray[numpy.uint64]:
    """The shortest latency of each bucket, nanoseconds."""
    buckets = numpy.arange(ffi.typeof("struct pydp_generate_flow_state").fields[-1][1].type.length)
    octave, step = numpy.divmod(buckets, _STEPS)
    floors = numpy.where(octave == 0, step, (_STEPS + step) << numpy.maximum(octave - 1, 0))
    return floors.astype(numpy.uint64)


class Flow:
    """One flow by its number; made by `Generator.flow`. Its number says which flow it is on both sides."""

    def __init__(self, generator: "Generator", number: int) -> None:
        self._generator = generator
        self.number = number

    def set(self, config: FlowConfig) -> None:
        """What to send. Raises StateError while it is being sent, InvalidArgumentError."""
        raw, keep = _wanted(self.number, config)
        raise_status(lib.pydp_generate_flow_set(self._generator._c, raw))
        del keep

    def start(self, pps: float | None = None, packets: int | None = None) -> None:
        """Send from number 0 on: `pps` packets a second, exact to a thousandth (None: as fast as the port
        takes them); so many packets (None: until stop). What was counted before is forgotten. Raises
        StateError, NotFoundError (nothing set), InvalidArgumentError.
        """
        millirate = 0 if pps is None else round(pps * 1000)
        if pps is not None and millirate < 1:
            raise InvalidArgumentError(f"{pps} packets a second: at least 0.001")
        if packets is not None and packets < 1:
            raise InvalidArgumentError(f"{packets} packets: at least 1")
        raise_status(lib.pydp_generate_flow_start(self._generator._c, self.number, millirate, packets or 0))

    def stop(self) -> None:
        """Send no more. Stopping twice changes nothing."""
        raise_status(lib.pydp_generate_flow_stop(self._generator._c, self.number))

    def read(self) -> FlowState:
        """How it fares."""
        raw = ffi.new("struct pydp_generate_flow_state *")
        raise_status(lib.pydp_generate_flow_read(self._generator._c, self.number, raw))
        values = {name: getattr(raw, name) for name in FlowState.__dataclass_fields__ if name != "latency"}
        values["sending"], values["resolved"] = bool(raw.sending), bool(raw.resolved)
        latency = numpy.frombuffer(ffi.buffer(raw.latency), dtype=numpy.uint64).copy()
        return FlowState(**values, latency=latency)


def _wanted(number: int, config: FlowConfig) -> tuple[Any, Any]:
    """A `struct pydp_generate_flow`, and what must live as long. Raises InvalidArgumentError."""
    raw = ffi.new("struct pydp_generate_flow *")
    addresses = numpy.zeros((len(config.destinations), 20), dtype=numpy.uint8)
    for row, address in zip(addresses, config.destinations, strict=True):
        row[: len(address.packed)] = numpy.frombuffer(address.packed, dtype=numpy.uint8)
        row[16] = address.version
    fill(raw.source, config.source)
    if config.gateway is not None:
        fill(raw.gateway, config.gateway)
    if config.mac is not None:
        ffi.memmove(raw.mac.octets, mac_octets(config.mac), 6)
    try:
        sizes = ffi.new("uint16_t[]", list(config.sizes))
        raw.number = number
        raw.port = config.port
        raw.vlan = config.vlan
        raw.source_port = config.source_port
        raw.source_ports = config.source_ports
        raw.destination_port = config.destination_port
        raw.sources = config.sources
        raw.ttl = config.ttl
        raw.dscp = config.dscp
    except OverflowError as error:
        raise InvalidArgumentError(f"a number of flow {number} is out of range: {error}") from error
    raw.size_count = len(config.sizes)
    raw.sizes = sizes
    raw.destination_count = len(config.destinations)
    raw.destinations = ffi.cast("struct pydp_address *", addresses.ctypes.data)
    return raw, (sizes, addresses)
