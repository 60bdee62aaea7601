# SPDX-License-Identifier: Apache-2.0
"""The kernel's interfaces beside ports with `host = "tap"`: each shows the kernel its port's addresses and
link."""

import asyncio
import contextlib
from collections.abc import Iterable
from ipaddress import ip_interface
from typing import TYPE_CHECKING

import structlog

from bfd_fastpath.config.hosts import vlan_name
from bfd_fastpath.config.model import Host, Port
from bfd_fastpath.net.kernel_link import LinkState
from bfd_fastpath.router.dataplane import Dataplane
from bfd_fastpath.router.target import Link

if TYPE_CHECKING:
    from bfd_fastpath.net.host_interface import HostInterface

#: How often links are looked at; failures of a path are BFD's to find.
LOOK_S = 0.5
_log = structlog.get_logger("hosts")


class Hosts:
    """One HostInterface for each such port."""

    def __init__(self, dataplane: Dataplane, ports: Iterable[Port]) -> None:
        self._dataplane = dataplane
        self._ports = {port.name: port for port in ports if port.host is Host.TAP}
        self._interfaces: dict[str, HostInterface] = {}
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The ports are open. OSError when the kernel refuses."""
        if not self._ports:
            return
        # pyroute2 takes a fifth of a start; only these ports need it.
        from bfd_fastpath.net.host_interface import HostInterface

        for name, port in self._ports.items():
            assert port.host_name is not None
            interface = HostInterface(port.host_name, vlan_name)
            self._interfaces[name] = interface
            await interface.start(self._mtu(name))
        await self.follow()
        await self._look()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """The interfaces go when their ports are closed."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None
        for interface in self._interfaces.values():
            await interface.close()
        self._interfaces.clear()

    def _mtu(self, name: str) -> int:
        """The port's, as far as DPDK's driver of TAPs can."""
        host, mtu = self._dataplane.host(name), self._dataplane.port(name).info().mtu
        return mtu if host is None else min(mtu, host.info().mtu)

    async def follow(self) -> None:
        """The ports' addresses are others now."""
        for name, interface in self._interfaces.items():
            await interface.set_addresses(
                (ip_interface(f"{one.address}/{one.prefix_length}"), one.vlan)
                for one in self._dataplane.addresses(name)
            )

    def interfaces(self) -> dict[int, Link]:
        """The kernel's interfaces by index, with the port and VLAN behind each."""
        return {
            index: Link(self._dataplane.index(name), vlan)
            for name, interface in self._interfaces.items()
            for vlan, index in interface.indices.items()
        }

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._look()
            except OSError as error:
                _log.warning("link not mirrored", error=str(error))

    async def _look(self) -> None:
        for name, interface in self._interfaces.items():
            await interface.set_carrier(self._dataplane.link(name) is LinkState.UP)
