# SPDX-License-Identifier: Apache-2.0
"""Which DPDK driver serves which PCI device of this machine: the tables that driver plug-ins carry in their
ELF files, beside what sysfs says. It loads no driver and needs no EAL.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

_MARK = b"PMD_INFO_STRING="
#: In a driver's table: any subsystem.
ANY_ID = 0xFFFF
_NETWORK_CLASS = 0x02


@dataclass(frozen=True, slots=True)
class PciId:
    """One row of a driver's table; ANY_ID in a subsystem matches all."""

    vendor: int
    device: int
    subsystem_vendor: int
    subsystem_device: int


@dataclass(frozen=True, slots=True)
class Driver:
    """A poll mode driver as its plug-in describes it."""

    name: str
    plugin: Path
    #: Devargs it understands, in its own words ("iface=<string> qpairs=<int>"); empty when it says nothing.
    parameters: str
    #: Kernel modules that a device must be bound to for it ("vfio-pci"); empty for virtual devices.
    kernel_modules: tuple[str, ...]
    pci_ids: tuple[PciId, ...]


@dataclass(frozen=True, slots=True)
class PciDevice:
    """A PCI device of this machine."""

    address: str
    vendor: int
    device: int
    subsystem_vendor: int
    subsystem_device: int
    #: The 24-bit class code; 0x02.... is a network controller.
    class_code: int
    #: Kernel driver it is bound to, or None.
    bound_to: str | None
    #: Kernel network interfaces that it provides.
    interfaces: tuple[str, ...]
    #: -1: any.
    numa_node: int

    @property
    def is_network(self) -> bool:
        """True for a network controller."""
        return self.class_code >> 16 == _NETWORK_CLASS


@dataclass(frozen=True, slots=True)
class Service:
    """A device and the installed drivers whose tables have it."""

    device: PciDevice
    drivers: tuple[Driver, ...]

    @property
    def ready(self) -> bool:
        """True when a driver could take the device as it is bound now."""
        return any(self.device.bound_to in driver.kernel_modules for driver in self.drivers)


def plugin_directory() -> Path | None:
    """Where the DPDK that this process has loaded keeps its driver plug-ins; None when there are none."""
    loaded = _loaded_eal()
    if loaded is None:
        return None
    abi = loaded.name.partition(".so.")[2].split(".")[0]
    places = sorted(loaded.parent.glob(f"dpdk/pmds-{abi}*"))
    return next((place for place in places if any(place.glob("librte_*.so*"))), None)


def _loaded_eal() -> Path | None:
    """The librte_eal that this process has mapped."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        if "/librte_eal.so" in line:
            return Path(line[line.index("/") :])
    return None


def read_plugin(path: Path) -> list[Driver]:
    """The drivers in one plug-in; none for a file that is no ELF or describes nothing."""
    with path.open("rb") as file:
        try:
            section = ELFFile(file).get_section_by_name(".rodata")
            data = section.data() if section is not None else b""
        except ELFError:
            return []
    drivers = []
    for piece in data.split(_MARK)[1:]:
        try:
            told = json.loads(piece.split(b"\0", 1)[0])
        except ValueError:
            continue
        drivers.append(
            Driver(
                name=told["name"],
                plugin=path,
                parameters=" ".join(told.get("params", "").split()),
                kernel_modules=tuple(word for word in re.split(r"[*|&\s]+", told.get("kmod", "")) if word),
                pci_ids=tuple(PciId(*row) for row in told.get("pci_ids", ())),
            )
        )
    return drivers


def drivers(directory: Path | None = None) -> list[Driver]:
    """All drivers of the plug-ins in a directory (plugin_directory() unless told), by name."""
    directory = directory or plugin_directory()
    if directory is None:
        return []
    files = sorted({path.resolve() for path in directory.glob("librte_*.so*")})
    return sorted((driver for path in files for driver in read_plugin(path)), key=lambda driver: driver.name)


def pci_devices(root: Path = Path("/sys")) -> list[PciDevice]:
    """The PCI devices of this machine, by address; `root` is where sysfs is mounted."""
    return [_device(path) for path in sorted((root / "bus/pci/devices").glob("*"))]


def _device(path: Path) -> PciDevice:
    def number(name: str) -> int:
        try:
            return int((path / name).read_text(encoding="ascii"), 0)
        except (OSError, ValueError):
            return 0

    bound = path / "driver"
    try:
        node = int((path / "numa_node").read_text(encoding="ascii"))
    except (OSError, ValueError):
        node = -1
    return PciDevice(
        address=path.name,
        vendor=number("vendor"),
        device=number("device"),
        subsystem_vendor=number("subsystem_vendor"),
        subsystem_device=number("subsystem_device"),
        class_code=number("class"),
        bound_to=bound.resolve().name if bound.exists() else None,
        # virtio devices have their interface one level deeper
        interfaces=tuple(sorted(one.name for one in (*path.glob("net/*"), *path.glob("virtio*/net/*")))),
        numa_node=node,
    )


def _matches(device: PciDevice, row: PciId) -> bool:
    return (
        (device.vendor, device.device) == (row.vendor, row.device)
        and row.subsystem_vendor in (ANY_ID, device.subsystem_vendor)
        and row.subsystem_device in (ANY_ID, device.subsystem_device)
    )


def services(
    devices: Iterable[PciDevice] | None = None, installed: Sequence[Driver] | None = None
) -> list[Service]:
    """Each device (this machine's network controllers unless told) with the drivers (those installed) that
    can serve it.
    """
    if devices is None:
        devices = [device for device in pci_devices() if device.is_network]
    known = drivers() if installed is None else installed
    return [
        Service(
            device, tuple(driver for driver in known if any(_matches(device, row) for row in driver.pci_ids))
        )
        for device in devices
    ]
