# SPDX-License-Identifier: Apache-2.0
"""The argument list for DPDK's EAL, as a pure function of ports and machine. It initialises nothing and reads
nothing.

Two rules of EAL shape it. `--no-huge` implies `--legacy-mem`, which EAL refuses together with `--in-memory`:
without hugepages the line has `--no-huge --no-shconf` instead. And an EAL that may probe PCI takes every
device that is bound to a DPDK-capable driver, another program's too: each wanted device is allowed by name,
or PCI is switched off.
"""

import re
from collections.abc import Sequence

from pydp.errors import EalError, InvalidArgumentError
from pydp.host import Host

#: MiB that pools and tables of a few ports take, with hugepages (which can grow) and without (which cannot).
HUGE_MIB = 256
PLAIN_MIB = 1024
PER_PORT_MIB = 48
BASE_MIB = 64

_PCI = re.compile(r"^(?:pci:)?((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7])(,.*)?$")
_MEMORY = ("-m", "--socket-mem", "--numa-mem")
_CORES = ("-l", "-c", "-s", "-S", "--lcores", "--corelist", "--coremask")
_PROBING = ("-a", "-b", "--allow", "--block", "--no-pci")


def pci_address(devargs: str) -> str | None:
    """The full PCI address ("0000:03:00.0") that devargs begin with, or None when they name a virtual
    device.
    """
    found = _PCI.match(devargs)
    if found is None:
        return None
    address = found[1].lower()
    return address if address.count(":") == 2 else f"0000:{address}"


def eal_line(
    ports: Sequence[str] = (),
    *,
    host: Host,
    cpu: int | None = None,
    memory_mib: int | None = None,
    extra: Sequence[str] = (),
    program: str = "pydp",
) -> list[str]:
    """EAL's arguments, the program's name first.

    `ports` are devargs as ports are opened with; `cpu` is where EAL's main lcore lives (chosen on the NUMA
    node of the PCI ports unless told); `memory_mib` what EAL takes at the start (256 MiB of hugepages or 1024
    MiB without, more with many ports, unless told); `extra` is appended, and where it sets memory, cores, log
    level or probing, ours is left out.

    Raises EalError when a PCI port is not there or lacks hugepages, InvalidArgumentError for a CPU that this
    process may not use and for memory of less than 1 MiB.
    """
    if memory_mib is not None and memory_mib < 1:
        raise InvalidArgumentError(
            f"{memory_mib} MiB of memory is too little; leave it out, or give 64 or more"
        )
    given = {option.split("=", 1)[0] for option in extra} | {
        option[:2] for option in extra if re.match(r"-\w", option)
    }
    allowed = {address: devargs for devargs in ports if (address := pci_address(devargs)) is not None}
    # A machine of which no PCI device is known (no sysfs) is taken at its word.
    if host.node_of_device and (absent := allowed.keys() - host.node_of_device.keys()):
        raise EalError(
            f"this machine has no PCI device {', '.join(sorted(absent))}: "
            "`bfd-fastpath pmdinfo` lists those it has"
        )
    nodes = sorted({max(host.node_of_device.get(address, -1), 0) for address in allowed})
    line = [program]
    if not given.intersection(_CORES):
        line += ["-l", str(_main_cpu(host, nodes, cpu))]
    line += _memory(host, allowed, nodes, memory_mib, len(ports), given)
    if not given.intersection(_PROBING) and not allowed:
        line.append("--no-pci")
    for address, devargs in allowed.items():
        found = _PCI.match(devargs)
        line += ["-a", address + ((found[2] if found else None) or "")]
    if "--telemetry" not in given:
        line.append("--no-telemetry")
    if "--log-level" not in given:
        line.append("--log-level=error")
    return [*line, *extra]


def _main_cpu(host: Host, nodes: Sequence[int], cpu: int | None) -> int:
    """Where the main lcore lives: near the PCI ports when nothing else is said."""
    if not host.cpus:
        raise InvalidArgumentError("this process may run on no CPU at all")
    if cpu is not None:
        if cpu not in host.cpus:
            usable = ", ".join(map(str, host.cpus))
            raise InvalidArgumentError(
                f"CPU {cpu} is not one that this process may run on; choose one of {usable}"
            )
        return cpu
    near = [one for one in host.cpus if host.node_of_cpu.get(one, 0) in nodes]
    return (near or host.cpus)[0]


def _memory(
    host: Host, allowed: dict[str, str], nodes: Sequence[int], wanted: int | None, ports: int, given: set[str]
) -> list[str]:
    """The memory part of the line."""
    need = BASE_MIB + PER_PORT_MIB * ports
    huge = max(HUGE_MIB, need) if wanted is None else wanted
    mode = ["--in-memory"] if not given.intersection(("--in-memory", "--file-prefix")) else []
    own_size = bool(given.intersection(_MEMORY))
    if "--no-huge" in given:
        plain = max(PLAIN_MIB, need) if wanted is None else wanted
        return ([] if "--no-shconf" in given else ["--no-shconf"]) + ([] if own_size else ["-m", str(plain)])
    if allowed:
        if own_size:
            return mode
        _require_hugepages(host, allowed, nodes, huge)
        if len(host.nodes) == 1:
            return [*mode, "-m", str(huge)]
        share = ",".join(str(huge if node in nodes else 0) for node in range(max(host.nodes) + 1))
        return [*mode, "--socket-mem", share]
    forced = bool(given.intersection(("--in-memory", "--file-prefix", "--huge-dir")))
    if forced or host.free_mib() >= huge:
        return mode + ([] if own_size else ["-m", str(huge)])
    plain = max(PLAIN_MIB, need) if wanted is None else wanted
    return ["--no-huge", "--no-shconf"] + ([] if own_size else ["-m", str(plain)])


def _require_hugepages(host: Host, allowed: dict[str, str], nodes: Sequence[int], mib: int) -> None:
    """Raise EalError when a node that a PCI port sits on has too few hugepages: its driver cannot run
    without.
    """
    for node in nodes:
        free = host.free_mib(node)
        if free >= mib:
            continue
        here = [address for address in allowed if max(host.node_of_device.get(address, -1), 0) == node]
        pages = -(-mib // 2)
        raise EalError(
            f"PCI port {', '.join(here)} needs {mib} MiB of hugepages on NUMA node {node}, "
            f"where {free} MiB are free; reserve them as root: echo {pages} > "
            f"/sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages"
        )
