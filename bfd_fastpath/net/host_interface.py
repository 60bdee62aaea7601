# SPDX-License-Identifier: Apache-2.0
"""A TAP as the kernel's interface: up, with the port's MTU, addresses and carrier. The TAP itself is DPDK's,
and goes with it.

It works in the network namespace of the thread that calls start(). Addresses in a VLAN get an interface of
their own on top.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path
from typing import Any

import structlog
from pyroute2 import AsyncIPRoute
from pyroute2.netlink.exceptions import NetlinkError

Interface = IPv4Interface | IPv6Interface
#: An address with its prefix length, and its VLAN; 0: untagged.
HostAddress = tuple[Interface, int]

#: The port's duplicates are found by the engine; a router listens to no router's advertisements.
_IFA_F_NODAD = 2
_CONF = Path("/proc/sys/net/ipv6/conf")
_log = structlog.get_logger("host-interface")


class HostInterface:
    """One TAP. `vlan_name` names the interface of a VLAN on it."""

    def __init__(self, name: str, vlan_name: Callable[[str, int], str]) -> None:
        self.name = name
        self._vlan_name = vlan_name
        self._route: Any = None
        self._indices: dict[int, int] = {}
        self._addresses: set[HostAddress] = set()
        self._carrier: bool | None = None
        self._stack = contextlib.AsyncExitStack()

    @property
    def indices(self) -> Mapping[int, int]:
        """The kernel's indices of this interface and those on top of it, by VLAN; 0: this one."""
        return self._indices

    async def start(self, mtu: int) -> None:
        """Raises OSError when the kernel refuses."""
        self._route = await self._stack.enter_async_context(AsyncIPRoute())
        try:
            (self._indices[0],) = await self._route.link_lookup(ifname=self.name)
            _prepare(self.name)
            await self._route.link("set", index=self._indices[0], mtu=mtu, state="up")
        except (NetlinkError, ValueError) as error:
            raise OSError(f"interface {self.name} cannot be set up with mtu {mtu}: {error}") from error

    async def close(self) -> None:
        """The interface is left as it is."""
        await self._stack.aclose()

    async def set_addresses(self, wanted: Iterable[HostAddress]) -> None:
        """These and no others, of those that were set here. What the kernel refuses is logged, and tried
        again next time."""
        asked = set(wanted)
        for one in sorted(self._addresses - asked, key=str):
            await self._change("del", one)
        for one in sorted(asked - self._addresses, key=str):
            await self._change("add", one)
        for vlan in self._indices.keys() - {0} - {vlan for _, vlan in self._addresses}:
            with contextlib.suppress(NetlinkError):  # somebody else took it away
                await self._route.link("del", index=self._indices.pop(vlan))

    async def set_carrier(self, up: bool) -> None:
        """What the kernel and its daemons see of the port's link."""
        if up == self._carrier:
            return
        try:
            # pyroute2 takes `carrier` for a value that is only read, and leaves it out.
            attributes = [["IFLA_CARRIER", int(up)]]
            await self._route.link("set", index=self._indices[0], attrs=attributes)
            self._carrier = up
        except NetlinkError as error:
            _log.error("kernel refuses a carrier", interface=self.name, error=str(error))

    async def _change(self, what: str, address: HostAddress) -> None:
        interface, vlan = address
        words: dict[str, Any] = {"address": str(interface.ip), "prefixlen": interface.network.prefixlen}
        if interface.version == 6 and what == "add":
            words["flags"] = _IFA_F_NODAD
        try:
            await self._route.addr(what, index=await self._index(vlan), **words)
        except (NetlinkError, OSError) as error:
            _log.error(
                "kernel refuses an address", interface=self.name, address=str(interface), error=str(error)
            )
            if what == "add":
                return
        (self._addresses.add if what == "add" else self._addresses.discard)(address)

    async def _index(self, vlan: int) -> int:
        if vlan not in self._indices:
            name = self._vlan_name(self.name, vlan)
            await self._route.link("add", ifname=name, kind="vlan", link=self._indices[0], vlan_id=vlan)
            (self._indices[vlan],) = await self._route.link_lookup(ifname=name)
            _prepare(name)
            await self._route.link("set", index=self._indices[vlan], state="up")
        return self._indices[vlan]


def _prepare(interface: str) -> None:
    """Only we set IPv6 addresses there, and they stay while it is set down, as those of IPv4 do."""
    with contextlib.suppress(OSError):  # a kernel without IPv6
        (_CONF / interface / "accept_ra").write_text("0")
        (_CONF / interface / "keep_addr_on_down").write_text("1")
