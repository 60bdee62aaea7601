# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath pmdinfo`: which installed DPDK driver would serve which device of this machine. Needs no
daemon."""

from typing import TYPE_CHECKING

import click

from bfd_fastpath.cli.options import json_option, print_json
from bfd_fastpath.cli.table import table

if TYPE_CHECKING:
    from pydp.pmdinfo import Driver, Service


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath pmdinfo
  bfd-fastpath pmdinfo --drivers        every installed driver with its parameters
"""
)
@click.option(
    "--drivers", "all_drivers", is_flag=True, help="List the installed drivers instead of the devices."
)
@json_option
def pmdinfo(all_drivers: bool, as_json: bool) -> None:
    """Show which installed DPDK driver serves which network device here, and what the device is bound to."""
    import pydp.pmdinfo as info

    if all_drivers:
        installed = info.drivers()
        if as_json:
            print_json([_driver_json(one) for one in installed])
        else:
            lines = [(one.name, one.plugin.name, len(one.pci_ids), one.parameters) for one in installed]
            click.echo(table(("DRIVER", "PLUG-IN", "PCI IDS", "PARAMETERS"), lines, right=("PCI IDS",)))
        return
    found = info.services()
    if as_json:
        print_json([_service_json(one) for one in found])
        return
    if not found:
        click.echo(
            "This machine has no PCI network device; virtual ports (net_af_packet, net_af_xdp...) need none."
        )
        return
    rows = [
        (
            one.device.address,
            f"{one.device.vendor:04x}:{one.device.device:04x}",
            " ".join(one.device.interfaces),
            one.device.bound_to,
            " ".join(driver.name for driver in one.drivers),
            _remedy(one),
        )
        for one in found
    ]
    click.echo(table(("DEVICE", "ID", "INTERFACE", "BOUND TO", "DPDK DRIVER", "USABLE"), rows))


def _remedy(service: "Service") -> str:
    if service.ready:
        return "yes"
    if not service.drivers:
        return "no: no installed driver knows it; use its kernel interface by net_af_xdp or net_af_packet"
    modules = sorted({module for driver in service.drivers for module in driver.kernel_modules})
    return f"after binding it to {' or '.join(modules) or 'the driver its documentation names'}"


def _driver_json(driver: "Driver") -> dict[str, object]:
    return {
        "name": driver.name,
        "plug-in": str(driver.plugin),
        "parameters": driver.parameters,
        "kernel-modules": list(driver.kernel_modules),
        "pci-ids": len(driver.pci_ids),
    }


def _service_json(service: "Service") -> dict[str, object]:
    device = service.device
    return {
        "address": device.address,
        "vendor": device.vendor,
        "device": device.device,
        "bound-to": device.bound_to,
        "interfaces": list(device.interfaces),
        "numa-node": device.numa_node,
        "drivers": [driver.name for driver in service.drivers],
        "usable": service.ready,
    }
