# SPDX-License-Identifier: Apache-2.0
"""The engine that plays one end: a port whose cable ends here, addresses, pinned neighbours, and a clock
that is the capture's. It decides nothing about sessions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

import pydp
from bfd_fastpath.config.model import InterfaceAddress
from bfd_fastpath.replay.end_packets import made_header
from bfd_fastpath.replay.end_report import Address, EndError

#: Of the peers' frames on the cable, whatever the capture had.
PEER_MAC: Final = bytes.fromhex("020000000002")
_NEVER: Final = 2**64 - 1
_BURST: Final = 64
_RESTING: Final = 128
_numbers = itertools.count(1)


def start_eal() -> None:
    """EAL for in-memory links, unless it is there: neither root nor hugepages are needed. EndError."""
    if pydp.eal.state() is pydp.EalState.READY:
        return
    try:
        pydp.eal.init(program="bfd-fastpath")
    except pydp.PydpError as error:
        raise EndError(str(error), 1) from error


class Stage:
    """One engine at the end of one cable. Close it, or use it as a context manager. Raises PydpError.

    `sent(time_ns, frame)` is shown every frame that the engine sends, `happened(events)` its events; both may
    give it commands.
    """

    def __init__(
        self,
        address: InterfaceAddress,
        *,
        seed: int,
        sessions: int,
        sent: Callable[[int, bytes], None],
        happened: Callable[[Any], None],
    ) -> None:
        self._address = address
        self._sent, self._happened = sent, happened
        #: When the engine is due; 2**64 - 1: never.
        self.due_ns = _NEVER
        self._headers: dict[int, bytes] = {}
        self.now_ns = 0
        with ExitStack() as opened:
            self._open(f"as{next(_numbers)}", seed, sessions, opened)
            self._opened = opened.pop_all()

    def _open(self, name: str, seed: int, sessions: int, opened: ExitStack) -> None:
        capacity = 1024
        while capacity < min(4 * sessions, 65536):
            capacity *= 2
        self._pool = opened.enter_context(pydp.Mempool(name, 1023))
        self._near, self._far = (opened.enter_context(port) for port in pydp.link(name, capacity=capacity))
        self._burst = opened.enter_context(pydp.Burst(_BURST))
        self._received = opened.enter_context(pydp.Burst(_BURST))
        # Slots rest after use, so that a session that begins again finds a free one.
        self.engine = opened.enter_context(
            pydp.Engine(
                name,
                seed=seed,
                max_sessions=sessions + _RESTING,
                max_neighbours=sessions + _RESTING,
                event_capacity=65536,
            )
        )
        self.engine.attach(self._near)
        self._mac = bytes.fromhex(self._near.info().mac.replace(":", ""))

    def start(self, now_ns: int) -> None:
        """Time begins."""
        self.turn(now_ns)

    def pin(self, peer: Address, vlan: int) -> None:
        """The peer can be reached on this VLAN."""
        if vlan not in self._headers:
            own = self._address
            self.engine.address_add(0, f"{own.address}/{own.prefix_length}", vlan=vlan)
            self._headers[vlan] = made_header(self._mac, PEER_MAC, vlan, own.address.version)
        self.engine.neighbour_set(0, peer, PEER_MAC, vlan=vlan)

    def hand(self, packet: bytes, vlan: int, now_ns: int) -> None:
        """An IP packet comes in at this time."""
        header = self._headers.get(vlan)
        if header is None:
            return
        self._burst.append(self._pool, header + packet)
        self._burst.transmit(self._far)
        self.turn(now_ns)

    def turn(self, now_ns: int) -> None:
        """One turn of the engine, and what came of it. Time that runs backwards stands still."""
        self.now_ns = now_ns = max(now_ns, self.now_ns, 1)
        self.engine.step(now_ns)
        self._collect()
        self.rearm()

    def rearm(self) -> None:
        """Commands were given: look again when the engine is due."""
        deadline = self.engine.next_deadline()
        self.due_ns = _NEVER if deadline is None else max(deadline, self.now_ns + 1)

    def tell(self) -> None:
        """Events are told, and those that the answers to them cause, without letting time pass."""
        while len(batch := self.engine.events.drain()):
            self._happened(batch)

    def refused(self) -> dict[str, int]:
        """Packets that the engine dropped, by counter, in the counters' order."""
        return self.engine.stats.drops(0)

    def _collect(self) -> None:
        burst, now_ns = self._received, self.now_ns
        while count := burst.receive(self._far):
            for i in range(count):
                self._sent(now_ns, bytes(burst.view(i)))
            burst.clear()
        self.tell()

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
