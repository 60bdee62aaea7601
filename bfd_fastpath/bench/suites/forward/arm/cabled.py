# SPDX-License-Identifier: Apache-2.0
"""One port of a cable, as the programs that take part are told of it."""

from dataclasses import dataclass
from typing import Any, Final

from bfd_fastpath.bench.suites.forward.memory import Memory
from pydp.eal_line import pci_address

#: Of a program: for its queues either way, and what is in its caches.
MBUFS: Final = 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class Cabled:
    """What comes in by the port leaves by it, to who sent it."""

    devargs: str
    #: Of the generator's port.
    far_mac: str
    cpu: int
    other_cpu: int
    memory: Memory

    @property
    def count(self) -> int:
        return 1

    @property
    def mbufs(self) -> int:
        return MBUFS

    def eal(self) -> list[str]:
        return devices(self.devargs)

    def testpmd(self) -> list[str]:
        return [f"--eth-peer=0,{self.far_mac}"]

    def l3fwd(self) -> list[str]:
        return [f"--eth-dest=0,{self.far_mac}"]

    def plan(self) -> dict[str, Any]:
        return {"ports": [self.devargs], "mbufs": 0, "macs": [None], "far-mac": self.far_mac}


def devices(devargs: str) -> list[str]:
    """The part of EAL's line about devices: this one and no other. One of PCI is allowed by its address, for
    an EAL that may probe takes every one; without one, PCI is left alone.
    """
    address = pci_address(devargs)
    if address is None:
        return ["--no-pci", "--vdev", devargs]
    _, comma, options = devargs.partition(",")
    return ["-a", f"{address}{comma}{options}"]
