# SPDX-License-Identifier: Apache-2.0
"""bfd-fastpath as an operator runs it, in a namespace: a configuration file, the process, and its control socket."""

import subprocess
import sys
from typing import Any

from bfd_fastpath.cli.client import NoDaemonError, ask
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until


class Product:
    """`run -c FILE`, answering on its control socket when the constructor returns."""

    def __init__(self, space: Namespace, configuration: str) -> None:
        self._socket = space.directory / "control.sock"
        self._file = space.directory / "bfd-fastpath.toml"
        self.log = space.directory / "bfd-fastpath.log"
        self.write(configuration)
        self._process = space.start(
            sys.executable, "-m", "bfd_fastpath", "run", "-c", self._file, log=self.log
        )
        until(self._answers, bound=20, what="the control socket")

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(
                f"bfd-fastpath ended with {self._process.returncode}:\n{self.log.read_text()}"
            )
        try:
            self.sessions()
        except NoDaemonError:
            return False
        return True

    def write(self, configuration: str) -> None:
        """Replaces the configuration file; the running process hears of it by reload()."""
        self._file.write_text(f'{configuration}\n[control]\npath = "{self._socket}"\n')

    def ask(self, command: str, **arguments: object) -> Any:
        return ask(str(self._socket), command, arguments)

    def reload(self) -> Any:
        return self.ask("reload")

    def sessions(self) -> dict[str, dict[str, Any]]:
        """What `show sessions --json` shows, by the peer's address."""
        return {row["dest-addr"]: row for row in self.ask("show-sessions")["sessions"]}

    def nexthops(self) -> dict[str, dict[str, Any]]:
        """What `show nexthops --json` shows, by address."""
        return {row["address"]: row for row in self.ask("show-nexthops")["next-hops"]}

    def terminate(self) -> int:
        """SIGTERM, and the exit code."""
        self._process.terminate()
        try:
            return self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"bfd-fastpath did not leave:\n{self.log.read_text()}") from None
