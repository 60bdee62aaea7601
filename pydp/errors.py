# SPDX-License-Identifier: Apache-2.0
"""The one funnel from libpydp's status to Python exceptions. Every failed call raises a PydpError with the
library's own sentence; nothing else in pydp turns a status into an exception.
"""

from typing import ClassVar

from pydp.ffi import lib, text


class PydpError(Exception):
    """A call into the data plane failed.

    `status` is the negative number of native/include/pydp/status.h, `name` its name ("PYDP_E_BUSY"), `text`
    one sentence that says what was wrong and what to do about it.
    """

    #: The status that this class stands for when pydp itself raises it.
    default_status: ClassVar[int] = -1

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.status = self.default_status if status is None else status
        #: Of a call that does several things: how many were done before this one.
        self.done = 0

    @property
    def name(self) -> str:
        """The status's name in C, "PYDP_E_INVAL" and so on."""
        return text(lib.pydp_status_name(self.status))


class InvalidArgumentError(PydpError, ValueError):
    """An argument is wrong."""

    default_status = -1


class OutOfMemoryError(PydpError, MemoryError):
    """Memory, packet buffers or table space ran out."""

    default_status = -2


class ExistsError(PydpError):
    """It is there already."""

    default_status = -3


class NotFoundError(PydpError, LookupError):
    """There is no such thing."""

    default_status = -4


class BusyError(PydpError):
    """It is in use by something else."""

    default_status = -5


class StateError(PydpError):
    """Not possible in this state: EAL not initialised, an engine that runs, a handle that is closed."""

    default_status = -6


class StaleViewError(StateError):
    """The packet behind this view has left its burst (cleared, transmitted, enqueued or closed)."""


class DriverError(PydpError):
    """A port did not probe, or its driver refused."""

    default_status = -7


class UnsupportedError(PydpError):
    """This build, driver or DPDK cannot do it."""

    default_status = -8


class OperatingSystemError(PydpError):
    """The operating system refused; the sentence says why."""

    default_status = -9


class TimedOutError(PydpError):
    """The worker did not acknowledge in time."""

    default_status = -10


class EalError(PydpError):
    """DPDK's environment abstraction layer cannot be initialised (or not again); the sentence has the
    remedy.
    """

    default_status = -6


_CLASSES: dict[int, type[PydpError]] = {
    one.default_status: one
    for one in (
        InvalidArgumentError,
        OutOfMemoryError,
        ExistsError,
        NotFoundError,
        BusyError,
        StateError,
        DriverError,
        UnsupportedError,
        OperatingSystemError,
        TimedOutError,
    )
}


def raise_status(status: int) -> None:
    """Raise the exception of a negative status of the call that this thread has just made; 0 and above
    return.
    """
    if status >= 0:
        return
    sentence = text(lib.pydp_last_error()) or text(lib.pydp_status_name(status))
    raise _CLASSES.get(status, PydpError)(sentence, status)
