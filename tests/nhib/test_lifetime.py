# SPDX-License-Identifier: Apache-2.0
"""How long an entry lives: askers, linger, and our rule 2, that recovery must not depend on the route."""

from bfd_fastpath.nhib import Nhib, NhibPolicy, Reason
from tests.nhib.looks import DOWN, UNKNOWN, UP, S, X, Y, at, expired, moves, up

DAY = 86_400 * S


def down_nhib(policy=None):
    nhib = Nhib(policy)
    nhib.ask(X, "bgp", 0)
    nhib.observe(X, up(), 1 * S)
    nhib.observe(X, expired(), 2 * S)
    return nhib


def test_entries_are_shared_by_reference():
    nhib = Nhib()
    assert len(nhib.ask(X, "bgp", 0)) == 1
    assert nhib.ask(X, "configuration", 0) == []
    assert at(nhib, X).askers == ("bgp", "configuration")
    nhib.unask(X, "bgp", 1 * S)
    assert nhib.next_deadline() is None
    nhib.unask(X, "configuration", 2 * S)
    assert nhib.next_deadline() == 62 * S


def test_asking_twice_is_asking_once():
    nhib = Nhib()
    nhib.ask(X, "bgp", 0)
    nhib.ask(X, "bgp", 0)
    nhib.unask(X, "bgp", 0)
    assert at(nhib, X).askers == ()


def test_an_unasked_entry_lingers_and_then_leaves():
    nhib = Nhib()
    nhib.ask(X, "bgp", 0)
    nhib.observe(X, up(), 1)
    assert nhib.unask(X, "bgp", 10 * S) == []
    assert nhib.expire(70 * S - 1) == []
    assert moves(nhib.expire(70 * S)) == [(UP, None)]
    assert X not in nhib
    assert nhib.next_deadline() is None


def test_an_ask_that_returns_in_time_ends_the_lingering():
    nhib = Nhib()
    nhib.ask(X, "bgp", 0)
    nhib.observe(X, up(), 1)
    nhib.unask(X, "bgp", 10 * S)
    assert nhib.ask(X, "bgp", 20 * S) == []
    assert nhib.expire(1000 * S) == []
    assert at(nhib, X).state is UP


def test_rule_2_a_down_entry_outlives_the_ask_for_down_retry():
    nhib = down_nhib()
    assert nhib.unask(X, "bgp", 3 * S) == []
    assert nhib.expire(2 * S + DAY - 1) == []
    assert at(nhib, X).state is DOWN


def test_rule_2_the_entry_recovers_without_any_ask_and_lingers_from_then_on():
    nhib = down_nhib()
    nhib.unask(X, "bgp", 3 * S)
    assert moves(nhib.observe(X, up(), 5000 * S)) == [(DOWN, UP)]
    assert nhib.next_deadline() == 5060 * S
    assert moves(nhib.expire(5060 * S)) == [(UP, None)]


def test_gap_2_an_ask_that_returns_finds_a_kept_entry_as_it_is():
    nhib = down_nhib()
    nhib.unask(X, "bgp", 3 * S)
    assert nhib.ask(X, "bgp", 4000 * S) == []
    assert at(nhib, X).state is DOWN


def test_gap_2_an_ask_for_an_entry_that_left_begins_with_unknown():
    nhib = down_nhib()
    nhib.unask(X, "bgp", 3 * S, linger=False)
    assert moves(nhib.ask(X, "bgp", 4 * S)) == [(None, UNKNOWN)]


def test_rules_2_and_3_down_retry_makes_it_unknown_and_the_entry_goes_after_linger():
    nhib = down_nhib()
    nhib.unask(X, "bgp", 3 * S)
    changes = nhib.expire(2 * S + DAY)
    assert moves(changes) == [(DOWN, UNKNOWN)]
    assert changes[0].reason is Reason.RETRY_PASSED
    assert moves(nhib.expire(2 * S + DAY + 60 * S)) == [(UNKNOWN, None)]


def test_rule_3_down_retry_passes_for_an_asked_entry_too_and_it_stays():
    nhib = down_nhib()
    assert moves(nhib.expire(2 * S + DAY)) == [(DOWN, UNKNOWN)]
    assert nhib.next_deadline() is None
    assert at(nhib, X).reason is Reason.RETRY_PASSED


def test_rule_2_a_cleared_entry_that_nobody_asks_for_leaves_after_linger():
    nhib = down_nhib()
    nhib.unask(X, "bgp", 3 * S)
    nhib.clear(X, 10 * S)
    assert moves(nhib.expire(70 * S)) == [(UNKNOWN, None)]


def test_an_entry_that_goes_down_while_it_lingers_is_kept():
    nhib = Nhib()
    nhib.ask(X, "bgp", 0)
    nhib.observe(X, up(), 1)
    nhib.unask(X, "bgp", 10 * S)
    nhib.observe(X, expired(), 11 * S)
    assert nhib.expire(1000 * S) == []
    assert at(nhib, X).state is DOWN


def test_without_linger_the_last_ask_ends_the_entry_even_if_it_is_down():
    nhib = down_nhib()
    nhib.ask(X, "configuration", 3 * S)
    assert nhib.unask(X, "configuration", 4 * S, linger=False) == []
    assert moves(nhib.unask(X, "bgp", 5 * S, linger=False)) == [(DOWN, None)]


def test_a_linger_of_zero_ends_the_entry_at_once():
    nhib = Nhib(NhibPolicy(linger_ns=0))
    nhib.ask(X, "bgp", 0)
    assert moves(nhib.unask(X, "bgp", 1)) == [(UNKNOWN, None)]


def test_one_expiry_may_make_a_long_forgotten_down_unknown_and_gone():
    nhib = down_nhib(NhibPolicy(linger_ns=0))
    nhib.unask(X, "bgp", 3 * S)
    assert moves(nhib.expire(3 * DAY)) == [(DOWN, UNKNOWN), (UNKNOWN, None)]


def test_unasking_what_was_not_asked_changes_nothing():
    nhib = Nhib()
    assert nhib.unask(X, "bgp", 0) == []
    nhib.ask(X, "bgp", 0)
    assert nhib.unask(X, "other", 0) == []
    assert at(nhib, X).askers == ("bgp",)


def test_a_new_policy_counts_from_when_the_state_began():
    nhib = down_nhib()
    nhib.ask(Y, "bgp", 0)
    nhib.unask(Y, "bgp", 4 * S)
    nhib.set_policy(NhibPolicy(down_retry_ns=10 * S, linger_ns=30 * S))
    assert nhib.next_deadline() == 12 * S
    assert moves(nhib.expire(34 * S)) == [(DOWN, UNKNOWN), (UNKNOWN, None)]


def test_the_nearest_deadline_of_several_is_the_next():
    nhib = Nhib()
    for index, address in enumerate((X, Y)):
        nhib.ask(address, "bgp", 0)
        nhib.unask(address, "bgp", index * S)
    assert nhib.next_deadline() == 60 * S
    nhib.ask(X, "bgp", 2 * S)
    assert nhib.next_deadline() == 61 * S
