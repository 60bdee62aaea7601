# SPDX-License-Identifier: Apache-2.0
"""Demand mode, resets, broken paths beyond the peer's and held next hops, through engines and a link between them."""

import pytest

import pydp
from pydp import Diagnostic, NextHopState, State

pytestmark = pytest.mark.eal

DEMAND = {"demand_enabled": True, "demand_poll_interval_us": 2_000_000}


def read(pair, side, session):
    return pair.engines[side].sessions.read(session)


def with_demand(pair, **changes):
    """Both ends Up, ours in Demand mode; their ids."""
    ours, theirs = pair.up()
    pair.engines[0].sessions.upsert(pair.config(0, **(DEMAND | changes)))
    pair.run(500)
    return ours, theirs


def test_the_peer_of_a_session_in_demand_mode_sends_nothing_but_answers(pair):
    ours, theirs = with_demand(pair)
    state = read(pair, 0, ours)
    assert state.demanding
    assert state.config == pair.config(0, **DEMAND)
    assert read(pair, 1, theirs).remote_demand
    assert read(pair, 1, theirs).negotiated_tx_interval_us == 0
    polls, answers = state.poll_count, read(pair, 1, theirs).send_packet_count
    pair.run(10_000)
    assert read(pair, 0, ours).poll_count - polls == 5
    assert 5 <= read(pair, 1, theirs).send_packet_count - answers <= 10
    assert (pair.state(0, ours), pair.state(1, theirs)) == (State.UP, State.UP)


def test_a_cut_is_found_by_the_next_poll(pair):
    ours, _ = with_demand(pair)
    pair.ends[1].cut()
    waited = pair.until(lambda: pair.state(0, ours) is not State.UP, 3000)
    # At most one interval between polls, one of transmission, and the detection time of the answer: 3 x 50 ms.
    assert 150 <= waited <= 2000 + 50 + 150 + 2
    state = read(pair, 0, ours)
    assert (state.local_diagnostic, state.nexthop_state) == (Diagnostic.CONTROL_EXPIRY, NextHopState.DEAD)
    assert not state.demanding
    pair.ends[1].cut(False)
    pair.until(lambda: read(pair, 0, ours).demanding, 5000)


def test_without_an_interval_only_the_command_polls(pair):
    ours, _ = with_demand(pair, demand_poll_interval_us=0)
    before = read(pair, 0, ours).poll_count
    pair.run(5000)
    assert read(pair, 0, ours).poll_count == before
    pair.engines[0].sessions.poll(ours)
    pair.run(200)
    state = read(pair, 0, ours)
    assert (state.poll_count, state.polling) == (before + 1, False)


def test_demand_that_ends_lets_the_peer_speak_again(pair):
    ours, theirs = with_demand(pair)
    pair.run(5000)
    pair.engines[0].sessions.upsert(pair.config(0))
    pair.run(1000)
    state = read(pair, 0, ours)
    assert (state.local_state, state.demanding, state.down_count) == (State.UP, False, 0)
    assert read(pair, 1, theirs).negotiated_tx_interval_us == 50_000


def test_demand_that_comes_again_polls_from_then_on(pair):
    """Not when it would have polled, had it never been off."""
    ours, _ = with_demand(pair)
    pair.engines[0].sessions.upsert(pair.config(0))
    pair.run(5000)
    pair.engines[0].sessions.upsert(pair.config(0, **DEMAND))
    pair.until(lambda: read(pair, 0, ours).demanding, 1000)
    before = read(pair, 0, ours).poll_count
    pair.run(1900)
    assert read(pair, 0, ours).poll_count == before
    pair.run(200)
    assert read(pair, 0, ours).poll_count == before + 1


def test_both_ends_in_demand_mode_are_silent_and_up(pair):
    ours, theirs = with_demand(pair, demand_poll_interval_us=0)
    pair.engines[1].sessions.upsert(pair.config(1, demand_enabled=True))
    pair.run(1000)
    sent = [read(pair, i, one).send_packet_count for i, one in enumerate((ours, theirs))]
    pair.run(5000)
    assert [read(pair, i, one).send_packet_count for i, one in enumerate((ours, theirs))] == sent
    assert (pair.state(0, ours), pair.state(1, theirs)) == (State.UP, State.UP)


def test_a_forwarding_reset_is_down_with_its_diagnostic_and_comes_back(pair):
    ours, theirs = pair.up()
    pair.engines[0].sessions.forwarding_reset(ours)
    state = read(pair, 0, ours)
    assert (state.local_state, state.local_diagnostic) == (State.DOWN, Diagnostic.FORWARDING_RESET)
    assert state.nexthop_state is NextHopState.DEAD
    pair.run(1)
    assert read(pair, 1, theirs).remote_diagnostic is Diagnostic.FORWARDING_RESET
    pair.until(lambda: pair.state(0, ours) is State.UP, 3000)
    assert read(pair, 0, ours).nexthop_state is NextHopState.LIVE


def test_what_is_known_of_the_path_is_part_of_what_is_wanted(pair):
    ours, theirs = pair.up()
    broken = pair.config(0, concatenated_path=Diagnostic.CONCATENATED_PATH_DOWN)
    pair.engines[0].sessions.upsert(broken)
    pair.run(1)
    assert read(pair, 0, ours).config == broken
    assert read(pair, 0, ours).local_diagnostic is Diagnostic.CONCATENATED_PATH_DOWN
    assert read(pair, 1, theirs).remote_diagnostic is Diagnostic.CONCATENATED_PATH_DOWN
    assert pair.state(1, theirs) is State.UP
    down = pair.config(0, path_down=True)
    pair.engines[0].sessions.upsert(down)
    pair.run(1)
    state = read(pair, 0, ours)
    assert (state.config, state.local_state) == (down, State.ADMIN_DOWN)
    assert read(pair, 1, theirs).remote_diagnostic is Diagnostic.PATH_DOWN
    pair.engines[0].sessions.upsert(pair.config(0))
    pair.until(lambda: pair.state(0, ours) is State.UP, 3000)


@pytest.mark.parametrize(
    "diagnostic", [Diagnostic.ADMIN_DOWN, Diagnostic.PATH_DOWN, Diagnostic.NEIGHBOR_DOWN]
)
def test_other_diagnostics_are_no_concatenated_path(pair, diagnostic):
    with pytest.raises(pydp.InvalidArgumentError, match="concatenated_path"):
        pair.engines[0].sessions.upsert(pair.config(0, concatenated_path=diagnostic))


def test_a_held_next_hop_is_not_live_until_the_hold_ends(pair):
    ours, _ = pair.up()
    pair.ends[1].cut()
    pair.until(lambda: pair.state(0, ours) is State.DOWN, 1000)
    pair.engines[0].sessions.hold(ours)
    pair.ends[1].cut(False)
    pair.until(lambda: pair.state(0, ours) is State.UP, 5000)
    state = read(pair, 0, ours)
    assert (state.held, state.nexthop_state) == (True, NextHopState.DEAD)
    pair.engines[0].events.drain()
    pair.engines[0].sessions.hold(ours, False)
    state = read(pair, 0, ours)
    assert (state.held, state.nexthop_state) == (False, NextHopState.LIVE)
    (event,) = pair.engines[0].events.drain()
    assert (event["type"], event["nexthop_state"]) == (pydp.EventType.NEXTHOP, NextHopState.LIVE)


@pytest.mark.parametrize("what", ["poll", "forwarding_reset", "hold"])
def test_nothing_can_be_asked_of_a_session_that_is_not_there(pair, what):
    with pytest.raises(pydp.NotFoundError):
        getattr(pair.engines[0].sessions, what)(4711)
