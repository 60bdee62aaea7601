# SPDX-License-Identifier: Apache-2.0
"""A whole engine sending: timers, tables, frames and packet buffers, into a link that is full. Time is
stepped, so that the engine sends as fast as it can.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

import pydp
from benches.windows import Windows

HELLOS = 1 << 19
INTERVAL_US = 50_000
STEP_NS = 200_000


class Sender:
    """Sessions that are Up, taken over from nobody, whose peers may be silent for minutes."""

    def __init__(self, engine: pydp.Engine, sessions: int) -> None:
        self.engine, self.now_ns = engine, 10**9
        engine.step(self.now_ns)
        ours = IPv4Address("10.0.0.1")
        for number in range(sessions):
            engine.neighbour_set(0, ours + 1 + number, "02:00:00:00:00:02")
            engine.sessions.adopt(
                pydp.SessionConfig(
                    source_addr=ours,
                    dest_addr=ours + 1 + number,
                    desired_min_tx_interval_us=INTERVAL_US,
                    required_min_rx_interval_us=60_000_000,
                ),
                pydp.Takeover(
                    local_discriminator=number + 1,
                    remote_discriminator=number + 1,
                    remote_desired_min_tx_interval_us=60_000_000,
                    remote_required_min_rx_interval_us=INTERVAL_US,
                    local_state=pydp.State.UP,
                    remote_state=pydp.State.UP,
                    remote_multiplier=255,
                ),
            )
        self.run(40 * INTERVAL_US * 1000)

    def run(self, ns: int) -> None:
        until = self.now_ns + ns
        while self.now_ns < until:
            self.now_ns += STEP_NS
            self.engine.step(self.now_ns)

    def sent(self) -> int:
        return self.engine.stats.port(0)["tx-bfd"]

    def send(self, count: int) -> int:
        """At least so many hellos; how many."""
        before = self.sent()
        while self.sent() < before + count:
            self.run(20_000_000)
        return self.sent() - before


@pytest.fixture(params=[1_000, 100_000])
def sender(request: pytest.FixtureRequest) -> Iterator[Sender]:
    if pydp.eal.state() is pydp.eal.EalState.NOT_INITIALISED:
        pydp.eal.init()
    near, far = pydp.link("sender")
    count = request.param
    with near, far, pydp.Engine("sender", max_sessions=count, max_neighbours=count, seed=1) as engine:
        engine.attach(near)
        engine.address_add(0, "10.0.0.1/8")
        yield Sender(engine, count)


def test_send(windows: Windows, sender: Sender) -> None:
    assert windows.run(HELLOS, lambda: sender.send(HELLOS)) >= HELLOS
    assert sender.engine.stats.drops(0).keys() <= {"drop-tx-full"}
