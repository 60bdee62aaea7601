# SPDX-License-Identifier: Apache-2.0
"""BIRD in a namespace, configured by a file and asked through birdc."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until


@dataclass(frozen=True, slots=True)
class BirdBfd:
    """One line of `show bfd sessions`; times are in seconds."""

    state: str
    interval: float
    timeout: float


class Bird:
    def __init__(self, space: Namespace, directory: Path, configuration: str) -> None:
        self.space = space
        self.directory = directory
        directory.mkdir(parents=True)
        self._file = directory / "bird.conf"
        self._file.write_text(configuration)
        space.start(
            "bird",
            "-f",
            "-c",
            self._file,
            "-s",
            directory / "bird.ctl",
            "-P",
            directory / "bird.pid",
            log=directory / "bird.out",
        )
        until(lambda: (directory / "bird.ctl").exists(), what="BIRD's control socket")

    def configure(self, text: str) -> None:
        self._file.write_text(text)
        answer = self.ask("configure")
        assert "Reconfigur" in answer, answer

    def ask(self, command: str) -> str:
        return self.space.run("birdc", "-s", self.directory / "bird.ctl", command)

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
