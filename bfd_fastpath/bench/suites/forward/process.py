# SPDX-License-Identifier: Apache-2.0
"""A program that takes part: started once, stopped and continued by signals while others have their turn."""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None)
#: clock_getcpuclockid(3): the CPU time of a process, and of one of its threads.
_PROCESS_CLOCK: Final = 2
_THREAD_CLOCK: Final = 6
_LEAVE_S: Final = 10.0


class PartError(Exception):
    """Somebody cannot take part; the text says why, and what to do about it."""


class NotInstalledError(PartError):
    """It is not there at all."""


def process_clock(pid: int) -> int:
    return ~pid << 3 | _PROCESS_CLOCK


def thread_clock(thread: int) -> int:
    """Of this process."""
    return ~thread << 3 | _THREAD_CLOCK


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """Ends with this one, however this one ends."""

    def __init__(self, command: Sequence[str], log: Path, **environment: str) -> None:
        self._log = log
        with log.open("wb") as file:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                bufsize=0,
                env=os.environ | environment,
                # A thread would be the only danger, and there is none.
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def input(self) -> IO[bytes]:
        assert self._child.stdin is not None
        return self._child.stdin

    @property
    def output(self) -> IO[bytes]:
        assert self._child.stdout is not None
        return self._child.stdout

    def runs(self) -> bool:
        return self._child.poll() is None

    def last_words(self) -> str:
        """The end of what it wrote to its standard error."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:])

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def leave(self, by: signal.Signals | None = None) -> None:
        """It is told to end, by its closed input and this signal; and ended where it does not."""
        self.input.close()
        if by is not None:
            self._child.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(_LEAVE_S)
        self.end()

    def end(self) -> None:
        self._child.kill()
        self._child.wait()
        self.input.close()
        self.output.close()
