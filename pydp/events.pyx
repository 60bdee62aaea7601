# SPDX-License-Identifier: Apache-2.0
"""The engine's event ring as numpy records. Compiled because draining is hot. It interprets nothing and waits for nothing:
`fd` is for the caller's own loop."""

import numpy

from libc.stdint cimport uint8_t, uint32_t, uint64_t, uintptr_t

from pydp.handle cimport EngineHandle
from pydp.native cimport (
    pydp_engine_t,
    pydp_event,
    pydp_event_arm,
    pydp_event_drain,
    pydp_event_fd,
    pydp_event_overflows,
)

from pydp.errors import StateError, raise_status

#: One event, 80 octets, as struct pydp_event lays it out; see pydp.states for the enumerations in it.
EVENT_DTYPE = numpy.dtype(
    [
        ("time_ns", "u8"),
        ("last_rx_ns", "u8"),
        ("deadline_ns", "u8"),
        ("detection_time_us", "u8"),
        ("session", "u4"),
        ("sequence", "u4"),
        ("local_discriminator", "u4"),
        ("remote_discriminator", "u4"),
        ("negotiated_tx_us", "u4"),
        ("negotiated_rx_us", "u4"),
        ("poll_gap_us", "u4"),
        ("type", "u1"),
        ("flags", "u1"),
        ("old_state", "u1"),
        ("new_state", "u1"),
        ("remote_state", "u1"),
        ("local_diagnostic", "u1"),
        ("remote_diagnostic", "u1"),
        ("nexthop_state", "u1"),
        ("old_nexthop_state", "u1"),
        ("neighbour_state", "u1"),
        ("reserved", "u1", (10,)),
    ]
)


#: The same 80 octets where `type` is EventType.UNSOLICITED, as struct pydp_unsolicited lays them out: view such records
#: with it. Addresses are in network order, of IPv4 in the first four octets.
UNSOLICITED_DTYPE = numpy.dtype(
    [
        ("time_ns", "u8"),
        ("source", "u1", (16,)),
        ("port", "u4"),
        ("vlan", "u2"),
        ("family", "u1"),
        ("reserved1", "u1"),
        ("session", "u4"),
        ("my_discriminator", "u4"),
        ("destination", "u1", (16,)),
        ("reserved2", "u1", (4,)),
        ("type", "u1"),
        ("reserved3", "u1", (19,)),
    ]
)


cdef class Events:
    """The events of one engine; made by the engine (`Engine.events`) and void once that is closed.

    `capacity` is how many records one drain returns at most.
    """

    cdef pydp_engine_t *_engine
    cdef object _array
    cdef pydp_event *_records
    cdef uint32_t _capacity

    def __init__(self, EngineHandle engine not None, uint32_t capacity=1024):
        if capacity == 0:
            raise ValueError("Events needs a capacity of at least 1")
        if EVENT_DTYPE.itemsize != sizeof(pydp_event):
            raise ImportError(f"libpydp's event has {sizeof(pydp_event)} octets, pydp knows {EVENT_DTYPE.itemsize}: rebuild pydp")
        self._engine = <pydp_engine_t *>engine.check()
        self._capacity = capacity
        self._array = numpy.zeros(capacity, dtype=EVENT_DTYPE)
        self._records = <pydp_event *><uintptr_t>self._array.ctypes.data

    cdef pydp_engine_t *check(self) except NULL:
        if self._engine == NULL:
            raise StateError("the engine of these Events is closed")
        return self._engine

    def _detach(self):
        self._engine = NULL

    @property
    def fd(self):
        """An eventfd that becomes readable when there is news after `arm()`. The engine owns it; do not close it."""
        cdef int fd = -1
        cdef int status = pydp_event_fd(self.check(), &fd)
        if status < 0:
            raise_status(status)
        return fd

    def arm(self):
        """Ask for one wake-up on `fd`. True when records wait already: drain before sleeping."""
        cdef int status = pydp_event_arm(self.check())
        if status < 0:
            raise_status(status)
        return status == 1

    def drain(self, uint32_t most=0):
        """The waiting records, oldest first, at most `capacity` of them, or `most` where that is fewer and not 0: an array of
        EVENT_DTYPE that the next drain overwrites (copy what has to stay). Empty when nothing waits; a full answer means that
        more may wait."""
        cdef uint32_t count = 0
        cdef uint32_t room = self._capacity if most == 0 else min(most, self._capacity)
        cdef int status = pydp_event_drain(self.check(), self._records, room, &count)
        if status < 0:
            raise_status(status)
        return self._array[:count]

    @property
    def overflows(self):
        """How many records did not fit into the ring since the engine was created. No session's latest state is lost by
        that: see EventFlag.REREAD."""
        cdef uint64_t count = 0
        cdef int status = pydp_event_overflows(self.check(), &count)
        if status < 0:
            raise_status(status)
        return count
