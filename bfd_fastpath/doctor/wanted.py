# SPDX-License-Identifier: Apache-2.0
"""What a configuration wants of a machine, as far as the doctor looks at it; without one, which CPUs and
devices it speaks of instead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bfd_fastpath.config import Config
from bfd_fastpath.config.model import Hugepages, Idle
from bfd_fastpath.doctor.machine import Machine
from pydp.eal_line import pci_address

#: CPUs that are spoken of where no configuration names any.
_SPOKEN_OF = 4
_INTERFACE = re.compile(r"\biface=([^,\s]+)")


class PortKind(StrEnum):
    PCI = "pci"
    AF_XDP = "af_xdp"
    AF_PACKET = "af_packet"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class WantedPort:
    name: str
    devargs: str
    kind: PortKind
    #: PCI address of a PCI port.
    address: str | None = None
    #: Kernel interface of the others.
    interface: str | None = None
    #: Receive queues; None: one a worker.
    queues: int | None = None
    mtu: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """CPUs of the workers, and more where there is a configuration."""

    cpus: tuple[int, ...]
    #: Whether a configuration names them; otherwise they are what would be near the NIC.
    pinned: bool = False
    #: Whether there is a configuration.
    configured: bool = False
    workers: int = 1
    ports: tuple[WantedPort, ...] = ()
    memory_mib: int = 256
    hugepages_required: bool = False
    polls: bool = False

    def port_of(self, address: str) -> WantedPort | None:
        """The port at a PCI address."""
        return next((one for one in self.ports if one.address == address), None)


def wanted_by(config: Config | None, machine: Machine) -> Wanted:
    """What is wanted of this machine."""
    if config is None:
        return Wanted(spoken_of(machine, [one.device.numa_node for one in machine.nics if one.drivers]))
    ports = tuple(_port(one.name, one.devargs, one.queues, one.mtu) for one in config.ports)
    engine = config.engine
    pinned = engine.cpus or (() if engine.cpu is None else (engine.cpu,))
    pci = [one.address for one in ports if one.address is not None]
    nodes = [nic.device.numa_node for address in pci if (nic := machine.nic(address)) is not None]
    return Wanted(
        cpus=pinned or spoken_of(machine, nodes, engine.workers),
        pinned=bool(pinned),
        configured=True,
        workers=engine.workers,
        ports=ports,
        memory_mib=config.eal.memory_mib,
        hugepages_required=config.eal.hugepages is Hugepages.REQUIRE or bool(pci),
        polls=engine.idle is Idle.POLL,
    )


def wanted_for(cpus: tuple[int, ...], devargs: Sequence[str]) -> Wanted:
    """What a program wants that polls ports with these devargs on these CPUs, one worker; without ports what
    any would.
    """
    ports = tuple(_port(one, one, None, None) for one in devargs)
    return Wanted(
        cpus=cpus,
        pinned=True,
        configured=bool(ports),
        ports=ports,
        hugepages_required=any(one.kind is PortKind.PCI for one in ports),
        polls=True,
    )


def spoken_of(machine: Machine, nodes: list[int], most: int = _SPOKEN_OF) -> tuple[int, ...]:
    """One CPU a core, on the NUMA node of the first NIC, without the machine's first core, which is left to
    the kernel and Python. Where there is one core only, that."""
    node = max(nodes[0], 0) if nodes else 0
    here = [cpu for cpu in machine.cpus if machine.node_of_cpu[cpu] == node] or list(machine.cpus)
    first = set(machine.siblings(machine.cpus[0]))
    cores = [cpu for cpu in here if cpu not in first and cpu == min(machine.siblings(cpu))]
    return (
        tuple(cores[:most]) or tuple(cpu for cpu in here if cpu != machine.cpus[0])[:most] or machine.cpus[:1]
    )


def _port(name: str, devargs: str, queues: int | None, mtu: int | None) -> WantedPort:
    address = pci_address(devargs)
    if address is not None:
        return WantedPort(name, devargs, PortKind.PCI, address, None, queues, mtu)
    found = _INTERFACE.search(devargs)
    kinds = {
        "net_af_xdp": PortKind.AF_XDP,
        "net_af_packet": PortKind.AF_PACKET,
        "eth_af_packet": PortKind.AF_PACKET,
    }
    kind = next((kind for start, kind in kinds.items() if devargs.startswith(start)), PortKind.OTHER)
    return WantedPort(name, devargs, kind, None, found[1] if found else None, queues, mtu)
