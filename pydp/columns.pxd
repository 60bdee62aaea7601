# SPDX-License-Identifier: Apache-2.0
# How burst.pyx reaches the C pointers of a Columns; see columns.pyx.
from libc.stdint cimport uint32_t, uintptr_t

from pydp.native cimport pydp_columns


cdef class Columns:
    cdef pydp_columns _c
    cdef dict _arrays
    cdef uint32_t _capacity
    cdef uint32_t _count
    cdef object _point(self, str name, uintptr_t at)
