# SPDX-License-Identifier: Apache-2.0
"""Header fields of a burst's packets as numpy columns, filled by one C call (Burst.gather). Not a packet parser: fields that a
packet does not have are 0."""

import numpy

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t

FIELDS = {
    "length": (numpy.uint32, ()),
    "port": (numpy.uint16, ()),
    "ether_type": (numpy.uint16, ()),
    "vlan": (numpy.uint16, ()),
    "ip_version": (numpy.uint8, ()),
    "ip_protocol": (numpy.uint8, ()),
    "ttl": (numpy.uint8, ()),
    "source": (numpy.uint8, (16,)),
    "destination": (numpy.uint8, (16,)),
    "source_port": (numpy.uint16, ()),
    "destination_port": (numpy.uint16, ()),
    "timestamp_ns": (numpy.uint64, ()),
}


cdef class Columns:
    """Room for the columns of up to `capacity` packets; `fields` names the ones wanted (all of FIELDS unless told).

    Each column is an array of `len(self)` elements, numbers in host order; `source` and `destination` are of shape
    (n, 16), IPv4 in the first four octets. The arrays are windows on memory that the next gather into this object
    overwrites: copy what has to stay.
    """

    def __init__(self, uint32_t capacity, fields=None):
        if capacity == 0:
            raise ValueError("Columns needs a capacity of at least 1")
        self._capacity = capacity
        self._count = 0
        self._arrays = {}
        self._c.length = NULL
        self._c.port = NULL
        self._c.ether_type = NULL
        self._c.vlan = NULL
        self._c.ip_version = NULL
        self._c.ip_protocol = NULL
        self._c.ttl = NULL
        self._c.source = NULL
        self._c.destination = NULL
        self._c.source_port = NULL
        self._c.destination_port = NULL
        self._c.timestamp_ns = NULL
        for name in (FIELDS if fields is None else fields):
            if name not in FIELDS:
                raise ValueError(f"there is no column {name!r}; the columns are {', '.join(FIELDS)}")
            dtype, shape = FIELDS[name]
            array = numpy.zeros((capacity, *shape), dtype=dtype)
            self._arrays[name] = array
            self._point(name, array.ctypes.data)

    cdef object _point(self, str name, uintptr_t at):
        if name == "length":
            self._c.length = <uint32_t *>at
        elif name == "port":
            self._c.port = <uint16_t *>at
        elif name == "ether_type":
            self._c.ether_type = <uint16_t *>at
        elif name == "vlan":
            self._c.vlan = <uint16_t *>at
        elif name == "ip_version":
            self._c.ip_version = <uint8_t *>at
        elif name == "ip_protocol":
            self._c.ip_protocol = <uint8_t *>at
        elif name == "ttl":
            self._c.ttl = <uint8_t *>at
        elif name == "source":
            self._c.source = <uint8_t (*)[16]>at
        elif name == "destination":
            self._c.destination = <uint8_t (*)[16]>at
        elif name == "source_port":
            self._c.source_port = <uint16_t *>at
        elif name == "destination_port":
            self._c.destination_port = <uint16_t *>at
        elif name == "timestamp_ns":
            self._c.timestamp_ns = <uint64_t *>at

    def __len__(self):
        return self._count

    @property
    def capacity(self):
        """How many packets fit."""
        return self._capacity

    @property
    def fields(self):
        """The names of the columns that this object has."""
        return tuple(self._arrays)

    def __getitem__(self, str name):
        """One column; KeyError when it was not asked for."""
        return self._arrays[name][: self._count]

    def records(self):
        """A structured array (a copy) with one record a packet and the columns as its fields."""
        made = numpy.zeros(self._count, dtype=[(name, *FIELDS[name]) for name in self._arrays])
        for name in self._arrays:
            made[name] = self[name]
        return made
