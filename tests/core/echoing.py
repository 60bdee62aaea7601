# SPDX-License-Identifier: Apache-2.0
"""A session of the C core with the Echo function beside it, wired as the engine wires them, its echoes caught for the test."""

from dataclasses import dataclass, field
from typing import Any

from bfd_fastpath.wire.bfd import Packet, SessionConfig, State
from tests.core.binding import ffi, lib
from tests.core.scene import LOCAL, MS, SECOND, peer
from tests.core.subject import FAULT_NAMES, NEVER, Native

ECHO = 50_000


@dataclass
class Echoing:
    """Wants echoes every `desired` microseconds, reflects one every `required`; sends nothing unless told the time."""

    desired: int = ECHO
    required: int = ECHO
    multiplier: int = 3
    min_rx: int = 50_000
    seed: int = 1
    discriminator: int = LOCAL
    #: Payloads that went out, with the time.
    out: list[tuple[int, bytes]] = field(default_factory=list)
    #: Control packets that went out, with the time.
    control: list[tuple[int, Packet]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.config = SessionConfig(
            desired_min_tx_us=50_000, required_min_rx_us=self.min_rx, multiplier=self.multiplier
        )
        self.session = Native(self.config, self.discriminator, 0, self.seed)
        self.session.c.features = lib.BFD_FEATURE_ECHO
        self.echo = ffi.new("struct bfd_echo *")
        self.rng = ffi.new("struct rng *", {"state": self.seed})
        self.key = ffi.new("struct siphash_key *", {"k0": 17, "k1": 4})
        self.down_at: int | None = None
        lib.bfd_echo_init(self.echo)
        self.configure()

    def configure(self) -> None:
        lib.bfd_echo_configure(
            self.echo,
            ffi.new(
                "struct bfd_echo_config *",
                {
                    "desired_min_tx_us": self.desired,
                    "required_min_rx_us": self.required,
                    "session_min_rx_us": self.min_rx,
                    "multiplier": self.multiplier,
                },
            ),
        )

    @property
    def state(self) -> State:
        return State(self.session.c.state)

    @property
    def deadline(self) -> int:
        return min(lib.bfd_session_deadline(self.session.c), lib.bfd_echo_deadline(self.echo))

    @property
    def sending(self) -> bool:
        return bool(self.echo.next_tx_ns != NEVER)

    def follow(self, now: int) -> None:
        if lib.bfd_echo_follow(self.echo, self.session.c.state, now, self.rng) & lib.BFD_ECHO_CHANGED:
            wanted = lib.bfd_echo_min_rx_us(self.echo, self.echo.session_min_rx_us)
            lib.bfd_session_require_rx(self.session.c, wanted, now, self.session.actions)

    def hear(self, now: int, state: State = State.UP, echo_rx: int = ECHO, **fields: Any) -> None:
        """A control packet of the peer, which is answered when it polls."""
        packet = peer(state, required_min_echo_rx_us=echo_rx, your_discriminator=self.discriminator, **fields)
        outcome = self.session.receive(packet, now)
        for said in (outcome.final, outcome.send):
            if said is not None:
                self.control.append((now, said))
        self.echo.remote_required_min_rx_us = echo_rx
        self.follow(now)

    def tick(self, now: int) -> None:
        """What is due at that time."""
        outcome = self.session.timer(now)
        if outcome.send is not None:
            self.control.append((now, outcome.send))
        if self.session.bits & lib.BFD_ACT_STATE:
            self.follow(now)
        acts = lib.bfd_echo_timer(self.echo, now, self.rng)
        if acts & lib.BFD_ECHO_SEND:
            payload = ffi.new("uint8_t[32]")
            lib.bfd_echo_build(self.echo, self.discriminator, self.key, now, payload)
            lib.bfd_echo_sent(self.echo, now)
            self.out.append((now, bytes(payload)))
        if acts & lib.BFD_ECHO_FAILED:
            lib.bfd_session_echo_failed(self.session.c, now, self.rng, self.session.actions)
            self.down_at = now
            if self.session.bits & lib.BFD_ACT_SEND:
                self.control.append((now, self.session.packet()))
            self.follow(now)

    def back(self, payload: bytes, now: int) -> str:
        """An echo comes in; why it was refused, or ""."""
        fault = lib.bfd_echo_receive(self.echo, self.discriminator, self.key, payload, len(payload), now)
        return FAULT_NAMES[fault]

    def up(self, now: int = MS, **fields: Any) -> int:
        """Brought Up by a peer that wants echoes; returns the time."""
        self.hear(now, State.DOWN, **fields)
        self.hear(now + MS, State.UP, **fields)
        return now + MS

    def run(self, start: int, until: int, *, rtt: int | None = MS, hello: int | None = 40 * MS) -> None:
        """Time passes. Echoes come back after `rtt` (None: never), the peer says hello as often, answering Polls."""
        flying: list[tuple[int, bytes]] = []
        hello_at = start if hello is not None else NEVER
        now = start
        while True:
            now = max(now, min([self.deadline, hello_at, *(time for time, _ in flying)]))
            if now > until:
                return
            for time, payload in [flight for flight in flying if flight[0] <= now]:
                assert self.back(payload, now) == ""
                flying.remove((time, payload))
            if hello is not None and now >= hello_at:
                said = self.session.packet()
                self.hear(now, final=said.poll, echo_rx=self.echo.remote_required_min_rx_us)
                hello_at += hello
            before = len(self.out)
            self.tick(now)
            if rtt is not None:
                flying += [(time + rtt, payload) for time, payload in self.out[before:]]


__all__ = ["ECHO", "MS", "SECOND", "Echoing"]
