# SPDX-License-Identifier: Apache-2.0
"""BIRD in a namespace, configured by a file and asked through birdc."""

import re
from dataclasses import dataclass

from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until


@dataclass(frozen=True, slots=True)
class BirdBfd:
    """One line of `show bfd sessions`; times are in seconds."""

    state: str
    interval: float
    timeout: float


class Bird:
    def __init__(self, space: Namespace, configuration: str) -> None:
        self.space = space
        self._socket = space.directory / "bird.ctl"
        self._file = space.directory / "bird.conf"
        self._file.write_text(configuration)
        space.start(
            "bird",
            "-f",
            "-c",
            self._file,
            "-s",
            self._socket,
            "-P",
            space.directory / "bird.pid",
            log=space.directory / "bird.out",
        )
        until(lambda: (self._socket).exists(), what="BIRD's control socket")

    def configure(self, text: str) -> None:
        self._file.write_text(text)
        answer = self.ask("configure")
        assert "Reconfigur" in answer, answer

    def ask(self, command: str) -> str:
        return self.space.run("birdc", "-s", self._socket, command)

    def bfd_sessions(self) -> dict[str, BirdBfd]:
        """The BFD sessions by peer address."""
        rows = re.findall(
            r"^(\S+)\s+eth0\s+(\w+)\s+\S+\s+(?:\S+\s+)?([\d.]+)\s+([\d.]+)$",
            self.ask("show bfd sessions"),
            re.M,
        )
        return {
            address: BirdBfd(state, float(interval), float(timeout))
            for address, state, interval, timeout in rows
        }
