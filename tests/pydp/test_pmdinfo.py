# SPDX-License-Identifier: Apache-2.0
"""Driver plug-ins' own tables beside the PCI devices of a machine, this one's and made-up ones."""

import subprocess
from pathlib import Path

import pytest

from pydp import pmdinfo
from pydp.pmdinfo import ANY_ID, Driver, PciId

PLUGIN = r"""
const char info[] __attribute__((used)) = "PMD_INFO_STRING= {\"name\": \"net_example\", \"params\": \"queues=<int>  \", "
    "\"kmod\": \"* igb_uio | vfio-pci\", \"pci_ids\": [[4660, 22136, 65535, 65535], [4660, 1, 7, 8]]}";
const char bad[] __attribute__((used)) = "PMD_INFO_STRING= {not json";
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A shared object with one good and one bad description in it."""
    source, made = tmp_path / "plugin.c", tmp_path / "librte_net_example.so.23"
    source.write_text(PLUGIN)
    subprocess.run(["gcc", "-shared", "-o", str(made), str(source)], check=True, timeout=60)
    (tmp_path / "librte_net_example.so").symlink_to(made.name)
    return made


def device(
    root: Path, address: str, ids: tuple[int, int, int, int], class_code: int, bound: str | None
) -> None:
    path = root / "bus/pci/devices" / address
    path.mkdir(parents=True)
    names = ("vendor", "device", "subsystem_vendor", "subsystem_device")
    for name, value in zip(names, ids, strict=True):
        (path / name).write_text(f"{value:#06x}\n")
    (path / "class").write_text(f"{class_code:#08x}\n")
    (path / "numa_node").write_text("1\n")
    if bound:
        (root / "drivers" / bound).mkdir(parents=True, exist_ok=True)
        (path / "driver").symlink_to(root / "drivers" / bound)


def test_a_plug_in_tells_its_drivers_and_a_bad_description_costs_only_itself(plugin: Path):
    assert pmdinfo.drivers(plugin.parent) == [
        Driver(
            name="net_example",
            plugin=plugin,
            parameters="queues=<int>",
            kernel_modules=("igb_uio", "vfio-pci"),
            pci_ids=(PciId(0x1234, 0x5678, ANY_ID, ANY_ID), PciId(0x1234, 1, 7, 8)),
        )
    ]


def test_a_file_that_is_no_elf_has_no_drivers(tmp_path: Path):
    (tmp_path / "librte_net_text.so").write_text("not an ELF file")
    assert pmdinfo.drivers(tmp_path) == []


def test_devices_are_read_with_what_they_are_bound_to(tmp_path: Path):
    device(tmp_path, "0000:03:00.0", (0x1234, 0x5678, 1, 2), 0x020000, "example")
    device(tmp_path, "0000:00:01.0", (0x8086, 0x1237, 0, 0), 0x060000, None)
    (tmp_path / "bus/pci/devices/0000:03:00.0/net/eth7").mkdir(parents=True)
    bridge, card = pmdinfo.pci_devices(tmp_path)
    assert (card.address, card.vendor, card.device, card.bound_to) == (
        "0000:03:00.0",
        0x1234,
        0x5678,
        "example",
    )
    assert (card.interfaces, card.numa_node, card.is_network) == (("eth7",), 1, True)
    assert (bridge.bound_to, bridge.is_network) == (None, False)


@pytest.mark.parametrize(
    ("ids", "bound", "served", "ready"),
    [
        ((0x1234, 0x5678, 9, 9), "vfio-pci", True, True),
        ((0x1234, 0x5678, 9, 9), "example", True, False),
        ((0x1234, 0x5678, 9, 9), None, True, False),
        ((0x1234, 1, 7, 8), "igb_uio", True, True),
        ((0x1234, 1, 7, 9), "igb_uio", False, False),
        ((0x4321, 0x5678, 9, 9), "vfio-pci", False, False),
    ],
)
def test_a_driver_serves_the_devices_in_its_table(tmp_path, plugin, ids, bound, served, ready):
    device(tmp_path / "sys", "0000:03:00.0", ids, 0x020000, bound)
    (service,) = pmdinfo.services(pmdinfo.pci_devices(tmp_path / "sys"), pmdinfo.drivers(plugin.parent))
    assert [driver.name for driver in service.drivers] == (["net_example"] if served else [])
    assert service.ready is ready


def test_the_installed_plug_ins_are_those_of_the_loaded_dpdk():
    directory = pmdinfo.plugin_directory()
    assert directory is not None
    installed = {driver.name: driver for driver in pmdinfo.drivers()}
    assert installed["net_af_packet"].pci_ids == ()
    assert "iface=<string>" in installed["net_af_packet"].parameters
    assert "vfio-pci" in installed["net_virtio"].kernel_modules
    # virtio 1.0 network devices: vendor 1af4, device 1041
    assert PciId(0x1AF4, 0x1041, ANY_ID, ANY_ID) in installed["net_virtio"].pci_ids


def test_the_devices_of_this_machine_are_those_that_sysfs_has():
    addresses = {path.name for path in Path("/sys/bus/pci/devices").glob("*")}
    assert {one.address for one in pmdinfo.pci_devices()} == addresses
    assert all(service.device.is_network for service in pmdinfo.services())
