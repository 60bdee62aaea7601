# SPDX-License-Identifier: Apache-2.0
"""A generator whose flows come back to it by a road that does with them what a test says."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pydp
from pydp.generate import FlowConfig, FlowState, Generator

MAC = "02:00:00:00:00:99"
STEP_NS = 10_000


def config(**changes: Any) -> FlowConfig:
    wanted: dict[str, Any] = {
        "source": ip_address("192.0.2.1"),
        "destinations": [ip_address("203.0.113.1")],
        "mac": MAC,
    }
    return FlowConfig(**(wanted | changes))


class Loop:
    """A generator with two ports, and a road between them in whose middle frames pass through our hands."""

    def __init__(self, name: str) -> None:
        self.out, self.near = pydp.link(f"{name}o", capacity=4096)
        self.far, self.back = pydp.link(f"{name}b", capacity=4096)
        self.pool = pydp.Mempool(f"{name}p", 8191)
        self.generator = Generator(name, seed=1)
        self.generator.attach(self.out)
        self.generator.attach(self.back)
        self.now_ns = 10**9
        self.frames: list[bytes] = []
        #: What becomes of the frames that came in a turn.
        self.road: Callable[[list[bytes]], list[bytes]] = lambda frames: frames

    def run(self, turns: int) -> None:
        for _ in range(turns):
            self.now_ns += STEP_NS
            self.generator.step(self.now_ns)
            self.carry()

    def carry(self) -> None:
        with pydp.Burst(512) as came:
            arrived: list[bytes] = []
            while came.receive(self.near):
                arrived += [bytes(came.view(i)) for i in range(len(came))]
                came.clear()
        self.frames += arrived
        onward = self.road(arrived)
        with pydp.Burst(512) as going:
            for frame in onward:
                going.append(self.pool, frame)
                if len(going) == going.capacity:
                    going.transmit(self.far)
            going.transmit(self.far)

    def close(self) -> None:
        self.generator.close()
        for port in (self.out, self.near, self.far, self.back):
            port.close()
        self.pool.close()


def sent(loop: Loop, packets: int = 2000, pps: float | None = 1_000_000, **changes: Any) -> FlowState:
    """So many packets over the road; what is known of them."""
    flow = loop.generator.flow(0, config(**changes))
    flow.start(pps, packets)
    loop.run(packets // 5 + 20)
    return flow.read()
