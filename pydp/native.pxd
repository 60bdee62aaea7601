# SPDX-License-Identifier: Apache-2.0
# The part of libpydp's public headers that the Cython modules call. The rest is reached through cffi (ffi.py).
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "pydp/pydp.h" nogil:
    ctypedef struct pydp_port_t:
        pass
    ctypedef struct pydp_engine_t:
        pass
    ctypedef struct pydp_mempool_t:
        pass
    ctypedef struct pydp_burst_t:
        pass
    ctypedef struct pydp_ring_t:
        pass

    cdef struct pydp_columns:
        uint32_t *length
        uint16_t *port
        uint16_t *ether_type
        uint16_t *vlan
        uint8_t *ip_version
        uint8_t *ip_protocol
        uint8_t *ttl
        uint8_t (*source)[16]
        uint8_t (*destination)[16]
        uint16_t *source_port
        uint16_t *destination_port
        uint64_t *timestamp_ns

    cdef struct pydp_event:
        pass

    int pydp_burst_create(uint32_t capacity, pydp_burst_t **burst)
    int pydp_burst_destroy(pydp_burst_t *burst)
    uint32_t pydp_burst_length(const pydp_burst_t *burst)
    uint32_t pydp_burst_capacity(const pydp_burst_t *burst)
    int pydp_burst_clear(pydp_burst_t *burst)
    int pydp_burst_receive(pydp_burst_t *burst, pydp_port_t *port, uint32_t *count)
    int pydp_burst_transmit(pydp_burst_t *burst, pydp_port_t *port, uint32_t *sent)
    int pydp_burst_append(pydp_burst_t *burst, pydp_mempool_t *pool, const uint8_t *data, uint32_t length)
    int pydp_burst_data(pydp_burst_t *burst, uint32_t i, uint8_t **data, uint32_t *length)
    int pydp_burst_gather(const pydp_burst_t *burst, const pydp_columns *columns)

    int pydp_ring_create(const char *name, uint32_t capacity, pydp_ring_t **ring)
    int pydp_ring_destroy(pydp_ring_t *ring)
    uint32_t pydp_ring_count(const pydp_ring_t *ring)
    int pydp_ring_enqueue(pydp_ring_t *ring, pydp_burst_t *burst, uint32_t *moved)
    int pydp_ring_dequeue(pydp_ring_t *ring, pydp_burst_t *burst, uint32_t *moved)

    int pydp_event_fd(pydp_engine_t *engine, int *fd)
    int pydp_event_arm(pydp_engine_t *engine)
    int pydp_event_drain(pydp_engine_t *engine, pydp_event *events, uint32_t capacity, uint32_t *count)
    int pydp_event_overflows(pydp_engine_t *engine, uint64_t *count)
