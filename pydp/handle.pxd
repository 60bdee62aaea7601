# SPDX-License-Identifier: Apache-2.0
# How the other compiled modules reach the C pointer inside a handle; see handle.pyx.
from libc.stdint cimport uintptr_t


cdef class Handle:
    cdef uintptr_t _pointer
    cdef object __weakref__
    cdef void *check(self) except NULL


cdef class PortHandle(Handle):
    pass


cdef class MempoolHandle(Handle):
    pass


cdef class EngineHandle(Handle):
    pass
