# SPDX-License-Identifier: Apache-2.0
"""A DPDK port as the line to a target, in real time: no kernel is behind it, so the far end answers ARP and
ND itself.
"""

import select
import time
from collections import deque
from types import TracebackType
from typing import Final, Self

import pydp
from bfd_fastpath.lab.conformance import neighbour
from bfd_fastpath.lab.conformance.frame import Address
from bfd_fastpath.lab.conformance.subject import SubjectError

_BURST: Final = 64
_NEIGHBOUR_S: Final = 3.0
#: Between two looks at the port.
_PAUSE_S: Final = 0.0005


class PortLine:
    """The line, as a context manager. `devargs` are DPDK's, `owns` the addresses that the far end has there.
    Raises SubjectError.
    """

    slack_ns = 20_000_000
    simulated = False

    def __init__(self, devargs: str, owns: tuple[Address, ...]) -> None:
        self._owns = owns
        self._waiting: deque[tuple[int, bytes]] = deque()
        try:
            if pydp.eal.state() is pydp.EalState.NOT_INITIALISED:
                pydp.eal.init((devargs,), program="bfd-fastpath")
            self._port = pydp.Port(devargs, promiscuous=True)
            self._pool = pydp.Mempool("conformance", 1023)
        except pydp.PydpError as error:
            raise SubjectError(f"port {devargs}: {error}") from error
        self._out, self._in = pydp.Burst(_BURST), pydp.Burst(_BURST)
        self.mac = bytes.fromhex(self._port.info().mac.replace(":", ""))

    def resolve(self, target: Address) -> bytes:
        """The target's MAC address. Raises SubjectError."""
        end_ns = time.time_ns() + round(_NEIGHBOUR_S * 1e9)
        while time.time_ns() < end_ns:
            self.send(neighbour.question(self._owns[0], self.mac, target))
            until_ns = time.time_ns() + 200_000_000
            while (got := self.receive(until_ns)) is not None:
                mac = neighbour.answered(got[1], target)
                if mac is not None:
                    return mac
        raise SubjectError(f"{target} does not answer ARP or ND on this port: is it up, and in this LAN?")

    @property
    def now_ns(self) -> int:
        return time.time_ns()

    def send(self, frame: bytes) -> int:
        self._out.append(self._pool, frame)
        self._out.transmit(self._port)
        return time.time_ns()

    def receive(self, until_ns: int) -> tuple[int, bytes] | None:
        while not self._waiting:
            if self._in.receive(self._port):
                self._take()
                continue
            left_ns = until_ns - time.time_ns()
            if left_ns <= 0:
                return None
            select.select([], [], [], min(left_ns / 1e9, _PAUSE_S))
        return self._waiting.popleft()

    def _take(self) -> None:
        now_ns = time.time_ns()
        for i in range(len(self._in)):
            frame = bytes(self._in.view(i))
            said = neighbour.answer(frame, self._owns, self.mac)
            if said is not None:
                self.send(said)
            else:
                self._waiting.append((now_ns, frame))
        self._in.clear()

    def close(self) -> None:
        for one in (self._in, self._out, self._port, self._pool):
            one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
