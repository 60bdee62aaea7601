# SPDX-License-Identifier: Apache-2.0
"""What every object of libpydp that has to be closed shares: it knows whether it is alive, and complains when it is dropped
open. The kinds are classes of their own so that compiled code can tell a port's pointer from an engine's."""

import warnings

from pydp.errors import StateError


cdef class Handle:
    """An object of libpydp: closed by `close()` or by leaving its `with` block."""

    @property
    def alive(self):
        """True until it is closed."""
        return self._pointer != 0

    cdef void *check(self) except NULL:
        if self._pointer == 0:
            raise StateError(f"this {type(self).__name__} is closed; open a new one")
        return <void *>self._pointer

    def _address(self):
        return <uintptr_t>self.check()

    def _adopt(self, uintptr_t pointer):
        self._pointer = pointer

    def _release(self):
        self._pointer = 0

    def close(self):
        """Give it back to libpydp. Closing twice changes nothing."""
        raise NotImplementedError

    def __enter__(self):
        self.check()
        return self

    def __exit__(self, kind, value, traceback):
        self.close()

    def __del__(self):
        if self._pointer == 0:
            return
        warnings.warn(f"{self!r} was dropped open; close it, or use it in a with block", ResourceWarning, source=self)
        try:
            self.close()
        except Exception:  # it stays open: something else still uses it, and a finaliser has nobody to tell
            pass


cdef class PortHandle(Handle):
    """A handle that holds a port."""


cdef class MempoolHandle(Handle):
    """A handle that holds a mempool."""


cdef class EngineHandle(Handle):
    """A handle that holds an engine."""
