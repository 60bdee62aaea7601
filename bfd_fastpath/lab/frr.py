# SPDX-License-Identifier: Apache-2.0
"""FRR as the other router: zebra, bgpd and bfdd started by hand with directories of their own, and asked
through vtysh.

It is a member like any other, that knows nothing of reporting reachability."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any, Final

from bfd_fastpath.lab.cast import SERVER_AS, Player
from bfd_fastpath.lab.netspace import Space
from bfd_fastpath.lab.options import DemoOptions
from bfd_fastpath.lab.stage import StageError
from bfd_fastpath.routeserver.settings import Address

DAEMONS: Final = Path("/usr/lib/frr")
_WANTED: Final = ("zebra", "bgpd", "bfdd")
_START_S: Final = 10.0


def installed() -> bool:
    return all((DAEMONS / name).exists() for name in _WANTED) and shutil.which("vtysh") is not None


class Frr:
    """The three daemons in one namespace. They end with the namespace."""

    def __init__(self, space: Space, directory: Path) -> None:
        self._space = space
        self._directory = directory

    async def start(self, configuration: str) -> None:
        """Raises StageError with what the daemons or vtysh said."""
        self._directory.mkdir()
        shutil.chown(self._directory, "frr", "frr")
        for name in _WANTED:
            log = self._directory / f"{name}.out"
            await self._space.start(
                DAEMONS / name,
                *("--vty_socket", self._directory, "-z", self._directory / "zserv.api"),
                *("-i", self._directory / f"{name}.pid", "-u", "frr", "-g", "frr"),
                *("-A", "127.0.0.1", "-P", "0", "-f", "/dev/null"),
                log=log,
            )
            await self._until_ready(name, log)
        file = self._directory / "frr.conf"
        file.write_text(configuration)
        self._space.run("vtysh", "--vty_socket", self._directory, "-f", file)

    async def show(self, command: str, daemon: str) -> Any:
        """The answer to `show COMMAND json`; None while there is none."""
        words = ("vtysh", "--vty_socket", self._directory, "-d", daemon, "-c", f"show {command} json")
        process = await self._space.start(*words)
        printed, _ = await process.communicate()
        try:
            return json.loads(printed)
        except ValueError:
            return None

    async def _until_ready(self, name: str, log: Path) -> None:
        end = asyncio.get_running_loop().time() + _START_S
        while not (self._directory / f"{name}.vty").exists():
            if asyncio.get_running_loop().time() > end:
                raise StageError(
                    f"FRR's {name} did not start: {log.read_text().strip() or 'it said nothing'}"
                )
            await asyncio.sleep(0.02)


def configuration(player: Player, other: Player, server: Address, options: DemoOptions) -> str:
    """What an operator of FRR would have typed: one BGP session with the route server, one BFD session with
    A."""
    milliseconds = options.interval_us // 1000
    family = "ipv4 unicast" if player.prefix.version == 4 else "ipv6 unicast"
    return f"""\
router bgp {player.asn}
 bgp router-id {player.identifier}
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
 neighbor {server} remote-as {SERVER_AS}
 neighbor {server} timers connect 1
 address-family {family}
  network {player.prefix}
  neighbor {server} activate
 exit-address-family
bfd
 peer {other.next_hop} local-address {player.next_hop} interface eth0
  transmit-interval {milliseconds}
  receive-interval {milliseconds}
  detect-multiplier {options.multiplier}
"""
