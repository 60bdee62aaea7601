# SPDX-License-Identifier: Apache-2.0
"""Keeps the engine's neighbours on ports with `neighbours = "kernel"` equal to the kernel's. It resolves
nothing itself."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import structlog

import pydp
from bfd_fastpath.config.model import Neighbours, Port
from bfd_fastpath.router.dataplane import Dataplane
from bfd_fastpath.router.events import Address
from bfd_fastpath.session import SessionManager, StandingSessions

if TYPE_CHECKING:
    from bfd_fastpath.net.kernel_neighbours import KernelNeighbours

_log = structlog.get_logger("kernel-mirror")


class KernelMirror:
    """One KernelNeighbours for each such port; follow() says which neighbours are wanted."""

    def __init__(self, dataplane: Dataplane, ports: Iterable[Port]) -> None:
        self._dataplane = dataplane
        self._interfaces = {
            port.name: port.kernel_interface
            for port in ports
            if port.neighbours is Neighbours.KERNEL and port.kernel_interface is not None
        }
        self._mirrors: dict[int, KernelNeighbours] = {}
        self._wanted: dict[tuple[int, Address], int] = {}
        self._seen = (-1, -1)

    async def start(self) -> None:
        """Raises NoInterfaceError, or OSError when netlink refuses."""
        if self._interfaces:
            # pyroute2 takes a fifth of a start; only these ports need it.
            from bfd_fastpath.net.kernel_neighbours import KernelNeighbours
        for name, interface in self._interfaces.items():
            index = self._dataplane.index(name)
            mirror = KernelNeighbours(interface, partial(self._resolved, index))
            await mirror.start()
            self._mirrors[index] = mirror

    async def close(self) -> None:
        for mirror in self._mirrors.values():
            await mirror.close()
        self._mirrors.clear()

    def follow(self, manager: SessionManager, standing: StandingSessions) -> None:
        """Their sessions may be others now."""
        revisions = manager.revision, standing.revision
        if not self._mirrors or revisions == self._seen:
            return
        self._seen = revisions
        sessions = [*(view.wanted for view in manager.sessions() if not view.leaving), *standing]
        wanted = {(one.port, one.neighbour): one.vlan for one in sessions if one.port in self._mirrors}
        for port, address in self._wanted.keys() - wanted.keys():
            self._mirrors[port].unwant(address)
            self._set(port, address, self._wanted[port, address], None)
        new = wanted.keys() - self._wanted.keys()
        self._wanted = wanted
        for port, address in new:
            self._mirrors[port].want(address)

    def _resolved(self, port: int, address: Address, mac: bytes | None) -> None:
        vlan = self._wanted.get((port, address))
        if vlan is not None:
            self._set(port, address, vlan, mac)

    def _set(self, port: int, address: Address, vlan: int, mac: bytes | None) -> None:
        try:
            self._dataplane.engine.neighbour_set(port, address, mac, vlan=vlan)
        except pydp.PydpError as error:
            _log.error("engine refuses a neighbour", address=str(address), error=str(error))
