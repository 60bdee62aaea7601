# SPDX-License-Identifier: Apache-2.0
"""A session moves from one engine to another by adopt; its peer sees nothing of it."""

import pytest

import pydp
from pydp import NextHopState, State, Takeover

pytestmark = pytest.mark.eal


def stood(state):
    """What a snapshot says of a session, as the one that takes it over has to know it."""
    return Takeover(
        local_discriminator=state.local_discriminator,
        remote_discriminator=state.remote_discriminator,
        remote_desired_min_tx_interval_us=state.remote_desired_min_tx_interval_us,
        remote_required_min_rx_interval_us=state.remote_required_min_rx_interval_us,
        source_port=state.source_port,
        local_state=state.local_state,
        local_diagnostic=state.local_diagnostic,
        remote_state=state.remote_state,
        remote_multiplier=state.remote_multiplier,
    )


@pytest.fixture
def heir(pair, name):
    """A third engine with the address of the first, which it replaces at its port."""
    engine = pydp.Engine(f"{name}-heir", seed=9)

    def take() -> pydp.Engine:
        pair.engines[0].close()
        engine.attach(pair.ends[0])
        engine.address_add(0, "192.0.2.1/24")
        engine.step(pair.now_ns)
        pair.engines = (engine, pair.engines[1])
        return engine

    yield take
    engine.close()


def test_a_session_goes_on_in_another_engine_unnoticed(pair, heir):
    ours, theirs = pair.up()
    before = pair.engines[0].sessions.read(ours)
    engine = heir()
    moved = engine.sessions.adopt(before.config, stood(before))
    events = [record for record in engine.events.drain() if record["type"] == pydp.EventType.STATE]
    assert [(int(e["session"]), State(e["new_state"])) for e in events] == [(moved, State.UP)]
    pair.run(5000)
    after, other = engine.sessions.read(moved), pair.engines[1].sessions.read(theirs)
    assert after.config == before.config
    assert after.local_discriminator == before.local_discriminator == other.remote_discriminator
    assert after.source_port == before.source_port
    assert after.nexthop_state is NextHopState.LIVE
    assert (other.local_state, other.up_count, other.down_count) == (State.UP, 1, 0)
    assert len(pair.engines[1].events.drain()) == 0


def test_a_session_that_is_there_is_not_taken_over(pair):
    ours, _ = pair.up()
    state = pair.engines[0].sessions.read(ours)
    with pytest.raises(pydp.ExistsError, match="there already"):
        pair.engines[0].sessions.adopt(state.config, stood(state))
    elsewhere = pair.config(0, dest_addr=state.config.dest_addr + 1)
    with pytest.raises(pydp.ExistsError, match="another session's"):
        pair.engines[0].sessions.adopt(elsewhere, stood(state))


def test_an_engine_that_knows_no_time_takes_nothing_over(pair):
    with pytest.raises(pydp.StateError, match="no time"):
        pair.engines[0].sessions.adopt(pair.config(0), Takeover(local_discriminator=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"local_discriminator": 0},
        {"local_discriminator": 1 << 32},
        {"local_state": State.ADMIN_DOWN},
        {"local_state": State.UP},
        {"source_port": 65536},
        {"remote_multiplier": 256},
    ],
    ids=str,
)
def test_a_wrong_takeover_is_refused_and_makes_no_session(pair, wrong):
    pair.run(1)
    with pytest.raises(pydp.InvalidArgumentError):
        pair.engines[0].sessions.adopt(pair.config(0), Takeover(**({"local_discriminator": 1} | wrong)))
    assert pair.engines[0].sessions.list() == []
