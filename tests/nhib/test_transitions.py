# SPDX-License-Identifier: Apache-2.0
"""What makes a next hop Unknown, Up or Down: our rules 1 and 3, and the proposals for the drafts' gaps 1, 2 and 4."""

from dataclasses import replace

import pytest

from bfd_fastpath.nhib import BfdState, Neighbour, Nhib, Reason, Slot
from tests.nhib.looks import (
    DOWN,
    UNKNOWN,
    UP,
    S,
    X,
    at,
    expired,
    heard,
    local_admin_down,
    moves,
    peer_admin_down,
    signalled,
    silent,
    up,
)


@pytest.fixture
def nhib():
    base = Nhib()
    base.ask(X, "bgp", 0)
    return base


def state(nhib):
    entry = nhib.get(X)
    return entry.state, entry.reason


def test_a_new_ask_is_unknown():
    changes = Nhib().ask(X, "bgp", 5)
    assert moves(changes) == [(None, UNKNOWN)]
    assert (changes[0].reason, changes[0].time_ns) == (Reason.ASKED, 5)


def test_a_session_that_comes_up_makes_it_up(nhib):
    assert moves(nhib.observe(X, up(), 1)) == [(UNKNOWN, UP)]
    assert state(nhib) == (UP, Reason.SESSION_UP)


@pytest.mark.parametrize("failure", [expired(), signalled(), expired(diagnostic=4), expired(diagnostic=2)])
def test_rule_1_a_session_that_was_up_and_fails_makes_it_down(nhib, failure):
    nhib.observe(X, up(), 1)
    changes = nhib.observe(X, failure, 2)
    assert moves(changes) == [(UP, DOWN)]
    assert changes[0].evidence is failure
    assert state(nhib) == (DOWN, Reason.SESSION_DOWN)
    assert at(nhib, X).failure is failure


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (silent(), Reason.NO_ANSWER),
        (silent(Neighbour.INCOMPLETE), Reason.NEIGHBOUR_UNRESOLVED),
        (silent(Neighbour.FAILED), Reason.NEIGHBOUR_UNRESOLVED),
        (heard(), Reason.COMING_UP),
        (peer_admin_down(BfdState.DOWN), Reason.PEER_ADMIN_DOWN),
        (local_admin_down(BfdState.DOWN), Reason.LOCAL_ADMIN_DOWN),
    ],
)
def test_rule_1_and_gap_4_a_session_that_was_never_up_stays_unknown_and_says_why(nhib, seen, reason):
    assert nhib.observe(X, seen, 1) == []
    assert state(nhib) == (UNKNOWN, reason)


def test_init_that_falls_back_to_down_is_no_failure(nhib):
    nhib.observe(X, heard(BfdState.INIT), 1)
    assert nhib.observe(X, heard(BfdState.DOWN), 2) == []
    assert state(nhib) == (UNKNOWN, Reason.COMING_UP)


def test_gap_1_a_received_admin_down_is_no_failure(nhib):
    nhib.observe(X, up(), 1)
    assert moves(nhib.observe(X, peer_admin_down(), 2)) == [(UP, UNKNOWN)]
    assert state(nhib) == (UNKNOWN, Reason.PEER_ADMIN_DOWN)


def test_gap_1_diagnostic_3_with_state_down_is_a_failure(nhib):
    nhib.observe(X, up(), 1)
    assert moves(nhib.observe(X, signalled(), 2)) == [(UP, DOWN)]


def test_rule_1_our_own_admin_down_is_no_failure(nhib):
    nhib.observe(X, up(), 1)
    assert moves(nhib.observe(X, local_admin_down(), 2)) == [(UP, UNKNOWN)]
    assert state(nhib) == (UNKNOWN, Reason.LOCAL_ADMIN_DOWN)


def test_gap_2_local_admin_down_makes_a_down_unknown(nhib):
    nhib.observe(X, up(), 1)
    nhib.observe(X, expired(), 2)
    assert moves(nhib.observe(X, local_admin_down(BfdState.DOWN), 3)) == [(DOWN, UNKNOWN)]


def test_rule_3_an_admin_down_heard_while_down_makes_it_unknown(nhib):
    nhib.observe(X, up(), 1)
    nhib.observe(X, expired(), 2)
    assert moves(nhib.observe(X, peer_admin_down(BfdState.DOWN), 3)) == [(DOWN, UNKNOWN)]
    assert state(nhib) == (UNKNOWN, Reason.PEER_ADMIN_DOWN)


def test_rule_3_the_operator_makes_a_down_unknown_and_the_reason_stays(nhib):
    nhib.observe(X, up(), 1)
    nhib.observe(X, expired(), 2)
    assert moves(nhib.clear(X, 3)) == [(DOWN, UNKNOWN)]
    assert nhib.observe(X, silent(), 4) == []
    assert state(nhib) == (UNKNOWN, Reason.CLEARED)


def test_clearing_what_is_not_down_does_nothing(nhib):
    assert nhib.clear(X, 1) == []
    nhib.observe(X, up(), 2)
    assert nhib.clear(X, 3) == []
    assert state(nhib) == (UP, Reason.SESSION_UP)


def test_down_stays_down_while_the_session_only_tries(nhib):
    nhib.observe(X, up(), 1)
    nhib.observe(X, expired(), 2)
    for seen in (silent(), silent(Neighbour.FAILED), heard(BfdState.INIT), heard(BfdState.DOWN)):
        assert nhib.observe(X, seen, 3) == []
    assert state(nhib) == (DOWN, Reason.SESSION_DOWN)


def test_down_recovers_when_the_session_is_up_again(nhib):
    nhib.observe(X, up(), 1)
    nhib.observe(X, expired(), 2)
    assert moves(nhib.observe(X, up(), 3 * S)) == [(DOWN, UP)]
    entry = nhib.get(X)
    assert (entry.down_count, entry.last_down_ns, entry.last_up_ns) == (1, 2, 3 * S)


def test_a_peer_that_took_bfd_away_and_comes_back_silently_is_not_down(nhib):
    nhib.observe(X, up(), 1)
    nhib.observe(X, peer_admin_down(), 2)
    assert nhib.observe(X, heard(BfdState.DOWN), 3) == []
    assert state(nhib)[0] is UNKNOWN


def test_repeating_an_observation_changes_nothing(nhib):
    nhib.observe(X, up(), 1)
    assert nhib.observe(X, up(), 2) == []
    nhib.observe(X, expired(), 3)
    assert nhib.observe(X, expired(), 4) == []
    assert at(nhib, X).since_ns == 3


def test_steps_older_than_the_look_that_found_it_up_do_not_undo_it(nhib):
    nhib.observe(X, replace(up(), old_state=BfdState.UP, reread=True), 1)
    for older in (silent(), heard(BfdState.INIT), silent(Neighbour.INCOMPLETE)):
        assert nhib.observe(X, older, 2) == []
    assert state(nhib) == (UP, Reason.SESSION_UP)


def test_a_failure_whose_up_was_lost_on_the_way_is_believed_of_the_slot(nhib):
    assert moves(nhib.observe(X, expired(old_state=BfdState.DOWN, reread=True), 1)) == [(UNKNOWN, DOWN)]


def test_an_admin_down_lost_on_the_way_is_believed_of_the_slot(nhib):
    nhib.observe(X, up(), 1)
    lost = expired(slot=Slot.UNKNOWN, reread=True)
    assert moves(nhib.observe(X, lost, 2)) == [(UP, UNKNOWN)]
    nhib.observe(X, up(), 3)
    nhib.observe(X, expired(), 4)
    assert moves(nhib.observe(X, lost, 5)) == [(DOWN, UNKNOWN)]


def test_a_record_older_than_a_clear_does_not_undo_it(nhib):
    nhib.observe(X, up(), 1)
    nhib.observe(X, expired(), 2)
    nhib.clear(X, 3)
    assert nhib.observe(X, expired(old_state=BfdState.DOWN, reread=True), 4) == []
    assert state(nhib) == (UNKNOWN, Reason.CLEARED)


def test_losing_the_session_makes_it_unknown(nhib):
    nhib.observe(X, up(), 1)
    assert moves(nhib.without_session(X, Reason.BFD_DISABLED, 2)) == [(UP, UNKNOWN)]
    assert state(nhib) == (UNKNOWN, Reason.BFD_DISABLED)


def test_only_reasons_for_having_no_session_are_taken(nhib):
    with pytest.raises(ValueError, match="session-up"):
        nhib.without_session(X, Reason.SESSION_UP, 1)


def test_observations_of_strangers_are_ignored(nhib):
    stranger = X + 1
    assert nhib.observe(stranger, up(), 1) == []
    assert nhib.without_session(stranger, Reason.NO_PORT, 1) == []
    assert stranger not in nhib
    with pytest.raises(KeyError):
        nhib.clear(stranger, 1)
