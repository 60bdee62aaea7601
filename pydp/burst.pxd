# SPDX-License-Identifier: Apache-2.0
# How ring.pyx moves the packets of a burst; see burst.pyx.
from libc.stdint cimport uint64_t

from pydp.native cimport pydp_burst_t


cdef class Burst:
    cdef pydp_burst_t *_burst
    cdef uint64_t _generation
    cdef Py_ssize_t _exports
    cdef pydp_burst_t *check(self) except NULL
    cdef pydp_burst_t *release(self) except NULL
