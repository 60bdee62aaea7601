# SPDX-License-Identifier: Apache-2.0
"""Machines as directories: /proc, /sys and /boot of a server with two sockets, a virtual machine as it was read, a container."""

import json
from pathlib import Path

DATA = Path(__file__).parent / "data"
RELEASE = "6.1.0-28-amd64"
CORES, SOCKETS = 16, 2
CPUS = CORES * SOCKETS * 2
#: address: vendor, device, node, kernel driver, interface, PCI Express lanes now and at most
NICS = {
    "0000:17:00.0": (0x15B3, 0x101D, 0, "mlx5_core", "ens1f0np0", 16, 16),
    "0000:17:00.1": (0x15B3, 0x101D, 0, "mlx5_core", "ens1f1np1", 16, 16),
    "0000:65:00.0": (0x8086, 0x10FB, 0, "ixgbe", "ens2f0", 4, 8),
    "0000:b1:00.0": (0x8086, 0x1592, 1, "ice", "ens3f0", 16, 16),
    "0000:04:00.0": (0x14E4, 0x165F, 0, "tg3", "eno1", 1, 1),
}
FLAGS = "fpu tsc msr sse2 ht constant_tsc nonstop_tsc avx2 avx512f pdpe1gb rdtscp"
ROUTE = "Iface\tDestination\tGateway\tFlags\neno1\t00000000\t0101A8C0\t0003\n"


class Tree:
    """Writes files below a root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: object) -> None:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")

    def directory(self, path: str) -> None:
        (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def link(self, path: str, target: str) -> None:
        file = self.root / path.lstrip("/")
        self.directory(target)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.symlink_to(self.root / target.lstrip("/"))


def sibling(cpu: int) -> int:
    """On the servers the second threads are numbered after all first ones."""
    return (cpu + CPUS // 2) % CPUS


def node_of(cpu: int) -> int:
    return cpu % (CPUS // 2) // CORES


def xeon(root: Path) -> Tree:
    """Debian 12 as it was installed, on a server with two sockets, each with 16 cores and a NIC."""
    tree = Tree(root)
    cpu, pstate = "/sys/devices/system/cpu", "/sys/devices/system/cpu/intel_pstate"
    tree.write(f"{cpu}/online", f"0-{CPUS - 1}")
    tree.write(f"{cpu}/isolated", "")
    tree.write(f"{cpu}/nohz_full", "(null)")
    tree.write(f"{pstate}/no_turbo", 0)
    for one in range(CPUS):
        tree.write(
            f"{cpu}/cpu{one}/topology/thread_siblings_list",
            ",".join(map(str, sorted((one, sibling(one))))),
        )
        tree.write(f"{cpu}/cpu{one}/cpufreq/scaling_governor", "powersave")
        tree.write(f"{cpu}/cpu{one}/cpufreq/energy_performance_preference", "balance_performance")
        tree.write(f"{cpu}/cpu{one}/online", 1)
        for number, (name, latency) in enumerate((("POLL", 0), ("C1", 1), ("C1E", 4), ("C6", 170))):
            state = f"{cpu}/cpu{one}/cpuidle/state{number}"
            tree.write(f"{state}/name", name)
            tree.write(f"{state}/latency", latency)
            tree.write(f"{state}/disable", 0)
    for node in range(SOCKETS):
        place = f"/sys/devices/system/node/node{node}"
        mine = [one for one in range(CPUS) if node_of(one) == node]
        tree.write(f"{place}/cpulist", ",".join(f"{a}-{a + CORES - 1}" for a in (mine[0], mine[CORES])))
        for size in (2048, 1_048_576):
            pages(tree, node, size, 0)
        for channel in range(8):
            dimm = f"/sys/devices/system/edac/mc/mc{node}/dimm{channel}"
            tree.write(f"{dimm}/size", 32768)
            tree.write(f"{dimm}/dimm_location", f"channel {channel} slot 0")
    tree.write("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never")
    source = "/sys/devices/system/clocksource/clocksource0"
    tree.write(f"{source}/available_clocksource", "tsc hpet acpi_pm")
    tree.write(f"{source}/current_clocksource", "tsc")
    tree.write("/sys/devices/system/cpu/vulnerabilities/mds", "Not affected")
    for number in range(40):
        tree.directory(f"/sys/kernel/iommu_groups/{number}")
    for address, nic in NICS.items():
        _nic(tree, address, *nic)
    _proc(tree)
    return tree


def pages(tree: Tree, node: int, kib: int, count: int) -> None:
    """So many hugepages, all free."""
    place = f"/sys/devices/system/node/node{node}/hugepages/hugepages-{kib}kB"
    tree.write(f"{place}/nr_hugepages", count)
    tree.write(f"{place}/free_hugepages", count)


def bind(tree: Tree, address: str, driver: str) -> None:
    tree.link(f"/sys/bus/pci/devices/{address}/driver", f"/sys/bus/pci/drivers/{driver}")


def _nic(
    tree: Tree,
    address: str,
    vendor: int,
    device: int,
    node: int,
    driver: str,
    interface: str,
    width: int,
    most: int,
) -> None:
    place = f"/sys/bus/pci/devices/{address}"
    for name, value in (("vendor", vendor), ("device", device), ("subsystem_vendor", vendor)):
        tree.write(f"{place}/{name}", f"{value:#06x}")
    tree.write(f"{place}/subsystem_device", "0x0001")
    tree.write(f"{place}/class", "0x020000")
    tree.write(f"{place}/numa_node", node)
    tree.write(f"{place}/current_link_width", width)
    tree.write(f"{place}/max_link_width", most)
    tree.write(f"{place}/current_link_speed", "8.0 GT/s PCIe")
    tree.write(f"{place}/max_link_speed", "8.0 GT/s PCIe")
    bind(tree, address, driver)
    tree.directory(f"{place}/net/{interface}")
    for queue in range(8):
        tree.directory(f"/sys/class/net/{interface}/queues/rx-{queue}")
    tree.write(f"/sys/class/net/{interface}/flags", "0x1003")
    tree.write(f"/sys/class/net/{interface}/carrier", 1)


def _proc(tree: Tree) -> None:
    tree.write("/proc/cmdline", f"BOOT_IMAGE=/boot/vmlinuz-{RELEASE} root=/dev/md0 ro quiet intel_iommu=on")
    tree.write("/proc/cpuinfo", f"processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: {FLAGS}")
    tree.write("/proc/sys/kernel/osrelease", RELEASE)
    options = ("HZ=250", "NO_HZ_FULL=y", "RCU_NOCB_CPU=y", "XDP_SOCKETS=y")
    tree.write(f"/boot/config-{RELEASE}", "\n".join(f"CONFIG_{one}" for one in options))
    tree.write("/proc/mounts", "hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0")
    tree.write("/proc/swaps", "Filename Type Size Used Priority\n/dev/dm-1 partition 999420 2048 -2")
    tree.write("/proc/stat", "cpu  1000 0 500 900000 10 0 5 0 0 0")
    tree.write("/proc/net/route", ROUTE)
    tree.write("/proc/net/udp", "  sl  local_address rem_address\n  9: 00000000:0EC8 00000000:0000 07")
    tree.write("/proc/net/udp6", "  sl  local_address rem_address")
    tree.write(
        "/proc/interrupts",
        "           CPU0       CPU1       CPU2\n 33:          7     900000          9  PCI-MSI 5-edge      nvme0q2",
    )
    for name, value in (("nmi_watchdog", 1), ("numa_balancing", 1), ("sched_rt_runtime_us", 950000)):
        tree.write(f"/proc/sys/kernel/{name}", value)
    tree.write("/proc/sys/kernel/sched_rt_period_us", 1_000_000)
    for name, value in (("rmem_max", 212992), ("wmem_max", 212992), ("bpf_jit_enable", 1)):
        tree.write(f"/proc/sys/net/core/{name}", value)
    process(tree, 901, "irqbalance", 0)
    tree.write(
        "/proc/self/status", f"Name:\tdoctor\nCapEff:\t000001ffffffffff\nCpus_allowed_list:\t0-{CPUS - 1}"
    )
    limits = (
        "Max open files            1024                 524288               files",
        "Max locked memory         8388608              8388608              bytes",
    )
    tree.write("/proc/self/limits", "\n".join(limits))


def process(tree: Tree, number: int, name: str, policy: int) -> None:
    """A process with one thread, of a scheduling policy of sched(7)."""
    tree.write(f"/proc/{number}/comm", name)
    tree.write(f"/proc/{number}/task/{number}/comm", name)
    fields = ["S", *["0"] * 36, str(0), str(policy), *["0"] * 11]
    tree.write(f"/proc/{number}/task/{number}/stat", f"{number} ({name}) {' '.join(fields)}")


def tuned(root: Path, workers: tuple[int, ...]) -> Tree:
    """The same server with all advice taken, for workers on these CPUs, the first NIC's ports theirs."""
    tree = xeon(root)
    cpus = ",".join(map(str, workers))
    cpu = "/sys/devices/system/cpu"
    both = ",".join(str(one) for worker in workers for one in (worker, sibling(worker)))
    tree.write(
        "/proc/cmdline",
        f"ro intel_iommu=on iommu=pt isolcpus=managed_irq,domain,{both} nohz_full={cpus} rcu_nocbs={cpus}",
    )
    tree.write(f"{cpu}/isolated", both)
    tree.write(f"{cpu}/nohz_full", cpus)
    tree.write(f"{cpu}/intel_pstate/no_turbo", 1)
    for one in workers:
        tree.write(f"{cpu}/cpu{one}/cpufreq/scaling_governor", "performance")
        tree.write(f"{cpu}/cpu{one}/cpufreq/energy_performance_preference", "performance")
        tree.write(f"{cpu}/cpu{one}/cpuidle/state3/disable", 1)
    for node in range(SOCKETS):
        pages(tree, node, 2048, 2048)
        pages(tree, node, 1_048_576, 4)
    tree.write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never")
    tree.write(
        "/proc/interrupts",
        "           CPU0       CPU1       CPU2\n 33:     900000          0          0  PCI-MSI 5-edge      nvme0q2",
    )
    tree.write("/proc/swaps", "Filename Type Size Used Priority")
    tree.write("/proc/net/udp", "  sl  local_address rem_address")
    for name in ("nmi_watchdog", "numa_balancing"):
        tree.write(f"/proc/sys/kernel/{name}", 0)
    for name in ("rmem_max", "wmem_max"):
        tree.write(f"/proc/sys/net/core/{name}", 1 << 22)
    tree.write(
        "/proc/self/limits",
        "Max open files            8192                 524288               files\nMax locked memory         unlimited            unlimited            bytes",
    )
    tree.directory("/sys/bus/pci/drivers/vfio-pci")
    tree.write("/sys/bus/pci/devices/0000:65:00.0/current_link_width", 8)
    return tree


def recorded(root: Path, name: str) -> Tree:
    """A machine as it was read: lines of a path and its text in JSON, "DIR" for a directory, "-> PATH" for a link."""
    tree = Tree(root)
    for line in (DATA / f"{name}.tree").read_text().splitlines():
        path, _, text = line.partition(" ")
        value = json.loads(text)
        if value == "DIR":
            tree.directory(path)
        elif value.startswith("-> "):
            tree.link(path, value.removeprefix("-> "))
        else:
            tree.write(path, value)
    return tree


def container(root: Path) -> Tree:
    """No /sys to speak of, a /proc that says little, a user without capabilities."""
    tree = Tree(root)
    tree.directory("/sys")
    tree.write("/proc/cpuinfo", "processor\t: 0\nprocessor\t: 1\nflags\t\t: fpu tsc sse2 hypervisor")
    tree.write("/proc/self/status", "Name:\tdoctor\nCapEff:\t0000000000000000\nCpus_allowed_list:\t0-1")
    tree.write(
        "/proc/self/limits", "Max open files            1048576              1048576              files"
    )
    return tree
