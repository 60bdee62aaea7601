# SPDX-License-Identifier: Apache-2.0
"""Hugepages: how many of which size on which NUMA node, and where they are mounted."""

from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.lasting import kernel_parameters, sysfs
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import Wanted

_SIZES = {2048: "2 MiB", 1_048_576: "1 GiB"}
#: MiB that should be free where a worker runs: what EAL takes at the start, and as much again for a second
#: program.
_ROOM = 2


def _pools(machine: Machine, node: int) -> dict[int, tuple[int, int]]:
    """(total, free) pages by size in KiB; of the whole machine where it does not say by node."""
    below = f"/sys/devices/system/node/node{node}/hugepages"
    if not machine.names(f"{below}/hugepages-*kB"):
        below = "/sys/kernel/mm/hugepages"
    found = {}
    for path in machine.names(f"{below}/hugepages-*kB"):
        kib = int(path.rpartition("hugepages-")[2].removesuffix("kB"))
        total, free = (machine.number(f"{path}/{name}") for name in ("nr_hugepages", "free_hugepages"))
        if total is not None and free is not None:
            found[kib] = (total, free)
    return found


def _hugepages(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    nodes = {machine.node_of_cpu.get(cpu, 0) for cpu in wanted.cpus}
    nodes |= {
        max(nic.device.numa_node, 0)
        for port in wanted.ports
        if port.address is not None and (nic := machine.nic(port.address)) is not None
    }
    for node in machine.nodes:
        about = f"node {node}"
        pools = _pools(machine, node)
        if not pools:
            yield Seen(State.UNKNOWN, "the kernel has no hugepages, or does not show them", about)
            continue
        free_mib = sum(kib * free // 1024 for kib, (_, free) in pools.items())
        pages = "; ".join(
            f"{total:,} of {_SIZES.get(kib, f'{kib} KiB')}, {free:,} free"
            for kib, (total, free) in sorted(pools.items())
        )
        need = wanted.memory_mib if node in nodes else 0
        if free_mib >= _ROOM * need:
            yield Seen(State.OK, pages, about)
            continue
        missing = -(-(_ROOM * need - free_mib) // 2)
        total = pools.get(2048, (0, 0))[0] + missing
        place = f"/sys/devices/system/node/node{node}/hugepages"
        if not machine.names(place):
            place = "/sys/kernel/mm/hugepages"
        now, later = sysfs([f"{place}/hugepages-2048kB/nr_hugepages"], total)
        bad = wanted.hugepages_required and free_mib < need
        reserve = f"{pages}; {need} MiB are taken at the start, twice that should be free"
        yield Seen(State.BAD if bad else State.WARN, reserve, about, now, later)


def _mounts(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    mounts = machine.text("/proc/mounts")
    if mounts is None:
        yield Seen(State.UNKNOWN, "what is mounted cannot be read")
        return
    found = [line.split() for line in mounts.splitlines() if len(line.split()) > 3]
    places = [f"{words[1]} ({_page_size(words[3])})" for words in found if words[2] == "hugetlbfs"]
    if places:
        yield Seen(State.OK, f"hugetlbfs is mounted at {', '.join(places)}")
    else:
        line = "none /dev/hugepages hugetlbfs pagesize=2M 0 0"
        yield Seen(
            State.WARN,
            "hugetlbfs is mounted nowhere",
            "",
            "mkdir -p /dev/hugepages && mount -t hugetlbfs -o pagesize=2M none /dev/hugepages",
            f"echo '{line}' >> /etc/fstab",
        )


def _page_size(options: str) -> str:
    return next((one for one in options.split(",") if one.startswith("pagesize=")), "the default page size")


def _gigantic(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    if not machine.cpu_flags:
        yield Seen(State.UNKNOWN, "which page sizes the CPU has is not known")
    elif "pdpe1gb" not in machine.cpu_flags:
        yield Seen(State.OK, "the CPU has no pages of 1 GiB")
    elif any(_pools(machine, node).get(1_048_576, (0, 0))[0] for node in machine.nodes):
        yield Seen(State.OK, "pages of 1 GiB are reserved")
    else:
        # Reserved late they are rarely there: memory has been cut up by then.
        permanent = kernel_parameters("hugepagesz=1G", f"hugepages={2 * len(machine.nodes)}")
        place = f"/sys/devices/system/node/node{machine.node_of_cpu.get(wanted.cpus[0], 0)}/hugepages"
        yield Seen(
            State.WARN,
            "no page of 1 GiB is reserved",
            "",
            f"echo 2 > {place}/hugepages-1048576kB/nr_hugepages",
            permanent,
        )


CHECKS = (
    Check(
        "hugepages",
        14,
        "Without hugepages a packet buffer begins each page of 4 KiB and the same cache lines compete: a "
        "packet costs a third more. "
        "NICs on PCI do not work without.",
        _hugepages,
    ),
    Check(
        "hugepages-mounted",
        1,
        "bfd-fastpath needs no mount; testpmd, l3fwd and other programs beside it do.",
        _mounts,
    ),
    Check(
        "hugepages-1g",
        2,
        "A table of a million routes is hundreds of MiB: in pages of 1 GiB its look-ups miss the TLB less.",
        _gigantic,
    ),
)
