# SPDX-License-Identifier: Apache-2.0
from libc.stdint cimport uint8_t


cdef inline Py_ssize_t nlri_behind(const uint8_t *octets, Py_ssize_t at, Py_ssize_t end, int bits) noexcept nogil:
    """Where the prefix that begins at `at` ends; -1 where it is malformed. `bits`: of an address."""
    cdef int length = octets[at]
    cdef Py_ssize_t stop = at + 1 + ((length + 7) >> 3)
    return stop if length <= bits and stop <= end else -1
