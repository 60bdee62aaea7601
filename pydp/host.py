# SPDX-License-Identifier: Apache-2.0
"""What EAL's line depends on in this machine: CPUs, NUMA nodes, free hugepages, where PCI devices sit. Reads
sysfs only.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HugepagePool:
    """Hugepages of one size on one NUMA node."""

    node: int
    page_kib: int
    free: int

    @property
    def free_mib(self) -> int:
        """Free memory in it, MiB."""
        return self.page_kib * self.free // 1024


@dataclass(frozen=True, slots=True)
class Host:
    """A machine as EAL sees it, as plain data: tests make up machines that nobody has."""

    #: CPUs that this process may run on, ascending.
    cpus: tuple[int, ...]
    #: NUMA node of each CPU; a CPU that is missing here is on node 0.
    node_of_cpu: Mapping[int, int] = field(default_factory=dict)
    hugepages: tuple[HugepagePool, ...] = ()
    #: NUMA node of PCI devices by full address ("0000:03:00.0"); missing or -1: any.
    node_of_device: Mapping[str, int] = field(default_factory=dict)

    @property
    def nodes(self) -> tuple[int, ...]:
        """NUMA nodes that exist, ascending."""
        return tuple(sorted({0, *self.node_of_cpu.values(), *(pool.node for pool in self.hugepages)}))

    def free_mib(self, node: int | None = None) -> int:
        """Free hugepage memory in MiB, of one node or of all."""
        return sum(pool.free_mib for pool in self.hugepages if node is None or pool.node == node)


def read_host(root: Path = Path("/sys"), cpus: Iterable[int] | None = None) -> Host:
    """This machine; `root` is where sysfs is mounted, `cpus` the CPUs to use (the process's own affinity
    unless told).
    """
    allowed = tuple(sorted(os.sched_getaffinity(0) if cpus is None else cpus))
    nodes = sorted((root / "devices/system/node").glob("node[0-9]*"))
    node_of_cpu = {}
    pools = []
    for directory in nodes:
        node = int(directory.name.removeprefix("node"))
        for cpu in directory.glob("cpu[0-9]*"):
            node_of_cpu[int(cpu.name.removeprefix("cpu"))] = node
        pools += _pools(directory / "hugepages", node)
    if not nodes:
        pools = _pools(root / "kernel/mm/hugepages", 0)
    devices = {}
    for directory in sorted((root / "bus/pci/devices").glob("*")):
        devices[directory.name] = int(_read(directory / "numa_node") or "-1")
    return Host(allowed, node_of_cpu, tuple(pools), devices)


def _pools(directory: Path, node: int) -> list[HugepagePool]:
    """The pools below a `hugepages` directory of sysfs."""
    found = []
    for size in sorted(directory.glob("hugepages-*kB")):
        kib = int(size.name.removeprefix("hugepages-").removesuffix("kB"))
        found.append(HugepagePool(node, kib, int(_read(size / "free_hugepages") or "0")))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
