# SPDX-License-Identifier: Apache-2.0
"""A machine to be read: files below a root, and what several checks ask of them. It interprets nothing as
good or bad."""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from pydp.pmdinfo import Driver, Service, drivers, pci_devices, services


def cpu_list(text: str) -> tuple[int, ...]:
    """CPUs of the kernel's notation ("0-3,8"), ascending; words before them ("managed_irq,") and strides are
    left out."""
    found: set[int] = set()
    for piece in text.strip().split(","):
        first, _, last = piece.partition("-")
        last = last.partition(":")[0]
        if first.isdigit() and (last.isdigit() or not last):
            found.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(found))


def cpu_text(cpus: Iterable[int]) -> str:
    """The kernel's notation of some CPUs."""
    runs: list[list[int]] = []
    for cpu in sorted(cpus):
        if runs and cpu == runs[-1][1] + 1:
            runs[-1][1] = cpu
        else:
            runs.append([cpu, cpu])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


class Machine:
    """The machine whose root directory this is. Files that are not there, or may not be read, read as
    None."""

    def __init__(
        self,
        root: Path = Path("/"),
        *,
        installed: Sequence[Driver] | None = None,
        answers: Mapping[tuple[str, ...], str] | None = None,
    ) -> None:
        """`installed` are DPDK's drivers (those of the plug-ins here unless told); `answers` is what commands
        print, by command; without them they are run where the root is this machine's, and not known where it
        is not."""
        self.root = root
        self._installed = installed
        self._answers = answers

    @property
    def is_this(self) -> bool:
        """Whether it is the machine that this process runs on."""
        return self.root.resolve() == Path("/")

    def path(self, path: str) -> Path:
        """Where "/sys/..." is."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str | None:
        """A file's text without white space around it."""
        try:
            return self.path(path).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None

    def number(self, path: str) -> int | None:
        """A file's number, decimal or with 0x."""
        text = self.text(path)
        try:
            return None if text is None else int(text, 0)
        except ValueError:
            return None

    def names(self, pattern: str) -> tuple[str, ...]:
        """Paths below the root that match, in order, as "/sys/..."."""
        try:
            found = sorted(self.root.glob(pattern.lstrip("/")))
        except OSError:
            return ()
        return tuple("/" + str(one.relative_to(self.root)) for one in found)

    def ask(self, *command: str) -> str | None:
        """What a command prints; None where it is not there, fails, or the root is another machine's."""
        if self._answers is not None:
            return self._answers.get(command)
        if not self.is_this:
            return None
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout

    @cached_property
    def cpus(self) -> tuple[int, ...]:
        """CPUs that are online."""
        text = self.text("/sys/devices/system/cpu/online")
        if text is not None:
            return cpu_list(text)
        count = (self.text("/proc/cpuinfo") or "").count("processor\t:")
        return tuple(range(max(count, 1)))

    @property
    def tells_cpus(self) -> bool:
        """Whether `cpus` is what the machine says; otherwise nothing is known but that there is one."""
        return (
            self.text("/sys/devices/system/cpu/online") is not None or self.text("/proc/cpuinfo") is not None
        )

    @cached_property
    def node_of_cpu(self) -> Mapping[int, int]:
        """NUMA node of each CPU that is online; 0 where the kernel does not say."""
        nodes = dict.fromkeys(self.cpus, 0)
        for path in self.names("/sys/devices/system/node/node[0-9]*/cpulist"):
            node = int(path.split("/")[-2].removeprefix("node"))
            nodes.update((cpu, node) for cpu in cpu_list(self.text(path) or "") if cpu in nodes)
        return nodes

    @cached_property
    def nodes(self) -> tuple[int, ...]:
        """NUMA nodes, ascending."""
        found = self.names("/sys/devices/system/node/node[0-9]*")
        return tuple(sorted(int(path.rpartition("/node")[2]) for path in found)) or (0,)

    def siblings(self, cpu: int) -> tuple[int, ...]:
        """CPUs on the same core, itself among them."""
        text = self.text(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        return cpu_list(text) if text else (cpu,)

    @cached_property
    def command_line(self) -> Mapping[str, str]:
        """The kernel's parameters; of one that is there twice the last."""
        words = (self.text("/proc/cmdline") or "").split()
        return {word.partition("=")[0]: word.partition("=")[2] for word in words}

    @cached_property
    def cpu_flags(self) -> frozenset[str]:
        """Of the first CPU; empty where they are not known."""
        for line in (self.text("/proc/cpuinfo") or "").splitlines():
            if line.startswith(("flags", "Features")):
                return frozenset(line.partition(":")[2].split())
        return frozenset()

    @property
    def is_virtual(self) -> bool:
        """Whether a hypervisor runs it."""
        return "hypervisor" in self.cpu_flags

    @cached_property
    def kernel_options(self) -> Mapping[str, str]:
        """CONFIG_... of the running kernel ("y", "m", a value); empty where it does not say."""
        text = self._kernel_config()
        lines = (line.partition("=") for line in text.splitlines() if line.startswith("CONFIG_"))
        return {name: value for name, _, value in lines}

    def _kernel_config(self) -> str:
        import gzip

        try:
            return gzip.decompress(self.path("/proc/config.gz").read_bytes()).decode("utf-8", "replace")
        except (OSError, EOFError, gzip.BadGzipFile):
            release = self.text("/proc/sys/kernel/osrelease")
            return (self.text(f"/boot/config-{release}") or "") if release else ""

    @cached_property
    def installed(self) -> tuple[Driver, ...]:
        """DPDK's drivers for network devices."""
        every = drivers() if self._installed is None else self._installed
        return tuple(one for one in every if one.plugin.name.startswith("librte_net_"))

    @cached_property
    def nics(self) -> tuple[Service, ...]:
        """Network controllers on the PCI bus, with the DPDK drivers that serve them."""
        devices = [one for one in pci_devices(self.path("/sys")) if one.is_network]
        return tuple(services(devices, self.installed))

    def nic(self, address: str) -> Service | None:
        """By its full PCI address."""
        return next((one for one in self.nics if one.device.address == address), None)
