# SPDX-License-Identifier: Apache-2.0
"""Network controllers: which DPDK driver would have them, what they are bound to, and where they sit."""

from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.lasting import kernel_parameters
from bfd_fastpath.doctor.machine import Machine, cpu_text
from bfd_fastpath.doctor.wanted import Wanted
from pydp.pmdinfo import Service

_MODULES = ("vfio-pci", "uio_pci_generic", "igb_uio")


def _chosen(machine: Machine, wanted: Wanted) -> list[Service]:
    """The NICs that the configuration's ports are on, or all of them."""
    if not wanted.configured:
        return list(machine.nics)
    interfaces = {port.interface for port in wanted.ports if port.interface is not None}
    return [
        one
        for one in machine.nics
        if wanted.port_of(one.device.address) or interfaces & set(one.device.interfaces)
    ]


def _carries(machine: Machine, interfaces: tuple[str, ...]) -> str | None:
    """The interface of a device that has this machine's default route."""
    for line in (machine.text("/proc/net/route") or "").splitlines()[1:]:
        words = line.split()
        if len(words) > 2 and words[1] == "00000000" and words[0] in interfaces:
            return words[0]
    return None


def _bind(address: str, module: str, unbind: bool) -> tuple[str, str]:
    """(now, for good) the commands that give a device to a kernel module."""
    place = f"/sys/bus/pci/devices/{address}"
    steps = [f"modprobe {module}", f"echo {module} > {place}/driver_override"]
    if unbind:
        steps.append(f"echo {address} > {place}/driver/unbind")
    steps.append(f"echo {address} > /sys/bus/pci/drivers_probe")
    return " && ".join(steps), f"apt-get install driverctl && driverctl set-override {address} {module}"


def _drivers(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    nics = _chosen(machine, wanted)
    if not nics:
        what = "no port of the configuration is on one" if wanted.configured else "there is none"
        yield Seen(State.OK, f"no PCI network controller: {what}; virtual ports need none")
    for nic in nics:
        yield _driver(machine, wanted, nic)


def _driver(machine: Machine, wanted: Wanted, nic: Service) -> Seen:
    device = nic.device
    is_port = wanted.port_of(device.address) is not None
    names = " ".join(one.name for one in nic.drivers)
    what = f"{device.vendor:04x}:{device.device:04x} {' '.join(device.interfaces)}".rstrip()
    bound = f"{what}, bound to {device.bound_to or 'nothing'}"
    if not nic.drivers:
        now = f"{bound}; no installed DPDK driver has it in its table: use its interface by net_af_xdp"
        return Seen(
            State.BAD if is_port else State.WARN, now, device.address, "apt-get install librte-meta-net"
        )
    if nic.ready:
        return Seen(State.OK, f"{bound}; {names} takes it so", device.address)
    modules = {module for driver in nic.drivers for module in driver.kernel_modules}
    module = next((one for one in _MODULES if one in modules), None) or next(
        iter(sorted(modules)), "vfio-pci"
    )
    command, permanent = _bind(device.address, module, device.bound_to is not None)
    if (carrier := _carries(machine, device.interfaces)) is not None:
        now = (
            f"{bound}; {names} would take it, but {carrier} has this machine's default route: bind "
            "another one"
        )
        return Seen(State.BAD if is_port else State.OK, now, device.address)
    now = f"{bound}; {names} takes it once it is bound to {module}, and the kernel then has it no longer"
    return Seen(State.BAD if is_port else State.OK, now, device.address, command, permanent)


def _nodes(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    if len(machine.nodes) == 1:
        yield Seen(State.OK, "there is one NUMA node")
        return
    workers = {machine.node_of_cpu.get(cpu, 0) for cpu in wanted.cpus}
    seen = False
    for nic in _chosen(machine, wanted):
        node = nic.device.numa_node
        if not nic.drivers:
            continue
        seen = True
        if node < 0:
            yield Seen(State.UNKNOWN, "the firmware does not say on which node it is", nic.device.address)
        elif workers == {node} or not wanted.configured:
            here = cpu_text(cpu for cpu in machine.cpus if machine.node_of_cpu[cpu] == node)
            yield Seen(State.OK, f"on node {node}, whose CPUs are {here}", nic.device.address)
        else:
            near = [
                cpu
                for cpu in machine.cpus
                if machine.node_of_cpu[cpu] == node and cpu == min(machine.siblings(cpu))
            ]
            now = (
                f"on node {node}, workers on CPUs {cpu_text(wanted.cpus)} of node {cpu_text(workers)}; in "
                "the configuration: "
                f"[engine] cpus = {near[1 : wanted.workers + 1]}"
            )
            yield Seen(State.WARN, now, nic.device.address)
    if not seen:
        yield Seen(State.UNKNOWN, "no NIC that DPDK could drive")


def _slot(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    seen = False
    for nic in _chosen(machine, wanted):
        place = f"/sys/bus/pci/devices/{nic.device.address}"
        width, most = machine.number(f"{place}/current_link_width"), machine.number(f"{place}/max_link_width")
        speed, best = machine.text(f"{place}/current_link_speed"), machine.text(f"{place}/max_link_speed")
        if not (width and most and speed and best):
            continue
        seen = True
        now = f"PCI Express x{width} at {speed}"
        if width < most or _gigatransfers(speed) < _gigatransfers(best):
            now = f"{now}, the card can x{most} at {best}: put it into a faster slot"
            yield Seen(State.WARN, now, nic.device.address)
        else:
            yield Seen(State.OK, now, nic.device.address)
    if not seen:
        yield Seen(State.UNKNOWN, "no network controller tells its slot")


def _gigatransfers(text: str) -> float:
    try:
        return float(text.split()[0])
    except (ValueError, IndexError):
        return 0.0


def _queues(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    seen = False
    for nic in _chosen(machine, wanted):
        for interface in nic.device.interfaces:
            count = len(machine.names(f"/sys/class/net/{interface}/queues/rx-[0-9]*"))
            if not count:
                continue
            seen = True
            now = f"{interface}: {count} receive queue{'s' * (count > 1)}"
            if count < wanted.workers:
                more = f"ethtool -L {interface} combined {wanted.workers}"
                yield Seen(State.WARN, f"{now} for {wanted.workers} workers", nic.device.address, more)
            else:
                yield Seen(State.OK, now, nic.device.address)
    if not seen:
        yield Seen(
            State.UNKNOWN,
            "no kernel interface tells its queues; DPDK drivers say theirs when a port is opened",
        )


def _iommu(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    needs = [
        one for one in _chosen(machine, wanted) if any("vfio-pci" in d.kernel_modules for d in one.drivers)
    ]
    if wanted.configured:
        needs = [one for one in needs if wanted.port_of(one.device.address)]
    else:
        needs = [one for one in needs if _carries(machine, one.device.interfaces) is None]
    if not needs:
        yield Seen(State.OK, "not needed: no device here would be bound to vfio-pci")
        return
    groups = machine.names("/sys/kernel/iommu_groups/[0-9]*")
    vfio = bool(machine.names("/sys/bus/pci/drivers/vfio-pci"))
    module = "vfio-pci is loaded" if vfio else "vfio-pci is not loaded"
    load = "" if vfio else "modprobe vfio-pci"
    last = "" if vfio else "echo vfio-pci > /etc/modules-load.d/bfd-fastpath.conf"
    if groups:
        way = machine.command_line.get("iommu", "translated")
        state = State.OK if vfio else State.WARN
        yield Seen(state, f"IOMMU with {len(groups)} groups ({way}); {module}", "", load, last)
        return
    unsafe = machine.text("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") in ("Y", "1")
    if unsafe:
        now = f"no IOMMU, vfio may work without: a device may then write anywhere; {module}"
        yield Seen(State.WARN, now, "", load, last)
        return
    vendor = "amd" if "AuthenticAMD" in (machine.text("/proc/cpuinfo") or "") else "intel"
    words = ("iommu=pt",) if vendor == "amd" else ("intel_iommu=on", "iommu=pt")
    unsafe_command = "modprobe vfio enable_unsafe_noiommu_mode=1 && modprobe vfio-pci"
    now = f"no IOMMU is in use; {module}. Switch it on in the firmware, or let vfio work without it, unsafely"
    state = State.BAD if wanted.configured else State.WARN
    yield Seen(state, now, "", unsafe_command, kernel_parameters(*words))


CHECKS = (
    Check(
        "nic-driver",
        9,
        "A device is opened by the DPDK driver whose table has its id, bound to the kernel module it "
        "asks for.",
        _drivers,
    ),
    Check(
        "nic-node",
        7,
        "A worker on another NUMA node than its NIC reads each packet over the link between the sockets.",
        _nodes,
    ),
    Check(
        "nic-slot",
        3,
        "A slot with fewer or slower lanes than the card has is a lower line rate than the port's.",
        _slot,
    ),
    Check(
        "receive-queues",
        3,
        "Each worker reads a receive queue of its own; with fewer queues workers idle.",
        _queues,
    ),
    Check(
        "iommu",
        5,
        "vfio-pci gives a device to a program safely only behind an IOMMU; iommu=pt keeps it from "
        "costing the kernel.",
        _iommu,
    ),
)
