# SPDX-License-Identifier: Apache-2.0
"""FRR's zebra and bfdd in a network namespace, on one core."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.envelope.wait import until
from bfd_fastpath.lab.netspace import Space

PROGRAMS: Final = Path("/usr/lib/frr")
_CONFIGURED_S: Final = 180.0
_MULTIPLIER: Final = 3


class Frr:
    """zebra and bfdd. An `exit` in the configuration would be a commit, which costs as much as there are
    sessions already."""

    name = "FRR bfdd"

    def __init__(self, space: Space, directory: Path, cpu: int) -> None:
        self._space, self._directory, self._cpu = space, directory, cpu
        self._before = 0

    async def start(self, sessions: Sequence[tuple[IPv4Address, IPv4Address]], interval_ms: int) -> None:
        directory = self._directory
        directory.mkdir()
        shutil.chown(directory, "frr", "frr")
        for daemon in ("zebra", "bfdd"):
            await self._space.start(
                *("taskset", "-c", str(self._cpu), PROGRAMS / daemon, "--vty_socket", directory),
                *("-z", directory / "zserv.api", "-i", directory / f"{daemon}.pid", "-u", "frr", "-g", "frr"),
                *("-A", "127.0.0.1", "-P", "0", "-f", "/dev/null"),
                *(("--bfdctl", directory / "bfdd.sock") if daemon == "bfdd" else ()),
                log=directory / f"{daemon}.out",
            )
            await until((directory / f"{daemon}.vty").exists, 10.0, f"{daemon} did not start")
        lines = ["XFRR_start_configuration", "bfd", "profile p", f"detect-multiplier {_MULTIPLIER}"]
        lines += [f"transmit-interval {interval_ms}", f"receive-interval {interval_ms}"]
        for own, peer in sessions:
            lines += [f"peer {peer} local-address {own} interface eth0", "profile p"]
        lines += ["XFRR_end_configuration"]
        self._told = directory / "bfdd.conf"
        self._told.write_text("\n".join(lines) + "\n")
        await asyncio.to_thread(self._vtysh, "-d", "bfdd", "-f", str(self._told))

    def up(self) -> int:
        return sum(row["status"] == "up" for row in json.loads(self._vtysh("-c", "show bfd peers json")))

    def mark(self) -> None:
        self._before = self._downs()

    def flaps(self) -> int:
        return self._downs() - self._before

    def _downs(self) -> int:
        rows = json.loads(self._vtysh("-c", "show bfd peers counters json"))
        return sum(int(row["session-down"]) for row in rows)

    def _vtysh(self, *words: str) -> str:
        return self._space.run("vtysh", "--vty_socket", self._directory, *words, within_s=_CONFIGURED_S)
