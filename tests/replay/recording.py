# SPDX-License-Identifier: Apache-2.0
"""Captures of two of our own engines: stepped by hand, joined by a wire that records what crosses it, and that
can be cut in either direction.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from pathlib import Path
from struct import pack
from typing import Any

import pydp

START_NS = 1_700_000_000_000_000_000
MS = 1_000_000
ETHERNET, RAW, SLL, SLL2 = 1, 101, 113, 276
_numbers = itertools.count()
_LAN = {4: ("192.0.2.1/24", "192.0.2.2/24"), 6: ("2001:db8::1/64", "2001:db8::2/64")}

Frame = tuple[int, bytes]


class Recording:
    """Engine 0 is the end that is replayed afterwards, engine 1 its peer. `frames` are what a capture point beside
    engine 0 saw: all that engine 0 sent, and what of engine 1 the wire let through.
    """

    def __init__(self, *, version: int = 4, vlan: int = 0, seed: int = 1, **timers: Any) -> None:
        self.name = f"rec{next(_numbers)}"
        self.vlan, self.seed = vlan, seed
        self.addresses = tuple(ip_address(one.split("/")[0]) for one in _LAN[version])
        self.now_ns = START_NS
        self.frames: list[Frame] = []
        #: Whether what this side sends arrives.
        self.joined = [True, True]
        self.timers: list[dict[str, Any]] = [
            {"desired_min_tx_interval_us": 50_000, "required_min_rx_interval_us": 50_000} | timers
            for _ in range(2)
        ]
        self._links = [pydp.link(f"{self.name}-{side}") for side in range(2)]
        self._burst = pydp.Burst(32)
        self._lan = _LAN[version]
        self.engines = [self._engine(side, 0) for side in range(2)]

    def _engine(self, side: int, generation: int) -> pydp.Engine:
        engine = pydp.Engine(
            f"{self.name}-{side}-{generation}", seed=100 * self.seed + 10 * generation + side
        )
        engine.attach(self._links[side][0])
        engine.address_add(0, self._lan[side], vlan=self.vlan)
        mac = self._links[1 - side][0].info().mac
        engine.neighbour_set(0, self.addresses[1 - side], mac, vlan=self.vlan)
        engine.step(self.now_ns)
        return engine

    def config(self, side: int) -> pydp.SessionConfig:
        return pydp.SessionConfig(
            source_addr=self.addresses[side],
            dest_addr=self.addresses[1 - side],
            vlan=self.vlan,
            **self.timers[side],
        )

    def begin(self, *sides: int) -> None:
        """The sessions begin on these sides, or on both."""
        for side in sides or (0, 1):
            self.engines[side].sessions.upsert(self.config(side))
            self._turn()

    def restart(self, side: int, *, rest_ms: int = 0) -> None:
        """The side's process is killed, and another begins so much later."""
        self.engines[side].close()
        other = self.engines[1 - side]
        self.engines[side] = other
        self.run(rest_ms)
        self.engines[side] = self._engine(side, 1)
        self.begin(side)

    def state(self, side: int) -> pydp.State:
        (session,) = self.engines[side].sessions
        return session.local_state

    def run(self, milliseconds: int) -> None:
        """So much time passes."""
        until_ns = self.now_ns + milliseconds * MS
        while True:
            due = [one for engine in self.engines if (one := engine.next_deadline()) is not None]
            at_ns = min(due, default=until_ns)
            if at_ns > until_ns:
                break
            self.now_ns = max(self.now_ns + 1, at_ns)
            self._turn()
        self.now_ns = until_ns

    def until(self, condition: Callable[[], bool], limit_ms: int = 10_000) -> None:
        for _ in range(limit_ms):
            if condition():
                return
            self.run(1)
        raise AssertionError(f"did not come true within {limit_ms} ms of stepped time")

    def up(self) -> None:
        """Both sides are Up, with their timers settled."""
        self.begin()
        self.until(lambda: self.state(0) is self.state(1) is pydp.State.UP)
        self.run(1000)

    def cut(self, *sides: int, on: bool = True) -> None:
        """What these sides send, or both, is lost."""
        for side in sides or (0, 1):
            self.joined[side] = not on

    def _turn(self) -> None:
        moved = True
        while moved:
            moved = False
            for engine in dict.fromkeys(self.engines):
                engine.step(self.now_ns)
            for side in range(2):
                moved |= self._carry(side)

    def _carry(self, side: int) -> bool:
        if not self._burst.receive(self._links[side][1]):
            return False
        frames = [bytes(self._burst.view(i)) for i in range(len(self._burst))]
        if side == 0 or self.joined[side]:
            self.frames += [(self.now_ns, frame) for frame in frames]
        if self.joined[side]:
            self._burst.transmit(self._links[1 - side][1])
        self._burst.clear()
        return True

    def close(self) -> None:
        for engine in dict.fromkeys(self.engines):
            engine.close()
        self._burst.close()
        for ends in self._links:
            for end in ends:
                end.close()


def write(path: Path, frames: Iterable[Frame], link_type: int = ETHERNET) -> Path:
    """A pcap file with nanoseconds, of frames that are Ethernet; other link types get what they leave of it."""
    with path.open("wb") as file:
        file.write(pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, link_type))
        for time_ns, frame in frames:
            octets = _as(link_type, frame)
            file.write(pack("<IIII", time_ns // 10**9, time_ns % 10**9, len(octets), len(octets)) + octets)
    return path


def _as(link_type: int, frame: bytes) -> bytes:
    kind, packet = frame[12:14], frame[14:]
    if link_type == ETHERNET:
        return frame
    if link_type == RAW:
        return packet
    if link_type == SLL:
        return pack(">HHH6sxx", 0, 1, 6, frame[6:12]) + kind + packet
    return kind + pack(">HIHBB6sxx", 0, 2, 1, 0, 6, frame[6:12]) + packet


def outage(recording: Recording, *sides: int) -> Recording:
    """Up, cut for two seconds, and Up again."""
    recording.up()
    recording.cut(*sides)
    recording.run(2000)
    recording.cut(on=False)
    recording.run(5000)
    return recording
