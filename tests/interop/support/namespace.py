# SPDX-License-Identifier: Apache-2.0
"""A network namespace that a test owns: made empty, run in, and deleted with all the processes that were started in it."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self


class Namespace:
    def __init__(self, name: str) -> None:
        self.name = name
        #: For the sockets, logs and configurations of what runs here; open to daemons that change their user.
        self.directory = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self.directory.chmod(0o755)
        self._processes: list[subprocess.Popen[str]] = []
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command: str | Path, check: bool = True, input: str | None = None) -> str:
        """Runs a command in the namespace to its end and returns what it printed; fails loudly with its stderr."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, *map(str, command)],
            check=False,
            capture_output=True,
            text=True,
            input=input,
            timeout=60,
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{self.name}: {' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def start(
        self, *command: str | Path, log: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Starts a command in the namespace; what it prints goes to `log`. It is ended with the namespace."""
        output: IO[str] | int = log.open("a") if log else subprocess.DEVNULL
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
        if not isinstance(output, int):
            output.close()
        self._processes.append(process)
        return process

    def pids(self) -> Sequence[int]:
        listed = subprocess.run(
            ["ip", "netns", "pids", self.name], check=False, capture_output=True, text=True
        )
        return [int(pid) for pid in listed.stdout.split()]

    def close(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.pids():
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    continue
            for process in self._processes:
                try:
                    process.wait(timeout=3)
                except subprocess.TimeoutExpired:
                    continue
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
