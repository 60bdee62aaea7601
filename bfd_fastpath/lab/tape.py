# SPDX-License-Identifier: Apache-2.0
"""Records a run in memory to capture files: bfd.pcap, what crossed the cable, and bgp.pcap, the BGP
sessions."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pydp
from bfd_fastpath.net.tap import Direction, Flow

if TYPE_CHECKING:
    from bfd_fastpath.net.tcp_flow import TcpFlow

BFD_FILE = "bfd.pcap"
BGP_FILE = "bgp.pcap"
_DRAIN_S = 0.1
_WAITING = 16384


class Tape:
    """Made before the engines start, closed after their ports are. `heard` is the tap for the route server's
    sessions.

    Raises OSError when the files cannot be written, ModuleNotFoundError without scapy.
    """

    def __init__(self, directory: Path) -> None:
        from bfd_fastpath.lab.linkcap import LinkFile
        from bfd_fastpath.net.tcp_flow import FlowFile

        directory.mkdir(parents=True, exist_ok=True)
        self._offset = time.time_ns() - time.monotonic_ns()
        self._link = LinkFile(directory / BFD_FILE, self._offset)
        self._bgp = FlowFile(directory / BGP_FILE)
        self._flows: dict[Flow, TcpFlow] = {}
        self._capture = pydp.Capture("demo", capacity=_WAITING)
        self._task: asyncio.Task[None] | None = None

    def watch(self, *ports: pydp.Port) -> None:
        """Record what these ports, the two ends of the cable, send: what a cut drops has not been sent."""
        for number, port in enumerate(ports):
            self._capture.add(port, number, pydp.Direction.SENT)
        self._task = asyncio.get_running_loop().create_task(self._run())

    def heard(self, direction: Direction, data: bytes, time_ns: int, flow: Flow) -> None:
        """The tap of a listening speaker: `remote` is the client."""
        time_ns += self._offset
        known = self._flows.get(flow)
        if known is None:
            client = (flow.remote.address, flow.remote.port)
            known = self._flows[flow] = self._bgp.open_flow(client, flow.local.address, time_ns)
        known.said(direction is Direction.IN, data, time_ns)

    @property
    def lost(self) -> int:
        """Packets that came faster than they were written."""
        return self._capture.lost

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._drain()
        self._capture.close()
        self._link.close()
        for flow in self._flows.values():
            flow.close(False, time.monotonic_ns() + self._offset)
        self._bgp.close()

    async def _run(self) -> None:
        while True:
            self._drain()
            await asyncio.sleep(_DRAIN_S)

    def _drain(self) -> None:
        for packet in self._capture.packets():
            self._link.write(packet)
