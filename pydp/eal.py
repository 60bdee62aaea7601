# SPDX-License-Identifier: Apache-2.0
"""DPDK's environment abstraction layer in this process: initialised once, shared by everything, torn down at
most once.

EAL cannot start twice in a process, not even after a clean-up: a program that needs another line needs
another process.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydp.eal_line import eal_line, pci_address
from pydp.errors import EalError, PydpError, raise_status
from pydp.ffi import ffi, lib
from pydp.host import Host, read_host
from pydp.pmdinfo import plugin_directory
from pydp.states import EalState

__all__ = ["EalState", "cleanup", "eal_line", "has_hugepages", "init", "pci_address", "state"]

_AGAIN = {
    EalState.READY: "EAL is initialised already in this process; initialise it once and share it",
    EalState.CLEANED_UP: "EAL was cleaned up in this process and cannot start again; start a new process",
    EalState.FAILED: "EAL failed to start in this process; mend the cause and start a new process",
}


def state() -> EalState:
    """Where EAL stands in this process."""
    return EalState(lib.pydp_eal_state())


def has_hugepages() -> bool:
    """True when EAL is ready and its memory is on hugepages."""
    return bool(lib.pydp_eal_has_hugepages() == 1)


def init(
    ports: Sequence[str] = (),
    *,
    cpu: int | None = None,
    memory_mib: int | None = None,
    extra: Sequence[str] = (),
    host: Host | None = None,
    program: str = "pydp",
) -> list[str]:
    """Initialise EAL for these ports; returns the line it was given (see eal_line for the arguments).

    PCI ports must be named here, because EAL probes them as it starts; virtual ones need not be. The calling
    thread keeps its CPU affinity. Raises EalError with the remedy: a second start, missing hugepages, missing
    drivers.
    """
    before = state()
    if before is not EalState.NOT_INITIALISED:
        raise EalError(_AGAIN[before])
    if plugin_directory() is None:
        raise EalError("DPDK's driver plug-ins are not installed; on Debian: apt-get install librte-meta-net")
    with _alone():
        line = eal_line(
            ports, host=host or read_host(), cpu=cpu, memory_mib=memory_mib, extra=extra, program=program
        )
        words = [ffi.new("char[]", word.encode()) for word in line]
        status = lib.pydp_eal_init(len(words), ffi.new("const char *[]", words))
    try:
        raise_status(status)
    except PydpError as error:
        raise EalError(f"{error.text} (the EAL line was: {' '.join(line[1:])})", error.status) from error
    return line


@contextmanager
def _alone(place: Path = Path("/sys/kernel/mm")) -> Iterator[None]:
    """No other process of this library starts its EAL meanwhile: hugepages that are free when they are
    counted are free when EAL takes them. The lock is the kernel's, on a directory that every Linux has.
    """
    try:
        directory = os.open(place, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


def cleanup() -> None:
    """Tear EAL down at the end of a program. Every engine and port must be closed: BusyError otherwise."""
    raise_status(lib.pydp_eal_cleanup())
