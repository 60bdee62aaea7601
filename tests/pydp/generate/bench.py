# SPDX-License-Identifier: Apache-2.0
"""Our engine as the router under test and the generator as its far end, in lock step; and two generators that are each
other's target."""

from collections import Counter
from ipaddress import ip_address
from typing import Any

import pydp
from pydp import State
from pydp.generate import Generator, Peers, PeersConfig

FAMILIES = {4: ("192.0.2.1", "192.0.2.16", 24), 6: ("2001:db8::1", "2001:db8::16", 64)}


class Bench:
    """Our engine as the router under test, and the generator as its far end, in lock step."""

    def __init__(self, name: str, family: int = 4, vlan: int = 0) -> None:
        self.ends = pydp.link(name, capacity=4096)
        self.engine = pydp.Engine(f"{name}-dut", seed=1)
        self.far = Generator(f"{name}-far", seed=2)
        self.engine.attach(self.ends[0])
        self.far.attach(self.ends[1])
        ours, first, length = FAMILIES[family]
        self.target, self.first, self.vlan = ip_address(ours), ip_address(first), vlan
        self.engine.address_add(0, f"{ours}/{length}", vlan=vlan)
        self.now_ns = 10**9

    def peers(self, count: int, *, sessions: int | None = None, **changes: Any) -> Peers:
        """So many peers at 50 ms x 3, and the engine's sessions to (the first) of them."""
        for i in range(count if sessions is None else sessions):
            self.engine.sessions.upsert(self.session(i))
        wanted: dict[str, Any] = {
            "address": self.first,
            "target": self.target,
            "count": count,
            "vlan": self.vlan,
            "desired_min_tx_interval_us": 50_000,
            "required_min_rx_interval_us": 50_000,
        }
        return self.far.peers(PeersConfig(**(wanted | changes)))

    def session(self, i: int, **changes: Any) -> pydp.SessionConfig:
        wanted: dict[str, Any] = {
            "source_addr": self.target,
            "dest_addr": self.first + i,
            "vlan": self.vlan,
            "desired_min_tx_interval_us": 50_000,
            "required_min_rx_interval_us": 50_000,
        }
        return pydp.SessionConfig(**(wanted | changes))

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.now_ns += 10**6
            self.engine.step(self.now_ns)
            self.far.step(self.now_ns)

    def until(self, condition: Any, limit_ms: int = 10_000) -> int:
        for passed in range(limit_ms):
            if condition():
                return passed
            self.run(1)
        raise AssertionError(f"did not come true within {limit_ms} ms of stepped time")

    def states(self) -> Counter[State]:
        return Counter(session.local_state for session in self.engine.sessions)

    def up(self, peers: Peers) -> None:
        """All up, and the intervals settled."""
        count = peers.config.count
        self.until(lambda: peers.summary().up == count and self.states()[State.UP] == count)
        self.run(200)

    def dut(self, i: int) -> pydp.SessionState:
        return next(one for one in self.engine.sessions if one.config.dest_addr == self.first + i)

    def drops(self) -> dict[str, int]:
        """The engine's drops since it resolved its neighbours."""
        return {
            name: count
            for name, count in self.engine.stats.drops(0).items()
            if name != "drop-neighbour-unresolved"
        }

    def close(self) -> None:
        self.far.close()
        self.engine.close()
        for end in self.ends:
            end.close()


class Mirror:
    """Two generators, each the target of the other's one peer."""

    def __init__(self, name: str, **changes: Any) -> None:
        self.ends = pydp.link(name)
        self.sides = [Generator(f"{name}-{i}", seed=i + 1) for i in range(2)]
        self.now_ns = 10**9
        self.peers = []
        for i, side in enumerate(self.sides):
            side.attach(self.ends[i])
            mine, other = ip_address(f"192.0.2.{1 + i}"), ip_address(f"192.0.2.{2 - i}")
            self.peers.append(side.peers(PeersConfig(address=mine, target=other, **changes)))

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.now_ns += 10**6
            for side in self.sides:
                side.step(self.now_ns)

    def close(self) -> None:
        for one in (*self.sides, *self.ends):
            one.close()
