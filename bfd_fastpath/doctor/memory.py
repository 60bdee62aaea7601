# SPDX-License-Identifier: Apache-2.0
"""Memory beside hugepages: transparent ones, swap, balancing between NUMA nodes, and how many channels have
DIMMs."""

from collections import Counter
from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.lasting import kernel_parameters, sysctl
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import Wanted


def _transparent(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    place = "/sys/kernel/mm/transparent_hugepage/enabled"
    text = machine.text(place)
    chosen = text.partition("[")[2].partition("]")[0] if text else ""
    if not chosen:
        yield Seen(State.UNKNOWN, "the kernel does not show transparent hugepages")
    elif chosen == "always":
        permanent = kernel_parameters("transparent_hugepage=madvise")
        yield Seen(State.WARN, "transparent hugepages: always", "", f"echo madvise > {place}", permanent)
    else:
        yield Seen(State.OK, f"transparent hugepages: {chosen}")


def _swap(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    text = machine.text("/proc/swaps")
    if text is None:
        yield Seen(State.UNKNOWN, "what is swapped to cannot be read")
        return
    lines = [line.split() for line in text.splitlines()[1:] if line.strip()]
    if not lines:
        yield Seen(State.OK, "no swap")
        return
    used = sum(int(words[3]) for words in lines if len(words) > 3 and words[3].isdigit())
    yield Seen(
        State.WARN,
        f"swap at {', '.join(words[0] for words in lines)}, {used // 1024} MiB in use",
        "",
        "swapoff -a",
        r"sed -i -E 's/^([^#].*\sswap\s)/#\1/' /etc/fstab",
    )


def _balancing(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    value = machine.number("/proc/sys/kernel/numa_balancing")
    if len(machine.nodes) == 1:
        yield Seen(State.OK, "there is one NUMA node")
    elif value is None:
        yield Seen(State.UNKNOWN, "the kernel does not say whether it balances")
    elif value:
        yield Seen(State.WARN, "automatic NUMA balancing is on", "", *sysctl("kernel.numa_balancing", 0))
    else:
        yield Seen(State.OK, "automatic NUMA balancing is off")


def _channels(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    controllers: Counter[str] = Counter()
    channels: dict[str, set[str]] = {}
    for path in machine.names("/sys/devices/system/edac/mc/mc[0-9]*/dimm[0-9]*"):
        controller = path.split("/")[-2]
        controllers[controller] += 0
        if machine.number(f"{path}/size"):
            words = (machine.text(f"{path}/dimm_location") or path.rpartition("/")[2]).split(" slot")[0]
            channels.setdefault(controller, set()).add(words)
    counts = {controller: len(channels.get(controller, ())) for controller in sorted(controllers)}
    if not counts:
        how = "a virtual machine does not see them" if machine.is_virtual else "no EDAC driver shows them"
        yield Seen(
            State.UNKNOWN,
            how,
            "",
            "" if machine.is_virtual else "dmidecode -t memory | grep -E 'Locator|Size|Speed'",
        )
        return
    told = ", ".join(f"{controller} {count}" for controller, count in counts.items())
    if len(set(counts.values())) > 1:
        yield Seen(
            State.WARN,
            f"channels with DIMMs differ between controllers: {told}; put in as many DIMMs everywhere",
        )
    elif sum(counts.values()) < 2:
        yield Seen(State.WARN, "one channel has DIMMs; spread them over all channels of the board")
    else:
        yield Seen(State.OK, f"channels with DIMMs by controller: {told}")


CHECKS = (
    Check(
        "transparent-hugepages",
        1,
        'With "always" the kernel gathers and splits pages of any process behind its back, which stops '
        "it for milliseconds.",
        _transparent,
    ),
    Check(
        "swap",
        2,
        "A page of the control plane that was swapped out makes a report late by a disk access.",
        _swap,
    ),
    Check(
        "numa-balancing",
        2,
        "The kernel unmaps pages to see who uses them: each is a fault in the middle of the packet path.",
        _balancing,
    ),
    Check(
        "memory-channels",
        3,
        "Route look-ups and sessions beyond the cache are bound by memory: channels without DIMMs are "
        "bandwidth that is not there.",
        _channels,
    ),
)
