# SPDX-License-Identifier: Apache-2.0
"""Event records from the engine's ring into numpy, as the control plane drains them."""

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from benches.windows import Windows
from pydp import eal
from pydp.engine import Engine
from pydp.events import Events
from pydp.ports import link
from pydp.session_config import SessionConfig

EVENTS = 4000


@pytest.fixture
def engine() -> Iterator[Engine]:
    if eal.state() is eal.EalState.NOT_INITIALISED:
        eal.init()
    near, far = link("bench")
    with near, far, Engine("bench", max_sessions=EVENTS, event_capacity=2 * EVENTS) as made:
        made.attach(near)
        made.address_add(0, "10.0.0.1/16")
        yield made


def test_event_drain(windows: Windows, engine: Engine) -> None:
    source = IPv4Address("10.0.0.1")
    events = engine.events
    admin_down = False

    def change_all() -> None:
        nonlocal admin_down
        events.drain()
        admin_down = not admin_down
        for i in range(EVENTS):
            engine.sessions.upsert(
                SessionConfig(source_addr=source, dest_addr=source + 1 + i, admin_down=admin_down)
            )

    # A session that is made is no event.
    change_all()
    assert windows.run(EVENTS, lambda: drained(events), prepare=change_all) == EVENTS


def drained(events: Events) -> int:
    """Drains until nothing is left; how many records that were."""
    count = 0
    while len(batch := events.drain()):
        count += len(batch)
    return count
