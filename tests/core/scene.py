# SPDX-License-Identifier: Apache-2.0
"""Words for the row tests: a scripted peer, sessions brought Up, time stepped from deadline to deadline, and two sessions
with a link between them."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bfd_fastpath.wire.bfd import Packet, SessionConfig, State
from tests.core.subject import Outcome, Subject

LOCAL = 0x12300007
REMOTE = 0x22222222
US = 1_000
MS = 1_000_000
SECOND = 1_000_000_000

FAST: dict[str, Any] = {"desired_min_tx_us": 50_000, "required_min_rx_us": 50_000}


def config(**fields: Any) -> SessionConfig:
    return replace(SessionConfig(), **fields)


def peer(state: State, **fields: Any) -> Packet:
    """A packet from the peer, at 50 ms x 3."""
    packet = Packet(
        state=state,
        my_discriminator=REMOTE,
        your_discriminator=LOCAL,
        desired_min_tx_us=50_000,
        required_min_rx_us=50_000,
    )
    return replace(packet, **fields)


def bring_up(session: Subject, now: int = 0, **fields: Any) -> int:
    """Down -> Init -> Up -> our Poll answered -> one plain hello, so that nothing is pending. Returns the time."""
    session.receive(peer(State.DOWN, your_discriminator=0, **fields), now)
    session.receive(peer(State.UP, **fields), now + MS)
    assert session.view.state is State.UP
    settle(session, now + 2 * MS, **fields)
    return now + 2 * MS


def settle(session: Subject, now: int, **fields: Any) -> None:
    """Answer whatever Poll is on the wire, then say an ordinary hello."""
    if session.packet().poll:
        session.receive(peer(session.view.remote_state, final=True, **fields), now)
    session.receive(peer(session.view.remote_state, **fields), now)


def run(
    session: Subject, until: int, on_send: Callable[[int, Packet], None] | None = None
) -> list[tuple[int, Outcome]]:
    """Calls timer at each deadline up to and including `until`; returns what happened and when."""
    happened: list[tuple[int, Outcome]] = []
    while True:
        deadline = session.view.deadline_ns
        if deadline is None or deadline > until:
            return happened
        outcome = session.timer(deadline)
        happened.append((deadline, outcome))
        if outcome.send is not None and on_send is not None:
            on_send(deadline, outcome.send)
        if outcome.done:
            return happened


def sent(happened: list[tuple[int, Outcome]]) -> list[tuple[int, Packet]]:
    return [(time, outcome.send) for time, outcome in happened if outcome.send is not None]


def hold_up(
    session: Subject, start: int, until: int, every: int = 40 * MS, **fields: Any
) -> list[tuple[int, Packet]]:
    """The peer says Up regularly, answering no Poll; returns what the session sent."""
    packets: list[tuple[int, Packet]] = []
    for now in range(start, until, every):
        packets += sent(run(session, now))
        session.receive(peer(State.UP, **fields), now)
    return packets


class Pair:
    """Two sessions and a link with a fixed delay that may lose packets, driven by one clock."""

    def __init__(
        self, a: Subject, b: Subject, *, delay: int = 100 * US, loss: float = 0.0, seed: int = 1
    ) -> None:
        self.ends = (a, b)
        self.delay = delay
        self.loss = loss
        self.now = 0
        self.random = random.Random(seed)
        self.cut = [False, False]
        self.flying: list[tuple[int, int, Packet]] = []
        self.log: list[tuple[int, int, Packet]] = []
        self.ups_lost: list[tuple[int, int]] = []

    def carry(self, source: int, outcome: Outcome) -> None:
        for packet in (outcome.final, outcome.send):
            if packet is None:
                continue
            self.log.append((self.now, source, packet))
            if not self.cut[source] and self.random.random() >= self.loss:
                self.flying.append((self.now + self.delay, 1 - source, packet))

    def step(self) -> bool:
        """To the next thing that happens; False when nothing ever will."""
        times = [end.view.deadline_ns for end in self.ends] + [time for time, _, _ in self.flying]
        known = [time for time in times if time is not None]
        if not known:
            return False
        self.now = max(self.now, min(known))
        states = [end.view.state for end in self.ends]
        arrived = [flight for flight in self.flying if flight[0] <= self.now]
        self.flying = [flight for flight in self.flying if flight[0] > self.now]
        for _, target, packet in arrived:
            self.carry(target, self.ends[target].receive(packet, self.now))
        for index, end in enumerate(self.ends):
            self.carry(index, end.timer(self.now))
            if states[index] is State.UP and end.view.state is not State.UP:
                self.ups_lost.append((self.now, index))
        return True

    def run(self, duration: int) -> None:
        until = self.now + duration
        while True:
            times = [end.view.deadline_ns for end in self.ends] + [time for time, _, _ in self.flying]
            if not any(time is not None and time <= until for time in times):
                self.now = until
                return
            self.step()

    @property
    def both_up(self) -> bool:
        return all(end.view.state is State.UP for end in self.ends)
