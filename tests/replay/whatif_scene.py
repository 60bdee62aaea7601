# SPDX-License-Identifier: Apache-2.0
"""Captures of two BFD ends run by the pure-Python oracle, taken beside end 0: what end 0 sent, and what of end 1
arrived there. Who went Down by expiry, and when, is known from the ends themselves.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack

from bfd_fastpath.wire.bfd import Packet, Session, SessionConfig, State

MS = 1_000_000
SECOND = 1000 * MS
START_NS = 1_700_000_000 * SECOND
LATENCY_NS = 200_000
ADDRESSES = ("192.0.2.1", "192.0.2.2")

#: Whether a packet of this end, sent at this time since the start, is lost.
Loses = Callable[[int, int], bool]


def cut(begin_ns: int, end_ns: int, *ends: int) -> Loses:
    """What these ends send in that time is lost."""
    return lambda end, now_ns: end in ends and begin_ns <= now_ns < end_ns


@dataclass
class Scene:
    """Two ends of 50 ms x 3 unless told otherwise, stepped from deadline to deadline."""

    interval_us: tuple[int, int] = (50_000, 50_000)
    multiplier: tuple[int, int] = (3, 3)
    seed: int = 1
    loses: list[Loses] = field(default_factory=list)
    #: Packets that the capture misses and the other end receives.
    unseen: list[Loses] = field(default_factory=list)
    #: Time since the start, end, and what it is told to do.
    orders: list[tuple[int, int, Callable[[Session, int], object]]] = field(default_factory=list)
    frames: list[tuple[int, bytes]] = field(default_factory=list, init=False)
    #: Downs by expiry of an end that was Up: time since the start, end.
    expired: list[tuple[int, int]] = field(default_factory=list, init=False)

    def run(self, duration_ns: int) -> "Scene":
        """From the start until then."""
        self.random = random.Random(self.seed)
        self.ends = [
            Session(
                SessionConfig(
                    desired_min_tx_us=self.interval_us[end],
                    required_min_rx_us=self.interval_us[end],
                    multiplier=self.multiplier[end],
                ),
                100 + end,
                0,
            )
            for end in (0, 1)
        ]
        self.flying: list[tuple[int, int, Packet]] = []
        orders = sorted(self.orders, key=lambda one: one[0])
        while (now_ns := self._next(orders)) <= duration_ns:
            while orders and orders[0][0] <= now_ns:
                _, end, order = orders.pop(0)
                self._sent(end, order(self.ends[end], now_ns), now_ns)
            for arrival in [one for one in self.flying if one[0] <= now_ns]:
                self.flying.remove(arrival)
                self._arrive(*arrival)
            for end, session in enumerate(self.ends):
                if session.deadline_ns is not None and session.deadline_ns <= now_ns:
                    up = session.state is State.UP
                    actions = session.timer(now_ns, self._draw)
                    if up and actions.detected_deadline_ns is not None:
                        self.expired.append((now_ns, end))
                    self._sent(end, actions, now_ns)
        self.frames.sort(key=lambda frame: frame[0])
        return self

    def _next(self, orders: list[tuple[int, int, Callable[[Session, int], object]]]) -> int:
        times = [one.deadline_ns for one in self.ends] + [one[0] for one in self.flying + orders[:1]]
        return min(time for time in times if time is not None)

    def _draw(self) -> int:
        return self.random.randrange(1 << 16)

    def _sent(self, end: int, actions: object, now_ns: int) -> None:
        for packet in (getattr(actions, "send", None), getattr(actions, "send_final", None)):
            if packet is None:
                continue
            lost = any(rule(end, now_ns) for rule in self.loses)
            seen = not any(rule(end, now_ns) for rule in self.unseen)
            if seen and (end == 0 or not lost):
                self.frames.append((now_ns + (LATENCY_NS if end else 0), _frame(end, packet)))
            if not lost:
                self.flying.append((now_ns + LATENCY_NS, 1 - end, packet))

    def _arrive(self, now_ns: int, end: int, packet: Packet) -> None:
        self._sent(end, self.ends[end].receive(packet, now_ns, self._draw), now_ns)

    def save(self, path: Path) -> Path:
        """The capture, as pcap with nanoseconds."""
        octets = pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)
        for now_ns, frame in self.frames:
            second, rest = divmod(START_NS + now_ns, SECOND)
            octets += pack("<IIII", second, rest, len(frame), len(frame)) + frame
        path.write_bytes(octets)
        return path


def _frame(end: int, packet: Packet) -> bytes:
    payload = bytes(packet)
    hosts = [bytes(map(int, address.split("."))) for address in ADDRESSES]
    mac = [bytes([2, 0, 0, 0, 0, one + 1]) for one in (0, 1)]
    udp = pack("!HHHH", 49152 + end, 3784, 8 + len(payload), 0) + payload
    head = pack("!BBHHHBBH", 0x45, 0xC0, 20 + len(udp), 0, 0, 255, 17, 0) + hosts[end] + hosts[1 - end]
    total = sum(int.from_bytes(head[i : i + 2], "big") for i in range(0, 20, 2))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = pack("!H", ~(total + (total >> 16)) & 0xFFFF)
    return mac[1 - end] + mac[end] + b"\x08\x00" + head[:10] + checksum + head[12:] + udp
