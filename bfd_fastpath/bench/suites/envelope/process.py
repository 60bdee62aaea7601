# SPDX-License-Identifier: Apache-2.0
"""A process that measures: EAL once, and precedence over whoever else runs on its cores."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pydp

_MEMORY_MIB: Final = 1536
_NICE_SESSION: Final = -20
_NICE_WORKERS: Final = -10


def prepare(ports: Sequence[str] = ()) -> None:
    """Before any port: precedence, and EAL, which probes those of PCI, where it is not initialised."""
    take_precedence()
    if pydp.eal.state() is pydp.eal.EalState.NOT_INITIALISED:
        pydp.eal.init(ports, memory_mib=_MEMORY_MIB, program="bench")


def take_precedence() -> None:
    """This process and its threads come before whoever else runs on their cores, in a session of their own,
    for Linux weighs sessions first (autogroup). Only a wish: without the right to it they share, and the poll
    gaps say so.
    """
    with contextlib.suppress(OSError):
        os.setsid()
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICE_SESSION))


def prefer_workers() -> None:
    """The polling threads of this process come before its control thread."""
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            if (task / "comm").read_text().startswith(("pydp-", "pydg-")):
                os.setpriority(os.PRIO_PROCESS, int(task.name), _NICE_WORKERS)
