# SPDX-License-Identifier: Apache-2.0
"""Whether the machine has what a configuration names: CPUs, ports, memory for EAL."""

from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.machine import Machine, cpu_list, cpu_text
from bfd_fastpath.doctor.wanted import PortKind, Wanted


def _cpus(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    if not wanted.configured:
        return
    if not wanted.pinned:
        now = (
            f"the configuration names no CPU, so that workers move; write cpus = {list(wanted.cpus)} "
            "under [engine]"
        )
        yield Seen(State.WARN if len(machine.cpus) > 1 else State.OK, now)
    for cpu in wanted.cpus if wanted.pinned else ():
        status = (machine.text("/proc/self/status") or "").splitlines()
        allowed = next(
            (cpu_list(line.split()[1]) for line in status if line.startswith("Cpus_allowed_list:")), None
        )
        if cpu not in machine.cpus:
            now = f"CPU {cpu} of the configuration is not there; online are {cpu_text(machine.cpus)}"
            yield Seen(State.BAD, now, f"CPU {cpu}", f"echo 1 > /sys/devices/system/cpu/cpu{cpu}/online")
        elif allowed is not None and cpu not in allowed:
            now = f"this process may run on {cpu_text(allowed)} only, not on CPU {cpu}"
            yield Seen(
                State.BAD,
                now,
                f"CPU {cpu}",
                f"taskset -c {cpu_text({cpu, *allowed})} bfd-fastpath run -c FILE",
            )
        else:
            yield Seen(State.OK, f"CPU {cpu} is there, on node {machine.node_of_cpu[cpu]}", f"CPU {cpu}")
    if wanted.workers >= len(machine.cpus):
        now = f"{wanted.workers} workers on {len(machine.cpus)} CPUs leave none to Python and the kernel"
        yield Seen(State.WARN, now, "workers")


def _ports(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    for port in wanted.ports:
        about = f"port {port.name}"
        if port.kind is PortKind.PCI:
            nic = machine.nic(port.address or "")
            if nic is None:
                now = (
                    f"there is no network controller at {port.address}; bfd-fastpath pmdinfo lists those "
                    "there are"
                )
                yield Seen(State.BAD, now, about)
            else:
                now = f"{port.address} is there, {nic.device.vendor:04x}:{nic.device.device:04x}"
                yield Seen(State.OK, now, about)
        elif port.interface is not None and port.kind is not PortKind.OTHER:
            yield _interface(machine, port.interface, about)
        else:
            yield Seen(State.OK, "a virtual port that needs nothing of the machine", about)


def _interface(machine: Machine, interface: str, about: str) -> Seen:
    place = f"/sys/class/net/{interface}"
    if not machine.names(place):
        there = ", ".join(one.rpartition("/")[2] for one in machine.names("/sys/class/net/*"))
        return Seen(State.BAD, f"there is no interface {interface}, but {there or 'none at all'}", about)
    flags = machine.number(f"{place}/flags")
    if flags is not None and not flags & 1:
        up = f"ip link set {interface} up"
        return Seen(
            State.BAD,
            f"{interface} is down",
            about,
            up,
            f"echo 'auto {interface}' >> /etc/network/interfaces",
        )
    if machine.text(f"{place}/carrier") == "0":
        return Seen(State.WARN, f"{interface} is up and has no link: cable, optics, the switch's port", about)
    return Seen(State.OK, f"{interface} is up", about)


CHECKS = (
    Check(
        "configured-cpus",
        6,
        "A worker that is pinned keeps its caches, and the CPUs that were isolated for it.",
        _cpus,
    ),
    Check("configured-ports", 8, "A port that is not there keeps the router from starting.", _ports),
)
