# SPDX-License-Identifier: Apache-2.0
"""The NLRI octets of unicast prefixes (RFC 4271 4.3), checked and cut by the run."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t

from bfd_fastpath.prefixes.nlri cimport nlri_behind


def read(int version, bytes data not None, Py_ssize_t start, Py_ssize_t end):
    """The prefixes of data[start:end] as octets whose bits beyond a prefix's length are zero, and how many there
    are; None where one of them is malformed. ValueError for a range outside of the data."""
    cdef const uint8_t *octets = <const uint8_t *>PyBytes_AS_STRING(data)
    cdef Py_ssize_t at = start, behind, count = 0
    cdef int bits = 32 if version == 4 else 128, used
    cdef bint stray = False
    if start < 0 or end > PyBytes_GET_SIZE(data):
        raise ValueError("a range outside of the data")
    while at < end:
        behind = nlri_behind(octets, at, end, bits)
        if behind < 0:
            return None
        used = octets[at] & 7
        if used and octets[behind - 1] & (0xff >> used):
            stray = True
        at = behind
        count += 1
    found = data[start:end]
    return (_cleared(found, bits) if stray else found), count


cdef bytes _cleared(bytes data, int bits):
    cdef bytearray copy = bytearray(data)
    cdef uint8_t *octets = copy
    cdef Py_ssize_t at = 0, end = len(copy), behind
    cdef int used
    while at < end:
        behind = nlri_behind(octets, at, end, bits)
        used = octets[at] & 7
        if used:
            octets[behind - 1] &= 0xff << (8 - used)
        at = behind
    return bytes(copy)


def skip(int version, bytes data not None, Py_ssize_t at, Py_ssize_t count):
    """The position behind the next `count` prefixes, or the end where there are fewer. ValueError where one is
    malformed."""
    cdef const uint8_t *octets = <const uint8_t *>PyBytes_AS_STRING(data)
    cdef Py_ssize_t end = PyBytes_GET_SIZE(data)
    cdef int bits = 32 if version == 4 else 128
    if at < 0:
        raise ValueError("a position outside of the data")
    while count > 0 and at < end:
        at = nlri_behind(octets, at, end, bits)
        if at < 0:
            raise ValueError("malformed prefix")
        count -= 1
    return at


def fit(int version, bytes data not None, Py_ssize_t at, Py_ssize_t octets):
    """(position behind, how many) of the prefixes from `at` on that fit so many octets, at least one. ValueError where one is
    malformed, or none is left."""
    cdef const uint8_t *from_ = <const uint8_t *>PyBytes_AS_STRING(data)
    cdef Py_ssize_t end = PyBytes_GET_SIZE(data), first = at, behind, count = 0
    cdef int bits = 32 if version == 4 else 128
    if at < 0 or at >= end:
        raise ValueError("a position outside of the data")
    while at < end:
        behind = nlri_behind(from_, at, end, bits)
        if behind < 0:
            raise ValueError("malformed prefix")
        if count and behind - first > octets:
            break
        at = behind
        count += 1
    return at, count
