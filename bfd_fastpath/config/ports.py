# SPDX-License-Identifier: Apache-2.0
"""From a [[port]] table to a Port."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_interface
from typing import Any

from bfd_fastpath.config import values
from bfd_fastpath.config.hosts import host_of
from bfd_fastpath.config.model import Host, InterfaceAddress, Neighbours, Network, Port, XdpRedirect
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.values import WrongError

_vlan = values.integer(0, 4094)


def build_port(reader: Reader, path: str, good: dict[str, Any]) -> Port | None:
    """The port, or None when it has faults (which the reader has then)."""
    before = len(reader.faults)
    devargs = good.get("devargs", "")
    if "devargs" in good and not devargs.strip():
        reader.fault(f"{path}.devargs", "empty", 'name a device: write devargs = "net_af_packet0,iface=eth1"')
    addresses = _addresses(reader, path, good) if "addresses" in good else ()
    neighbours = good.get("neighbours", Neighbours.OWN)
    kernel_interface = good.get("kernel-interface") or _iface(devargs)
    if neighbours is Neighbours.KERNEL and kernel_interface is None:
        reader.fault(
            f"{path}.kernel-interface",
            'neighbours = "kernel" needs the kernel\'s interface, and devargs names none',
            'add kernel-interface = "eth1", or iface=eth1 to devargs',
        )
    xdp = good.get("xdp-redirect", XdpRedirect.NONE)
    if xdp is XdpRedirect.BFD and devargs:
        _check_xdp(reader, path, devargs)
    lan: tuple[Network, ...] = good.get("lan") or tuple(dict.fromkeys(one.network for one in addresses))
    if addresses and not any(
        net.overlaps(one.network) for net in lan for one in addresses if _same(net, one)
    ):
        reader.fault(
            f"{path}.lan", "none of it is reached by an address of the port", "write the LAN's prefix"
        )
    host = good.get("host", Host.NONE)
    host_name = host_of(reader, path, good, addresses, kernel_interface)
    if len(reader.faults) > before or not {"name", "devargs", "addresses"} <= good.keys():
        return None
    return Port(
        name=good["name"],
        devargs=devargs,
        addresses=addresses,
        lan=lan,
        neighbours=neighbours,
        kernel_interface=kernel_interface,
        xdp_redirect=xdp,
        host=host,
        host_name=host_name,
        host_rate=good.get("host-rate", Port.__dataclass_fields__["host_rate"].default),
        queues=good.get("queues"),
        mtu=good.get("mtu"),
    )


def _same(network: Network, interface: InterfaceAddress) -> bool:
    return network.version == interface.address.version


def _iface(devargs: str) -> str | None:
    found = re.search(r"(?:^|,)iface=([^,]+)", devargs)
    return found[1] if found else None


def _check_xdp(reader: Reader, path: str, devargs: str) -> None:
    if not devargs.startswith("net_af_xdp"):
        reader.fault(
            f"{path}.xdp-redirect",
            f'"bfd" works with net_af_xdp only, and devargs is "{devargs}"',
            'write devargs = "net_af_xdp0,iface=..." or xdp-redirect = "none"',
        )
    elif "xdp_prog=" in devargs:
        reader.fault(
            f"{path}.xdp-redirect",
            "devargs names an XDP program of its own",
            'remove xdp_prog= from devargs, or write xdp-redirect = "none"',
        )


def _addresses(reader: Reader, path: str, good: dict[str, Any]) -> tuple[InterfaceAddress, ...]:
    listed, vlan = good["addresses"], good.get("vlan", 0)
    if not isinstance(listed, list):
        reader.fault(f"{path}.addresses", f"{values.kind(listed)}, not a list", "write it in square brackets")
        return ()
    if not listed:
        reader.fault(f"{path}.addresses", "empty", 'BFD needs a source address: write ["198.51.100.1/24"]')
    found: list[InterfaceAddress] = []
    for index, item in enumerate(listed):
        key = f"{path}.addresses[{index}]"
        try:
            one = _address(reader, key, item, vlan)
        except WrongError as fault:
            reader.fault(key + fault.at, fault.wrong, fault.instead)
            continue
        if any((one.address, one.vlan) == (other.address, other.vlan) for other in found):
            reader.fault(key, f"{one.address} stands there already", "remove one of the two")
        else:
            found.append(one)
    return tuple(found)


def _address(reader: Reader, key: str, item: Any, vlan: int) -> InterfaceAddress:
    if isinstance(item, Mapping):
        for name in item:
            if name not in ("address", "vlan"):
                reader.unknown(key, name, ("address", "vlan"))
        if "address" not in item:
            raise WrongError("no address in it", 'write { address = "198.51.100.1/24", vlan = 100 }')
        vlan = _vlan(item["vlan"]) if "vlan" in item else vlan
        item = item["address"]
    text = values.text(item)
    try:
        interface = ip_interface(text)
    except ValueError:
        raise WrongError(
            f'"{text}" is not an address with prefix length', 'write "198.51.100.1/24"'
        ) from None
    if "/" not in text:
        raise WrongError(
            f"{text} has no prefix length", f'write "{text}/{24 if interface.version == 4 else 64}"'
        )
    values.address(str(interface.ip))
    network = interface.network
    reserved = network.version == 4 and network.prefixlen < 31
    if reserved and interface.ip in (network.network_address, network.broadcast_address):
        raise WrongError(f"{interface.ip} is not a host in {network}", "write the address of this router")
    return InterfaceAddress(interface.ip, network.prefixlen, vlan)
