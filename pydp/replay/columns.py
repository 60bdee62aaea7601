# SPDX-License-Identifier: Apache-2.0
"""The structs of pydp/replay.h as numpy dtypes, and the records that wait in a replay drained into arrays."""

from typing import Any

import numpy

from pydp.errors import raise_status
from pydp.ffi import ffi, lib

#: One BFD packet as struct pydp_replay_packet lays it out. IPv4 addresses stand in the first four octets of
#: `source` and `destination`; `kind` is records.Kind, `state` pydp.State, `fault` 0 where it was accepted,
#: `gap_ns` -1 where no packet of this end was before it.
PACKET_DTYPE = numpy.dtype(
    [
        ("number", "u8"),
        ("time_ns", "u8"),
        ("gap_ns", "i8"),
        ("at", "u8"),
        ("captured", "u4"),
        ("length", "u4"),
        ("session", "u4"),
        ("interface", "u4"),
        ("my_discriminator", "u4"),
        ("your_discriminator", "u4"),
        ("desired_min_tx_us", "u4"),
        ("required_min_rx_us", "u4"),
        ("required_min_echo_rx_us", "u4"),
        ("auth_sequence", "u4"),
        ("source", "u1", (16,)),
        ("destination", "u1", (16,)),
        ("source_port", "u2"),
        ("destination_port", "u2"),
        ("link_type", "u2"),
        ("vlan", "u2"),
        ("network_at", "u2"),
        ("payload_at", "u2"),
        ("kind", "u1"),
        ("family", "u1"),
        ("end", "u1"),
        ("fault", "u1"),
        ("state", "u1"),
        ("diagnostic", "u1"),
        ("flags", "u1"),
        ("multiplier", "u1"),
        ("ttl", "u1"),
        ("auth_type", "u1"),
        ("auth_key_id", "u1"),
        ("vlans", "u1"),
        ("link_index", "u4"),
        ("reserved", "u1", (28,)),
    ]
)

#: One happening as struct pydp_replay_event lays it out. Addresses as plain octets: they become objects.
EVENT_DTYPE = numpy.dtype(
    [
        ("number", "u8"),
        ("time_ns", "u8"),
        ("gap_ns", "i8"),
        ("other_gap_ns", "i8"),
        ("detection_ns", "u8"),
        ("interval_ns", "u8"),
        ("session", "u4"),
        ("value", "u4"),
        ("my_discriminator", "u4"),
        ("your_discriminator", "u4"),
        ("desired_min_tx_us", "u4"),
        ("required_min_rx_us", "u4"),
        ("required_min_echo_rx_us", "u4"),
        ("interface", "u4"),
        ("source", "V16"),
        ("destination", "V16"),
        ("source_port", "u2"),
        ("destination_port", "u2"),
        ("vlan", "u2"),
        ("type", "u1"),
        ("kind", "u1"),
        ("family", "u1"),
        ("end", "u1"),
        ("reason", "u1"),
        ("old_state", "u1"),
        ("new_state", "u1"),
        ("other_state", "u1"),
        ("diagnostic", "u1"),
        ("flags", "u1"),
        ("multiplier", "u1"),
        ("ttl", "u1"),
        ("auth_type", "u1"),
        # 27 reserved octets, and two that align the struct.
        ("reserved", "u1", (29,)),
    ]
)

#: One frame of any kind as struct pydp_replay_frame lays it out.
FRAME_DTYPE = numpy.dtype(
    [
        ("number", "u8"),
        ("time_ns", "u8"),
        ("at", "u8"),
        ("captured", "u4"),
        ("length", "u4"),
        ("interface", "u4"),
        ("link_type", "u2"),
        ("reserved", "u2"),
    ]
)

EVENT_FIELDS = {name: at for at, name in enumerate(EVENT_DTYPE.names or ())}


def _check(dtype: "numpy.dtype[Any]", struct: str) -> None:
    size = ffi.sizeof(struct)
    if dtype.itemsize != size:
        raise ImportError(f"libpydp's {struct} has {size} octets, pydp knows {dtype.itemsize}: rebuild pydp")


_check(PACKET_DTYPE, "struct pydp_replay_packet")
_check(FRAME_DTYPE, "struct pydp_replay_frame")
_check(EVENT_DTYPE, "struct pydp_replay_event")


class Drain:
    """Room for the records of one kind that wait in a replay; each call of `take` fills it anew."""

    def __init__(self, dtype: "numpy.dtype[Any]", struct: str, take: Any, capacity: int) -> None:
        self._array = numpy.zeros(capacity, dtype=dtype)
        self._records = ffi.cast(f"{struct} *", ffi.from_buffer(self._array))
        self._take = take
        self._count = ffi.new("uint32_t *")

    def take(self, replay: Any) -> "numpy.ndarray[Any, Any]":
        """A window on the oldest records, valid until the next call; empty when none wait."""
        raise_status(self._take(replay, self._records, len(self._array), self._count))
        return self._array[: self._count[0]]


def packet_drain(capacity: int) -> Drain:
    return Drain(PACKET_DTYPE, "struct pydp_replay_packet", lib.pydp_replay_packets, capacity)


def event_drain(capacity: int) -> Drain:
    return Drain(EVENT_DTYPE, "struct pydp_replay_event", lib.pydp_replay_events, capacity)
