# SPDX-License-Identifier: Apache-2.0
"""BIRD in a network namespace, on one core."""

import re
import time
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.envelope.wait import until
from bfd_fastpath.lab.netspace import Space

_MULTIPLIER: Final = 3


class Bird:
    """BIRD with its BFD protocol alone."""

    name = "BIRD"

    def __init__(self, space: Space, directory: Path, cpu: int) -> None:
        self._space, self._directory, self._cpu = space, directory, cpu
        self._marked = 0.0

    async def start(self, sessions: Sequence[tuple[IPv4Address, IPv4Address]], interval_ms: int) -> None:
        directory = self._directory
        directory.mkdir()
        neighbours = "\n".join(f' neighbor {peer} dev "eth0" local {own};' for own, peer in sessions)
        (directory / "bird.conf").write_text(
            f'router id {sessions[0][0]};\ntimeformat protocol "%s";\nprotocol device {{ }}\n'
            f'protocol bfd {{\n interface "eth0" {{ interval {interval_ms} ms; '
            f"multiplier {_MULTIPLIER}; }};\n{neighbours}\n}}\n"
        )
        await self._space.start(
            *("taskset", "-c", str(self._cpu), "bird", "-f", "-c", directory / "bird.conf"),
            *("-s", directory / "bird.ctl", "-P", directory / "bird.pid"),
            log=directory / "bird.out",
        )
        await until((directory / "bird.ctl").exists, 10.0, "BIRD did not start")

    def up(self) -> int:
        return len(self._since())

    def mark(self) -> None:
        self._marked = time.time() + 1

    def flaps(self) -> int:
        """Sessions that are not Up, or are so only since."""
        since = self._since()
        return self._count - sum(moment <= self._marked for moment in since)

    def _since(self) -> list[float]:
        said = self._space.run("birdc", "-s", self._directory / "bird.ctl", "show bfd sessions")
        rows = re.findall(r"^\d+\.\S+\s+\S+\s+(\S+)\s+(\S+)", said, re.M)
        self._count = len(rows)
        return [float(moment) for state, moment in rows if state == "Up"]
