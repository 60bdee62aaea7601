# SPDX-License-Identifier: Apache-2.0
"""Each check of the doctor on a server of which all is well, and again with what it is there to find."""

import shutil
from collections.abc import Callable
from itertools import product

import pytest

from bfd_fastpath.doctor import CHECKS, State
from tests.doctor import trees
from tests.doctor.test_examine import CONFIGURATION, ask
from tests.doctor.trees import Tree

CPU, PROC = "/sys/devices/system/cpu", "/proc/sys"


def queues(tree: Tree, interface: str, count: int) -> None:
    """Leaves an interface so many receive queues."""
    for place in (tree.root / f"sys/class/net/{interface}/queues").glob("rx-*"):
        if int(place.name.removeprefix("rx-")) >= count:
            place.rmdir()


def no_pages(tree: Tree, nodes: tuple[int, ...], *sizes: int) -> None:
    """Takes all hugepages of these sizes away."""
    for node, size in product(nodes, sizes):
        trees.pages(tree, node, size, 0)


def without_parameters(tree: Tree) -> None:
    """A kernel that was told of no CPUs."""
    tree.write(f"{CPU}/nohz_full", "")
    tree.write("/proc/cmdline", "ro intel_iommu=on iommu=pt")


#: What makes each check find something, on a server of which all is well: a file and what is in it, or more.
OFF: dict[str, tuple[str, object] | Callable[[Tree], object]] = {
    "configured-cpus": (f"{CPU}/online", "0-1,3-63"),
    "configured-ports": lambda tree: shutil.rmtree(tree.root / "sys/bus/pci/devices/0000:17:00.0"),
    "nic-driver": lambda tree: trees.bind(tree, "0000:17:00.0", "vfio-pci"),
    "nic-node": ("/sys/bus/pci/devices/0000:17:00.0/numa_node", 1),
    "nic-slot": ("/sys/bus/pci/devices/0000:17:00.0/current_link_width", 8),
    "receive-queues": lambda tree: queues(tree, "ens1f0np0", 1),
    "iommu": lambda tree: shutil.rmtree(tree.root / "sys/kernel/iommu_groups"),
    "hugepages": lambda tree: no_pages(tree, (0,), 2048, 1_048_576),
    "hugepages-mounted": ("/proc/mounts", "proc /proc proc rw 0 0"),
    "hugepages-1g": lambda tree: no_pages(tree, (0, 1), 1_048_576),
    "isolated-cpus": (f"{CPU}/isolated", ""),
    "tick": (f"{CPU}/nohz_full", "2"),
    "rcu-callbacks": lambda tree: without_parameters(tree),
    "nmi-watchdog": (f"{PROC}/kernel/nmi_watchdog", 1),
    "irqbalance": (f"{CPU}/isolated", ""),
    "interrupts": ("/proc/interrupts", "     CPU0   CPU1\n 33:   0   900000   PCI-MSI 5-edge   nvme0q2"),
    "core-threads": (f"{CPU}/isolated", "1,2"),
    "governor": (f"{CPU}/cpu2/cpufreq/scaling_governor", "schedutil"),
    "idle-states": (f"{CPU}/cpu2/cpuidle/state3/disable", 0),
    "turbo": (f"{CPU}/intel_pstate/no_turbo", 0),
    "energy-preference": (f"{CPU}/cpu1/cpufreq/energy_performance_preference", "power"),
    "time-stamp-counter": ("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet"),
    "steal": ("/proc/stat", "cpu  1000 0 500 900000 10 0 5 30000 0 0"),
    "real-time-throttling": lambda tree: trees.process(tree, 5001, "pydp1-router", 1),
    "transparent-hugepages": ("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never"),
    "swap": ("/proc/swaps", "Filename Type Size Used Priority\n/dev/dm-1 partition 999420 2048 -2"),
    "numa-balancing": (f"{PROC}/kernel/numa_balancing", 1),
    "memory-channels": ("/sys/devices/system/edac/mc/mc1/dimm0/size", 0),
    "af-xdp": (f"/boot/config-{trees.RELEASE}", "CONFIG_HZ=250\nCONFIG_NO_HZ_FULL=y"),
    "bfd-ports": ("/proc/net/udp", "  sl  local_address\n  9: 00000000:0EC8 00000000:0000 07"),
    "socket-buffers": (f"{PROC}/net/core/rmem_max", 212992),
    "capabilities": ("/proc/self/status", "CapEff:\t0000000000000000\nCpus_allowed_list:\t0-63"),
    "limits": (
        "/proc/self/limits",
        "Max open files            1024                 4096               files",
    ),
}


@pytest.mark.parametrize("check", [one.name for one in CHECKS if one.name != "mitigations"])
def test_each_check_finds_what_is_wrong_and_is_content_without(tmp_path, check):
    # Only the second NIC is bound to vfio-pci, which wants an IOMMU.
    cpus, address = ((17, 18), "0000:b1:00.0") if check == "iommu" else ((1, 2), "0000:17:00.0")
    tree = trees.tuned(tmp_path, cpus)
    trees.bind(tree, "0000:b1:00.0", "vfio-pci")
    configuration = CONFIGURATION.format(cpus=", ".join(map(str, cpus)), workers=2, devargs=address)
    before = ask(tree, configuration)
    assert {one.seen.state for one in before.findings if one.check == check} == {State.OK}
    wrong = OFF[check]
    wrong(tree) if callable(wrong) else tree.write(*wrong)
    after = ask(tree, configuration)
    found = [one.seen for one in after.findings if one.check == check]
    assert {one.state for one in found} & {State.WARN, State.BAD}
    assert after.score < before.score == 100


@pytest.mark.parametrize(
    ("words", "state"), [("all", State.OK), ("1-N", State.OK), ("N", State.WARN), ("2-N", State.WARN)]
)
def test_the_kernel_s_words_for_cpus_are_understood(tmp_path, words, state):
    tree = trees.tuned(tmp_path, (1, 2))
    tree.write(f"{CPU}/nohz_full", "")
    tree.write("/proc/cmdline", f"ro rcu_nocbs={words}")
    found = ask(tree, CONFIGURATION.format(cpus="1, 2", workers=2, devargs="0000:17:00.0"))
    assert [one.seen.state for one in found.findings if one.check == "rcu-callbacks"] == [state]
