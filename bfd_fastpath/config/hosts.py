# SPDX-License-Identifier: Apache-2.0
"""The host of a [[port]]: the kernel's interface that stands beside it, and what cannot stand with that."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bfd_fastpath.config.model import Host, InterfaceAddress, Neighbours, XdpRedirect
from bfd_fastpath.config.read import Reader

#: IFNAMSIZ less the zero at the end.
LONGEST = 15
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def vlan_name(host: str, vlan: int) -> str:
    """The kernel's interface for the addresses of a VLAN; 0: the untagged ones."""
    return f"{host}.{vlan}" if vlan else host


def host_of(
    reader: Reader,
    path: str,
    good: dict[str, Any],
    addresses: Iterable[InterfaceAddress],
    kernel_interface: str | None,
) -> str | None:
    """The name of the port's TAP, None without one. Its faults are the reader's."""
    if good.get("host", Host.NONE) is Host.NONE:
        if "host-name" in good:
            reader.fault(f"{path}.host-name", "names nothing without a host", 'add host = "tap"')
        return None
    if good.get("neighbours") is Neighbours.KERNEL or good.get("xdp-redirect") is XdpRedirect.BFD:
        key = "neighbours" if good.get("neighbours") is Neighbours.KERNEL else "xdp-redirect"
        reader.fault(
            f"{path}.host",
            f'"tap" gives the kernel an interface of its own, and {key} shares the wire with it',
            f"write one of the two: host, or {key}",
        )
    name: str = good.get("host-name", good.get("name", ""))
    _check_name(reader, f"{path}.host-name", name, {one.vlan for one in addresses})
    if name and name == kernel_interface:
        reader.fault(
            f"{path}.host-name", f"there is an interface {name}: the port itself", "write another name"
        )
    return name


def _check_name(reader: Reader, key: str, name: str, vlans: set[int]) -> None:
    longest = max((vlan_name(name, vlan) for vlan in vlans), key=len, default=name)
    if name and not _NAME.fullmatch(name):
        reader.fault(key, f'"{name}" is no name of an interface', "write letters, digits, _ . -")
    elif len(longest) > LONGEST:
        reader.fault(
            key,
            f'"{longest}" has {len(longest)} characters, the kernel takes {LONGEST}',
            f'write host-name = "{name[: len(name) - len(longest) + LONGEST]}"',
        )
