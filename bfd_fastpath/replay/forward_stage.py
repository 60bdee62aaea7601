# SPDX-License-Identifier: Apache-2.0
"""The engine of a configuration between cables that end here, one for each port, with a clock that is the
capture's. It knows no capture and judges nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

import pydp
from bfd_fastpath.config.model import Config, Host, Port
from bfd_fastpath.replay.forward_answers import answer
from bfd_fastpath.router.forwarding import attach

#: Octets of a frame at most, jumbo frames among them.
MOST: Final = 9216
_BURST: Final = 64
_MBUFS: Final = 2047
_CAPACITY: Final = 4096
#: How often what comes of answers is looked at for one step.
_ROUNDS: Final = 8
_numbers = itertools.count(1)


@dataclass(slots=True)
class Turn:
    """What one step of the engine did."""

    time_ns: int
    risen: list[pydp.Rise]
    #: Port and frame, as they were sent.
    out: list[tuple[int, bytes]]
    #: Requests for neighbours among them that were answered here, and what came of the answers.
    answered: int = 0
    later: list[tuple[int, bytes]] = field(default_factory=list)


class ForwardStage:
    """Close it, or use it as a context manager. Raises PydpError.

    `macs`: MAC addresses of ports, by name; the others have 02:00:00:00:00:NN. `answers`: neighbours whom the
    engine asks for answer at once, with a MAC address made of theirs.
    """

    def __init__(self, config: Config, *, seed: int, macs: Mapping[str, bytes], answers: bool) -> None:
        self.names = tuple(port.name for port in config.ports)
        self._answers = answers
        self.now_ns = 0
        with ExitStack() as opened:
            self._open(config, seed, macs, opened)
            self._opened = opened.pop_all()

    def _open(self, config: Config, seed: int, macs: Mapping[str, bytes], opened: ExitStack) -> None:
        label = f"fw{next(_numbers)}"
        self._pool = opened.enter_context(pydp.Mempool(label, _MBUFS, data_room=MOST + 128))
        self.engine = pydp.Engine(
            label,
            seed=seed,
            max_sessions=config.engine.max_sessions,
            max_neighbours=config.engine.max_neighbours,
            max_nexthops=config.forwarding.max_next_hops,
        )
        self._far: list[pydp.Port] = []
        self._hosts: list[pydp.Port] = []
        self._burst = opened.enter_context(pydp.Burst(1))
        self._received = opened.enter_context(pydp.Burst(_BURST))
        for i, port in enumerate(config.ports):
            mac = macs.get(port.name, bytes([2, 0, 0, 0, 0, i + 1]))
            self._attach(f"{label}-{i}", port, mac, opened)
        opened.enter_context(self.engine)
        #: By the ports' names.
        self.indices = {name: i for i, name in enumerate(self.names)}
        attach(self.engine, config, self.indices)
        self._tally = self.engine.stats.tally()

    def _attach(self, label: str, port: Port, mac: bytes, opened: ExitStack) -> None:
        ends = pydp.link(label, capacity=_CAPACITY, mtu=port.mtu or 0, mac=mac)
        near, far = (opened.enter_context(end) for end in ends)
        self._far.append(far)
        index = self.engine.attach(near)
        if port.host is not Host.NONE:
            near, far = (opened.enter_context(end) for end in pydp.link(f"{label}h", mtu=port.mtu or 0))
            self.engine.host_set(index, near, rate=port.host_rate)
            self._hosts.append(far)

    def mac(self, port: int) -> bytes:
        """Of a port."""
        return bytes.fromhex(self.engine.ports[port].info().mac.replace(":", ""))

    def step(self, now_ns: int) -> Turn:
        """One turn of the engine at this time, or at the last one where time runs backwards."""
        self.now_ns = max(now_ns, self.now_ns, 1)
        self.engine.step(self.now_ns)
        turn = Turn(self.now_ns, self._tally.risen(), self._collect())
        if self._answers and turn.out:
            self._answer(turn)
        return turn

    def carry(self, port: int, frame: bytes) -> None:
        """A frame of at most MOST octets waits at a port for the next step."""
        self._burst.append(self._pool, frame)
        self._burst.transmit(self._far[port])

    def due_ns(self) -> int | None:
        """When the engine has something to do by itself; None: never."""
        deadline = self.engine.next_deadline()
        return None if deadline is None else max(deadline, self.now_ns + 1)

    def _answer(self, turn: Turn) -> None:
        news = turn.out
        for _ in range(_ROUNDS):
            answers = [(port, said) for port, frame in news if (said := answer(frame)) is not None]
            if not answers:
                return
            for port, said in answers:
                self.carry(port, said)
            turn.answered += len(answers)
            self.engine.step(self.now_ns)
            news = self._collect()
            turn.later += news
        self._tally.risen()

    def _collect(self) -> list[tuple[int, bytes]]:
        out, burst = [], self._received
        for port, far in enumerate(self._far):
            while count := burst.receive(far):
                out += [(port, bytes(burst.view(i))) for i in range(count)]
                burst.clear()
        for host in self._hosts:
            while burst.receive(host):
                burst.clear()
        return out

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> ForwardStage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
