# SPDX-License-Identifier: Apache-2.0
"""Our own router as a process of the kernel stage: `bfd-fastpath run`, its events read from its log, asked
over its control socket."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Final, get_args

from bfd_fastpath.lab.cast import LAN4, LAN6, SERVER_AS, Player
from bfd_fastpath.lab.netspace import Space
from bfd_fastpath.lab.options import DemoOptions
from bfd_fastpath.lab.stage import StageError
from bfd_fastpath.net import control_protocol as protocol
from bfd_fastpath.prefixes import Run
from bfd_fastpath.router import events
from bfd_fastpath.routeserver.settings import Address

_KINDS: Final = {kind.name: kind for kind in get_args(events.RouterEvent)}
_ADDRESSES: Final = {"peer", "address", "next_hop"}
_START_S: Final = 20.0


class RouterChild:
    """`observe` hears its events as a router in this process would tell them."""

    def __init__(self, space: Space, directory: Path, observe: Callable[[events.RouterEvent], None]) -> None:
        self._space = space
        self._directory = directory
        self._observe = observe
        self._reader: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._said: list[str] = []

    async def start(self, configuration: str) -> None:
        """Raises StageError with what the process said when it does not answer in time."""
        self._directory.mkdir()
        file = self._directory / "bfd-fastpath.toml"
        file.write_text(configuration + f'[control]\npath = "{self._socket}"\n')
        # Its log is its standard error; the shell's redirection puts it on the pipe that is read here.
        command = 'exec "$0" -m bfd_fastpath run -c "$1" 2>&1'
        self._process = await self._space.start("sh", "-c", command, sys.executable, file)
        self._reader = asyncio.get_running_loop().create_task(self._read(self._process))
        end = asyncio.get_running_loop().time() + _START_S
        while not self._socket.exists():
            late = asyncio.get_running_loop().time() > end
            if late or self._process.returncode is not None:
                raise StageError(f"router A did not start; it said: {self._last_words()}")
            await asyncio.sleep(0.05)

    async def ask(self, command: str) -> Any:
        """The result of one command on the control socket. Raises StageError when nobody answers."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._socket), limit=1 << 24)
        except OSError as error:
            raise StageError(f"router A does not answer ({error}); it said: {self._last_words()}") from None
        try:
            writer.write(protocol.encode_request(command, {}))
            await writer.drain()
            return protocol.decode_response(await reader.readline())
        finally:
            writer.close()

    async def close(self) -> None:
        """Stop listening to it; the process ends with its namespace."""
        if self._reader is not None:
            self._reader.cancel()

    def _last_words(self) -> str:
        return " ".join(self._said[-3:]) or "nothing"

    @property
    def _socket(self) -> Path:
        return self._directory / "control.sock"

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            text = line.decode(errors="replace").strip()
            event = event_of(text)
            if event is not None:
                self._observe(event)
            else:
                self._said.append(text)


def event_of(line: str) -> events.RouterEvent | None:
    """The router event that a line of the JSON log tells of; None for any other line."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    kind = _KINDS.get(values.get("event")) if isinstance(values, dict) else None
    if kind is None or any(field.name not in values for field in fields(kind)):
        return None
    given = {field.name: values[field.name] for field in fields(kind)}
    for name in _ADDRESSES & given.keys():
        given[name] = ip_address(given[name])
    if "prefixes" in given:
        (given["prefixes"],) = Run.of(map(ip_network, given["prefixes"]))
    if "families" in given:
        given["families"] = tuple(given["families"])
    event: events.RouterEvent = kind(**given)
    return event


def configuration(player: Player, server: Address, options: DemoOptions) -> str:
    """Router A beside its kernel: the kernel has the addresses, answers ARP and keeps BGP's TCP; the engine
    runs BFD."""
    return f"""\
[router]
name = "{player.name}"
asn = {player.asn}
router-id = "{player.identifier}"

[eal]
hugepages = "never"

[[port]]
name = "lan"
devargs = "net_af_packet0,iface=eth0"
addresses = ["{player.lan4}/{LAN4.prefixlen}", "{player.lan6}/{LAN6.prefixlen}"]
neighbours = "kernel"

[bfd]
local-multiplier = {options.multiplier}
min-interval = {options.interval_us}

[[neighbor]]
address = "{server}"
remote-as = {SERVER_AS}
connect-retry = "1s"
announce = [{{ prefix = "{player.prefix}", next-hop = "{player.next_hop}" }}]

[log]
level = "debug"
format = "json"

"""
