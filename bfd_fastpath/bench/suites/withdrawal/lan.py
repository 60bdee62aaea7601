# SPDX-License-Identifier: Apache-2.0
"""The LAN of an exchange: two network namespaces and a cable, the route server in one, its members in the
other.
"""

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Final

from bfd_fastpath.lab.netspace import Space

NETWORK: Final = IPv4Network("198.18.0.0/16")
SERVER: Final = IPv4Address("198.18.0.1")
AGENT: Final = IPv4Address("198.18.0.2")
ASN, PORT = 64500, 179
#: The number of the member that announces; clients have those behind it.
ANNOUNCER: Final = 10


def client(number: int) -> IPv4Address:
    return IPv4Address("198.18.0.0") + number


def member_asn(number: int) -> int:
    return 65000 + number


class Lan:
    """`server` and `members` are names of namespaces."""

    def __init__(self, name: str) -> None:
        self.server, self.members = f"{name}-server", f"{name}-members"
        self._processes: list[subprocess.Popen[str]] = []

    def start(
        self, space: str, command: Sequence[str | Path], log: Path, *, piped: bool = False
    ) -> "subprocess.Popen[str]":
        """A process in one of them; it ends with the LAN. piped: with its standard input and output."""
        pipe = subprocess.PIPE if piped else None
        with log.open("w") as file:
            process = subprocess.Popen(
                ["ip", "netns", "exec", space, *map(str, command)],
                stdin=pipe or subprocess.DEVNULL,
                stdout=pipe or file,
                stderr=file,
                text=True,
                # Ctrl-C is for who drives them.
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


@contextmanager
def cabled(name: str, clients: int) -> Iterator[Lan]:
    """Addresses for a route server, an agent and so many clients."""
    lan = Lan(name)
    server, members = Space(lan.server), Space(lan.members)
    try:
        for space in (server, members):
            space.make()
        server.run("ip", "link", "add", "lan", "type", "veth", "peer", "name", "lan", "netns", members.name)
        for address in (SERVER, AGENT):
            server.run("ip", "addr", "add", f"{address}/16", "dev", "lan")
        for number in range(ANNOUNCER, ANNOUNCER + 1 + clients):
            members.run("ip", "addr", "add", f"{client(number)}/16", "dev", "lan")
        for space in (server, members):
            space.run("ip", "link", "set", "lan", "up")
        yield lan
    finally:
        lan.close()
        for space in (server, members):
            asyncio.run(space.close())
