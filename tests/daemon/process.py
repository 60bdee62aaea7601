# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath run` as a child process with a port that needs nothing (net_null), answering on its control socket."""

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bfd_fastpath.cli.client import NoDaemonError, ask
from tests.interop.support.poll import until

PEER = "198.51.100.2"
PORT = """
[router]
name = "r1"
[[port]]
name = "lan0"
devargs = "{devargs}"
addresses = ["198.51.100.1/24"]
"""
SESSION = f"""
[[session]]
interface = "lan0"
dest-addr = "{PEER}"
"""


class Daemon:
    """`with Daemon(directory)`: running when the block begins, gone when it ends."""

    def __init__(
        self, directory: Path, text: str = PORT + SESSION, *, devargs: str = "net_null0", more: str = ""
    ) -> None:
        self.directory = directory
        self.socket = directory / "control.sock"
        self.file = directory / "config.toml"
        self.log = directory / "log"
        self._more = more
        self.write(text, devargs=devargs)

    def write(
        self, text: str, *, devargs: str = "net_null0", log: str = 'level = "info"\nformat = "json"'
    ) -> None:
        text = text.format(devargs=devargs) if "{devargs}" in text else text
        self.file.write_text(f'{text}\n{self._more}\n[control]\npath = "{self.socket}"\n[log]\n{log}\n')

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the process and waits for nothing."""
        command = [sys.executable, "-m", "bfd_fastpath", "run", "-c", str(self.file)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self.process

    def fail(self) -> tuple[int, str]:
        """For a start that is to fail: exit code and what was printed."""
        self.launch()
        try:
            return self.process.wait(30), self.log.read_text()
        finally:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        self.launch()
        until(self._answers, bound=30, what="the control socket")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            self.ask("show-sessions")
        except NoDaemonError:
            return False
        return True

    def ask(self, command: str, **arguments: object) -> Any:
        return ask(str(self.socket), command, arguments)

    def logged(self, text: str) -> str:
        return until(self.log.read_text, lambda seen: text in seen, what=repr(text))

    def ended(self, bound_s: float = 30) -> int:
        return self.process.wait(bound_s)


def seconds_since(begun: float) -> float:
    return time.monotonic() - begun
