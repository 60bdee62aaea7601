# SPDX-License-Identifier: Apache-2.0
"""Network namespaces of the kernel stage: made under names of their own, and removed with everything that
runs in them."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path
from typing import Final

from bfd_fastpath.lab.stage import StageError

Interface = IPv4Interface | IPv6Interface

_PATIENCE_S: Final = 3.0
_COMMAND_S: Final = 30.0


class Space:
    """One namespace. `close` may be called at any time, also twice."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._processes: list[asyncio.subprocess.Process] = []

    def make(self) -> None:
        """Raises StageError; `close` is due in any case."""
        _run("ip", "netns", "add", self.name)
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command: str | Path, within_s: float = _COMMAND_S) -> str:
        """Run a command in it to its end; what it printed. Raises StageError."""
        return _run("ip", "netns", "exec", self.name, *map(str, command), within_s=within_s)

    async def start(self, *command: str | Path, log: Path | None = None) -> asyncio.subprocess.Process:
        """Start a process in it: standard output is a pipe, or goes to `log` with standard error.

        It has a session of its own, so that Ctrl-C reaches it only through `close`.
        """
        words = ("ip", "netns", "exec", self.name, *map(str, command))
        if log is None:
            process = await asyncio.create_subprocess_exec(
                *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
            )
        else:
            with log.open("ab") as file:
                process = await asyncio.create_subprocess_exec(
                    *words, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
                )
        self._processes = [p for p in self._processes if p.returncode is None]
        self._processes.append(process)
        return process

    async def close(self) -> None:
        """End what runs in it, politely and then not, and remove it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in pids(self.name):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            for process in self._processes:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), _PATIENCE_S)
        _finish("ip", "netns", "del", self.name)


class Lan:
    """A bridge in a namespace of its own, to which members are plugged; frames between two of them can be
    dropped."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.members: dict[str, Space] = {}
        self.switch = Space(f"{tag}-switch")

    def make(self) -> None:
        """Raises StageError; `close` is due in any case."""
        self.switch.make()
        bridge = ("type", "bridge", "mcast_snooping", "0", "forward_delay", "0")
        self.switch.run("ip", "link", "add", "br0", *bridge)
        self.switch.run("ip", "link", "set", "br0", "up")
        self.switch.run("nft", "add", "table", "bridge", "cable")
        chain = "{ type filter hook forward priority 0; }"
        self.switch.run("nft", "add", "chain", "bridge", "cable", "forward", chain)

    def plug(self, name: str, addresses: Sequence[Interface]) -> Space:
        """A member with one interface, eth0, and these addresses. Raises StageError."""
        space = self.members[name] = Space(f"{self._tag}-{name}")
        space.make()
        mac = f"02:00:00:00:00:{len(self.members):02x}"
        space.run(
            *("ip", "link", "add", "eth0", "address", mac),
            *("type", "veth", "peer", "name", name, "netns", self.switch.name),
        )
        space.run("sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0", "net.ipv6.conf.eth0.accept_ra=0")
        for address in addresses:
            extra = ("nodad",) if address.version == 6 else ()
            space.run("ip", "addr", "add", str(address), "dev", "eth0", *extra)
        # Checksums are left to a NIC that does not exist here; whoever reads raw frames would see them wrong.
        for place, device in ((space, "eth0"), (self.switch, name)):
            place.run("ethtool", "-K", device, "tx", "off", "gro", "off", "gso", "off", "tso", "off")
        self.switch.run("ip", "link", "set", "dev", name, "master", "br0", "up")
        space.run("ip", "link", "set", "eth0", "up")
        return space

    def drop(self, source: str, target: str) -> None:
        """Frames from one member to the other vanish in the bridge; both keep their links up."""
        rule = f'iifname "{source}" oifname "{target}" drop'
        self.switch.run("nft", "add", "rule", "bridge", "cable", "forward", rule)

    def mend(self) -> None:
        """Nothing is dropped any more."""
        self.switch.run("nft", "flush", "chain", "bridge", "cable", "forward")

    async def close(self) -> None:
        for space in (*self.members.values(), self.switch):
            await space.close()


def pids(name: str) -> list[int]:
    """What runs in a namespace."""
    return [int(pid) for pid in _finish("ip", "netns", "pids", name).stdout.split()]


def _run(*words: str, within_s: float = _COMMAND_S) -> str:
    try:
        done = _finish(*words, within_s=within_s)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StageError(f"{' '.join(words)}: {error}") from error
    if done.returncode != 0:
        raise StageError(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _finish(*words: str, within_s: float = _COMMAND_S) -> subprocess.CompletedProcess[str]:
    """In a session of its own: the terminal's Ctrl-C would otherwise end the command in the middle, also the
    one that cleans up."""
    return subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=within_s, start_new_session=True
    )
