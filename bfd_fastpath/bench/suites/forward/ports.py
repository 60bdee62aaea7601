# SPDX-License-Identifier: Apache-2.0
"""Where the programs of a row get their ports from: two that play captures from memory, or one of a cable."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from bfd_fastpath.bench.suites.forward.memory import Memory
from bfd_fastpath.bench.suites.forward.packets import PORT_MACS

#: Of our own engine's pools, beside the packets that a port keeps.
SPARE_MBUFS: Final = 8191


class Ports(Protocol):
    """What a program is told, and where it runs."""

    @property
    def count(self) -> int: ...

    @property
    def cpu(self) -> int: ...

    @property
    def other_cpu(self) -> int: ...

    @property
    def memory(self) -> Memory: ...

    @property
    def mbufs(self) -> int:
        """Enough for all ports: those that are played, on the way, and in caches."""

    def eal(self) -> list[str]:
        """The part of EAL's line about devices."""

    def testpmd(self) -> list[str]:
        """More of its options."""

    def l3fwd(self) -> list[str]:
        """More of its options."""

    def plan(self) -> dict[str, Any]:
        """What our own engine is told (router)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromMemory:
    """Two ports whose packets net_pcap plays, and which drop what is sent."""

    files: tuple[Path, Path]
    packets: int
    cpu: int
    other_cpu: int
    memory: Memory

    @property
    def count(self) -> int:
        return len(self.files)

    @property
    def mbufs(self) -> int:
        return mbufs(self.packets)

    def devices(self) -> list[str]:
        return [f"net_pcap{port},rx_pcap={file},infinite_rx=1" for port, file in enumerate(self.files)]

    def eal(self) -> list[str]:
        return ["--no-pci", *(word for device in self.devices() for word in ("--vdev", device))]

    def testpmd(self) -> list[str]:
        return []

    def l3fwd(self) -> list[str]:
        """Its pool is as large as its queues ask for; net_pcap takes its packets from there."""
        return [f"--rx-queue-size={min(self.packets + 2048, 65535)}"]

    def plan(self) -> dict[str, Any]:
        return {
            "ports": self.devices(),
            "mbufs": self.packets + SPARE_MBUFS,
            "macs": list(PORT_MACS),
            "far-mac": None,
        }


def mbufs(packets: int) -> int:
    """Of a program that plays so many packets on each of two ports."""
    return 2 * packets + 8192
