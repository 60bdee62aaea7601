# SPDX-License-Identifier: Apache-2.0
"""A lock-free ring of packets between threads. Packets move in bursts; nothing is copied."""

from libc.stdint cimport uint32_t

from pydp.burst cimport Burst
from pydp.handle cimport Handle
from pydp.native cimport (
    pydp_ring_count,
    pydp_ring_create,
    pydp_ring_dequeue,
    pydp_ring_destroy,
    pydp_ring_enqueue,
    pydp_ring_t,
)

from pydp.errors import raise_status


cdef class Ring(Handle):
    """A ring of up to `capacity` packets (a power of two); its name is for messages. Raises InvalidArgumentError,
    OutOfMemoryError."""

    def __init__(self, str name not None, uint32_t capacity=1024):
        cdef pydp_ring_t *made = NULL
        encoded = name.encode()
        cdef int status = pydp_ring_create(encoded, capacity, &made)
        if status < 0:
            raise_status(status)
        self._pointer = <size_t>made

    def __len__(self):
        return pydp_ring_count(<pydp_ring_t *>self.check())

    def enqueue(self, Burst burst not None):
        """Move packets from the front of the burst into the ring; how many fitted. The rest stays in the burst."""
        cdef uint32_t moved = 0
        ring = <pydp_ring_t *>self.check()
        cdef int status = pydp_ring_enqueue(ring, burst.release(), &moved)
        if status < 0:
            raise_status(status)
        return moved

    def dequeue(self, Burst burst not None):
        """Move packets from the ring into the free room of the burst; how many came."""
        cdef uint32_t moved = 0
        ring = <pydp_ring_t *>self.check()
        cdef int status = pydp_ring_dequeue(ring, burst.check(), &moved)
        if status < 0:
            raise_status(status)
        return moved

    def close(self):
        """Free the ring and the packets in it. Closing twice changes nothing."""
        if self._pointer != 0:
            ring = <pydp_ring_t *>self._pointer
            self._pointer = 0
            pydp_ring_destroy(ring)
