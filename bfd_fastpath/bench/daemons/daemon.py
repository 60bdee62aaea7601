# SPDX-License-Identifier: Apache-2.0
"""A routing daemon on loopback: its files in a directory of the caller, its process ended with the block."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_BOUND_S: Final = 30.0


class DaemonError(Exception):
    """It ended, does not listen, or refused what it was told."""


def free_port(address: str) -> int:
    """A TCP port that was free on the address a moment ago."""
    with socket.create_server((address, 0)) as taken:
        return int(taken.getsockname()[1])


def _listens(address: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
            probe.connect((address, port))
        except OSError:
            return False
    return True


class Daemon:
    """One process, in a group of its own; its output goes to a log in its directory."""

    def __init__(
        self, directory: Path, *command: str | Path, environment: dict[str, str] | None = None
    ) -> None:
        self.directory = directory
        self._name = str(command[0])
        self._command, self._environment = command, environment
        self._log = directory / "log"
        self._log.write_text("")
        self.start()

    def start(self, *more: str) -> None:
        """Begins the process, with more options than it was made with; its output goes on in the log."""
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [*(str(word) for word in self._command), *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(self._environment or {})},
                start_new_session=True,
            )

    def kill(self) -> None:
        """It is gone without a word; once more changes nothing."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ready(self, address: str, port: int) -> None:
        """Waits until it listens; DaemonError with its log when it does not."""
        end = time.monotonic() + _BOUND_S
        while not _listens(address, port):
            if self.process.poll() is not None:
                raise DaemonError(f"{self._name} ended:\n{self.log()}")
            if time.monotonic() > end:
                raise DaemonError(f"{self._name} does not listen:\n{self.log()}")
            time.sleep(0.02)

    def log(self) -> str:
        return self._log.read_text()

    @staticmethod
    def ask(*command: str | Path) -> str:
        """Runs a command to its end and returns what it printed; DaemonError when it failed."""
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, timeout=30, check=False
        )
        if done.returncode:
            raise DaemonError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def close(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
