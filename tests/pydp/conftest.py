# SPDX-License-Identifier: Apache-2.0
"""Links, pools and engines with names of their own for each test, closed when it ends, and a child process
for another EAL.
"""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest

import pydp

_numbers = itertools.count()


@pytest.fixture
def name() -> str:
    """A name that no other object in this process has."""
    return f"t{next(_numbers)}"


@pytest.fixture
def pool(eal, name: str) -> Iterator[pydp.Mempool]:
    """1023 packet buffers."""
    with pydp.Mempool(name, 1023) as made:
        yield made


@pytest.fixture
def cable(eal, pool: pydp.Mempool, name: str) -> Iterator[tuple[pydp.Port, pydp.Port]]:
    """The two ends of an in-memory link, gone before the pool whose packets may be under way on it."""
    ends = pydp.link(name)
    yield ends
    for end in ends:
        end.close()


@pytest.fixture
def child():
    """Run Python source in a new process, which has an EAL of its own; its standard output."""

    def run(source: str, *, prefix: tuple[str, ...] = (), cwd: str | None = None) -> str:
        done = subprocess.run(
            [*prefix, sys.executable, "-W", "error", "-c", source],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=cwd,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


class Pair:
    """Two engines joined by a link, 192.0.2.1 and 192.0.2.2 on it, stepped by hand in lock step."""

    def __init__(self, name: str) -> None:
        self.ends = pydp.link(name)
        self.engines = tuple(pydp.Engine(f"{name}-{i}", seed=i + 1) for i in range(2))
        self.now_ns = 1_000_000_000
        for i, engine in enumerate(self.engines):
            assert engine.attach(self.ends[i]) == 0
            engine.address_add(0, f"192.0.2.{i + 1}/24")

    def config(self, side: int, **changes: Any) -> pydp.SessionConfig:
        """The session of one side to the other: 50 ms x 3."""
        wanted: dict[str, Any] = {
            "source_addr": ip_address(f"192.0.2.{side + 1}"),
            "dest_addr": ip_address(f"192.0.2.{2 - side}"),
            "desired_min_tx_interval_us": 50_000,
            "required_min_rx_interval_us": 50_000,
        }
        return pydp.SessionConfig(**(wanted | changes))

    def run(self, milliseconds: int) -> None:
        """Let so much time pass, a millisecond a turn."""
        for _ in range(milliseconds):
            self.now_ns += 1_000_000
            for engine in self.engines:
                engine.step(self.now_ns)

    def until(self, condition: Callable[[], bool], limit_ms: int = 10_000) -> int:
        """Let time pass until something holds; how many milliseconds that took."""
        for passed in range(limit_ms):
            if condition():
                return passed
            self.run(1)
        raise AssertionError(f"did not come true within {limit_ms} ms of stepped time")

    def up(self) -> tuple[int, int]:
        """A session each, brought Up; their ids."""
        ids = tuple(engine.sessions.upsert(self.config(i)) for i, engine in enumerate(self.engines))
        self.until(lambda: all(self.state(i, ids[i]) is pydp.State.UP for i in range(2)))
        self.run(1000)
        for engine in self.engines:
            engine.events.drain()
        return ids[0], ids[1]

    def state(self, side: int, session: int) -> pydp.State:
        return self.engines[side].sessions.read(session).local_state

    def close(self) -> None:
        for engine in self.engines:
            engine.close()
        for end in self.ends:
            end.close()


@pytest.fixture
def pair(eal, name: str) -> Iterator[Pair]:
    """Two stepped engines joined by a link."""
    made = Pair(name)
    yield made
    made.close()
