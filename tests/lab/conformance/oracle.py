# SPDX-License-Identifier: Apache-2.0
"""The pure-Python oracle as a target: the suite against a second speaker that shares no line with the engine."""

import random
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

from bfd_fastpath.lab.conformance.authentication import Key
from bfd_fastpath.lab.conformance.far_end import Ends
from bfd_fastpath.lab.conformance.frame import Address, Datagram, datagram
from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.subject import Stand, Wish
from bfd_fastpath.wire.bfd import Packet, PacketError, Role, Session, SessionConfig, decode

TARGET, OURS, SECOND = (ip_address(f"192.0.2.{i}") for i in (1, 2, 3))
MACS = {one: bytes((2, 0, 0, 0, 0, i)) for i, one in enumerate((TARGET, OURS, SECOND), 1)}


class Speaker:
    """Sessions of the oracle by peer, and the line to them. Time passes from deadline to deadline."""

    slack_ns = 0
    simulated = True

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sessions: dict[Address, Session] = {}
        self._waiting: deque[tuple[int, bytes]] = deque()
        self.now_ns = 1_000_000_000

    def send(self, frame: bytes) -> int:
        found = datagram(frame)
        assert found is not None
        try:
            packet = decode(found.payload)
        except PacketError:
            return self.now_ns
        session = self._sessions.get(found.source)
        if session is not None and packet.your_discriminator in (0, session.local_discr):
            actions = session.receive(packet, self.now_ns, self._draw)
            self._say(found.source, actions.send_final, actions.send)
        return self.now_ns

    def receive(self, until_ns: int) -> tuple[int, bytes] | None:
        while not self._waiting:
            due = {one: at for one, s in self._sessions.items() if (at := s.deadline_ns) is not None}
            peer = min(due, key=lambda one: due[one], default=None)
            if peer is None or due[peer] > until_ns:
                self.now_ns = max(self.now_ns, until_ns)
                return None
            self.now_ns = max(self.now_ns, due[peer])
            self._say(peer, self._sessions[peer].timer(self.now_ns, self._draw).send)
        return self._waiting.popleft()

    def _say(self, peer: Address, *packets: Packet | None) -> None:
        for packet in packets:
            if packet is not None:
                frame = Datagram(MACS[TARGET], MACS[peer], TARGET, peer, 50_000, 3784, bytes(packet))
                self._waiting.append((self.now_ns, bytes(frame)))

    def _draw(self) -> int:
        return self._random.randrange(1 << 16)

    # What is done at the target.

    def remove(self) -> None:
        self._sessions.clear()

    def make(self, wish: Wish, peer: Address = OURS) -> None:
        discriminator = self._random.randrange(1, 1 << 32)
        self._sessions[peer] = Session(_config(wish), discriminator, self.now_ns)

    def change(self, wish: Wish) -> None:
        actions = self._sessions[OURS].configure(_config(wish), self.now_ns, self._draw)
        self._say(OURS, actions.send)

    def second(self, wish: Wish) -> None:
        self.make(wish, SECOND)

    def reset_forwarding(self) -> None:
        self._say(OURS, self._sessions[OURS].forwarding_reset(self.now_ns, self._draw).send)

    def concatenated(self, down: bool) -> None:
        raise NotImplementedError


def _config(wish: Wish) -> SessionConfig:
    return SessionConfig(
        desired_min_tx_us=wish.desired_us,
        required_min_rx_us=wish.required_us,
        multiplier=wish.multiplier,
        role=Role.PASSIVE if wish.passive else Role.ACTIVE,
        admin_down=wish.admin_down,
        demand=wish.demand,
    )


class Oracle:
    """The subject."""

    name = "oracle"
    key: Key | None = None
    offers = frozenset(
        {
            *(Need.RESTART, Need.TIMERS, Need.MULTIPLIER, Need.ADMIN, Need.PASSIVE, Need.SECOND),
            *(Need.DEMAND, Need.RESET),
        }
    )

    def remedy(self, need: Need) -> str:
        return "the oracle is one session and no more"

    @contextmanager
    def open(self) -> Iterator[Stand]:
        speaker = Speaker(1)
        ends = [Ends(MACS[one], MACS[TARGET], one, TARGET) for one in (OURS, SECOND)]
        yield Stand(speaker, ends[0], speaker, ends[1])
