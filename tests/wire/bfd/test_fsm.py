# SPDX-License-Identifier: Apache-2.0
"""The state machine's list of transitions: what must be in it, and what must not."""

import pytest

from bfd_fastpath.wire.bfd import Event, State, next_state

UP_AND_LIKE = {Event.HEARD_INIT, Event.HEARD_UP}


@pytest.mark.parametrize("event", [event for event in Event if event is not Event.ENABLE])
def test_only_enabling_leaves_admin_down(event: Event) -> None:
    assert next_state(State.ADMIN_DOWN, event) is State.ADMIN_DOWN


def test_enabling_leads_to_down_and_disturbs_nothing_else() -> None:
    assert next_state(State.ADMIN_DOWN, Event.ENABLE) is State.DOWN
    for state in (State.DOWN, State.INIT, State.UP):
        assert next_state(state, Event.ENABLE) is state


@pytest.mark.parametrize("state", list(State))
def test_disabling_always_leads_to_admin_down(state: State) -> None:
    assert next_state(state, Event.DISABLE) is State.ADMIN_DOWN


@pytest.mark.parametrize("event", list(Event))
def test_up_is_reached_only_by_hearing_that_the_peer_hears_us(event: Event) -> None:
    for state in (State.DOWN, State.INIT):
        if next_state(state, event) is State.UP:
            assert event in UP_AND_LIKE
    assert next_state(State.DOWN, Event.HEARD_UP) is State.DOWN


@pytest.mark.parametrize("event", [Event.TIMEOUT, Event.HEARD_DOWN, Event.HEARD_ADMIN_DOWN])
def test_up_is_left_for_down(event: Event) -> None:
    assert next_state(State.UP, event) is State.DOWN
