# SPDX-License-Identifier: Apache-2.0
"""Bursts of packets for Python programs: receive, transmit, look at header fields as numpy columns, and at one packet without
a copy. Compiled because its calls are hot. A burst belongs to one thread at a time."""

import numpy

from cpython.buffer cimport PyBuffer_FillInfo
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from pydp.columns cimport Columns
from pydp.handle cimport MempoolHandle, PortHandle
from pydp.native cimport (
    pydp_burst_append,
    pydp_burst_capacity,
    pydp_burst_clear,
    pydp_burst_create,
    pydp_burst_data,
    pydp_burst_destroy,
    pydp_burst_gather,
    pydp_burst_length,
    pydp_burst_receive,
    pydp_burst_t,
    pydp_burst_transmit,
    pydp_mempool_t,
    pydp_port_t,
)

from pydp.errors import BusyError, StaleViewError, StateError, raise_status


cdef class Burst:
    """Owns up to `capacity` packets (at most 512).

    What changes or moves its packets (clear, transmit, enqueue, close) makes every view of them void. While memory of a
    packet is exported (a memoryview or array made from a view is alive) these calls raise BusyError instead: memory
    that somebody holds is never freed.
    """

    def __cinit__(self, uint32_t capacity=32):
        self._burst = NULL
        raise_if(pydp_burst_create(capacity, &self._burst))

    def __dealloc__(self):
        if self._burst != NULL:
            pydp_burst_destroy(self._burst)

    cdef pydp_burst_t *check(self) except NULL:
        if self._burst == NULL:
            raise StateError("this Burst is closed; make a new one")
        return self._burst

    cdef pydp_burst_t *release(self) except NULL:
        """The pointer, for a call after which the packets are elsewhere: all views become void."""
        if self._exports:
            raise BusyError(
                f"{self._exports} memoryviews or arrays of this burst's packets are alive; drop them before its packets go"
            )
        self.check()
        self._generation += 1
        return self._burst

    def close(self):
        """Free the packets and the burst. Closing twice changes nothing. Raises BusyError."""
        if self._burst != NULL:
            burst = self.release()
            self._burst = NULL
            raise_if(pydp_burst_destroy(burst))

    def __enter__(self):
        self.check()
        return self

    def __exit__(self, kind, value, traceback):
        self.close()

    def __len__(self):
        return pydp_burst_length(self.check())

    @property
    def capacity(self):
        """How many packets fit."""
        return pydp_burst_capacity(self.check())

    def receive(self, PortHandle port not None):
        """Fill this empty burst from a port that no engine owns; the number of packets. Raises StateError when not empty."""
        cdef uint32_t count = 0
        raise_if(pydp_burst_receive(self.check(), <pydp_port_t *>port.check(), &count))
        return count

    def transmit(self, PortHandle port not None):
        """Send from the front; the number sent. What was not sent stays, at the front. Raises BusyError."""
        cdef uint32_t sent = 0
        to = <pydp_port_t *>port.check()
        raise_if(pydp_burst_transmit(self.release(), to, &sent))
        return sent

    def append(self, MempoolHandle pool not None, const uint8_t[::1] data not None):
        """Add a packet with these octets, in a buffer of the pool. Raises OutOfMemoryError, InvalidArgumentError."""
        cdef const uint8_t *first = &data[0] if data.shape[0] else NULL
        if data.shape[0] > 0xFFFF:
            raise ValueError(f"a packet has at most 65535 octets, this one {data.shape[0]}")
        raise_if(pydp_burst_append(self.check(), <pydp_mempool_t *>pool.check(), first, <uint32_t>data.shape[0]))

    def clear(self):
        """Free the packets. Raises BusyError."""
        raise_if(pydp_burst_clear(self.release()))

    def gather(self, Columns into=None):
        """Columns of header fields of all packets, by one C call: a fresh Columns, or `into`, whose arrays are reused."""
        burst = self.check()
        cdef uint32_t count = pydp_burst_length(burst)
        if into is None:
            into = Columns(pydp_burst_capacity(burst))
        if into._capacity < count:
            raise ValueError(f"these Columns have room for {into._capacity} packets, the burst has {count}")
        into._count = 0
        raise_if(pydp_burst_gather(burst, &into._c))
        into._count = count
        return into

    def view(self, uint32_t i):
        """The first segment of packet `i`, without a copy. Raises IndexError."""
        cdef PacketView made = PacketView.__new__(PacketView)
        burst = self.check()
        if i >= pydp_burst_length(burst):
            raise IndexError(f"packet {i} of a burst of {pydp_burst_length(burst)}")
        raise_if(pydp_burst_data(burst, i, &made._data, &made._length))
        made._burst = self
        made._generation = self._generation
        return made


cdef class PacketView:
    """One packet of a burst, in place: octets by index, bytes by slice, or the buffer protocol (memoryview, numpy).

    Every use raises StaleViewError once the packet has left the burst. Made by Burst.view.
    """

    cdef Burst _burst
    cdef uint64_t _generation
    cdef uint8_t *_data
    cdef uint32_t _length

    cdef int check(self) except -1:
        if self._burst is None or self._burst._burst == NULL or self._generation != self._burst._generation:
            raise StaleViewError("this packet has left its burst; copy what has to stay with bytes(view)")
        return 0

    @property
    def alive(self):
        """True while the packet is in its burst."""
        return self._burst is not None and self._burst._burst != NULL and self._generation == self._burst._generation

    def __len__(self):
        self.check()
        return self._length

    def __getitem__(self, at):
        self.check()
        if isinstance(at, slice):
            start, stop, step = at.indices(self._length)
            if step == 1:
                return (<const char *>self._data)[start:max(start, stop)]
            return bytes(self)[at]
        return self._data[self._index(at)]

    def __setitem__(self, at, uint8_t value):
        self.check()
        self._data[self._index(at)] = value

    cdef Py_ssize_t _index(self, Py_ssize_t at) except -1:
        if at < 0:
            at += self._length
        if not 0 <= at < self._length:
            raise IndexError(f"octet {at} of a packet of {self._length}")
        return at

    def __bytes__(self):
        self.check()
        return (<const char *>self._data)[: self._length]

    def array(self):
        """The octets as a writable numpy array of uint8, without a copy."""
        return numpy.frombuffer(self, dtype=numpy.uint8)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        self.check()
        PyBuffer_FillInfo(buffer, self, self._data, self._length, 0, flags)
        self._burst._exports += 1

    def __releasebuffer__(self, Py_buffer *buffer):
        self._burst._exports -= 1


cdef inline int raise_if(int status) except -1:
    if status < 0:
        raise_status(status)
    return 0
