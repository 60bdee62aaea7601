# SPDX-License-Identifier: Apache-2.0
"""Changes in quick succession: the first few go at once, a storm becomes few bursts, nothing is lost or late."""

from ipaddress import ip_address

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bfd_fastpath.report.coalesce import Coalesce, CoalescePolicy
from tests.report.scene import DOWN, UNKNOWN, UP, X4, X6, change

MS = 1_000_000
POLICY = CoalescePolicy(50 * MS)
#: Reports that go at once, whatever follows on what.
FREE = 4
MANY = [ip_address("198.51.100.0") + number for number in range(2, 250)]


def play(coalesce, steps):
    """(time_ns, change) one after another; the bursts: when, and what was reported."""
    bursts = []

    def wait(until_ns):
        while (deadline := coalesce.next_deadline()) is not None and deadline <= until_ns:
            told(deadline, coalesce.due(deadline))

    def told(now_ns, changes):
        if changes:
            bursts.append((now_ns, changes))

    for now_ns, one in steps:
        wait(now_ns - 1)
        told(now_ns, coalesce.sift([one], now_ns))
    wait(2**63)
    return bursts


def test_a_single_failure_is_told_at_once():
    coalesce = Coalesce(POLICY)
    down, up = change(X4, UP, DOWN), change(X4, DOWN, UP)
    assert play(coalesce, [(1, down), (1000 * MS, up)]) == [(1, [down]), (1000 * MS, [up])]


def test_what_comes_together_goes_together():
    both = [change(X4, UP, DOWN), change(X6, UP, DOWN)]
    assert Coalesce(POLICY).sift(both, 7) == both


def crowded():
    """With as many reports behind it as go at once; the last at 0."""
    coalesce = Coalesce(POLICY)
    for number in range(FREE):
        one = change(MANY[number], UP, DOWN)
        assert coalesce.sift([one], number + 1 - FREE) == [one]
    return coalesce


def test_a_few_that_fail_one_after_the_other_do_not_wait():
    steps = [(number * MS, change(MANY[number], UP, DOWN)) for number in range(FREE + 2)]
    bursts = play(Coalesce(POLICY), steps)
    assert [when for when, _ in bursts] == [0, MS, 2 * MS, 3 * MS, 3 * MS + 50 * MS // 16]
    assert [one for _, changes in bursts for one in changes] == [one for _, one in steps]


def test_few_in_any_longest_wait_never_wait():
    steps = [(number * 50 * MS // FREE, change(one, UP, DOWN)) for number, one in enumerate(MANY)]
    assert [when for when, _ in play(Coalesce(POLICY), steps)] == [when for when, _ in steps]


def test_as_many_as_fill_messages_do_not_wait():
    crowd = [change(ip_address("10.0.0.0") + number, UP, DOWN) for number in range(300)]
    coalesce = crowded()
    assert coalesce.sift(crowd[:255], 1) == []
    assert coalesce.sift(crowd[255:256], 2) == crowd[:256]
    assert coalesce.sift(crowd[256:], 3) == []
    assert coalesce.next_deadline() == 3 - 1 + 50 * MS // 16


def test_a_storm_becomes_few_bursts():
    storm = [(4 * MS * number, change(one, UP, DOWN)) for number, one in enumerate(MANY)]
    bursts = play(Coalesce(POLICY), storm)
    assert sum(len(changes) for _, changes in bursts) == len(MANY)
    assert len(bursts) <= FREE + 5 + len(MANY) * 4 // 50 + 1


def test_what_has_waited_for_long_enough_goes_with_whatever_comes_next():
    coalesce, down = crowded(), change(MANY[-1], UP, DOWN)
    assert coalesce.sift([down], 1) == []
    due_ns = coalesce.next_deadline()
    assert coalesce.sift([], due_ns - 1) == []
    assert coalesce.sift([], due_ns) == [down]


def test_after_quiet_it_begins_anew():
    storm = [(4 * MS * number, change(one, UP, DOWN)) for number, one in enumerate(MANY)]
    later = 5000 * MS
    again = [(later, change(X4, DOWN, UP)), (later + 1, change(X6, DOWN, UP))]
    bursts = play(Coalesce(POLICY), storm + again)
    assert [when for when, _ in bursts[-2:]] == [later, later + 1]


def test_what_came_back_meanwhile_is_reported_for_those_who_heard_what_was_in_between():
    steps = [(1, change(X4, UP, DOWN)), (2, change(X4, DOWN, UP))]
    (told,) = play(crowded(), steps)[0][1]
    assert (told.address, told.new) == (X4, UP)


def test_what_was_told_last_is_what_a_change_begins_from():
    steps = [(1, change(X4, UP, DOWN)), (2, change(X4, DOWN, UNKNOWN))]
    (told,) = play(crowded(), steps)[0][1]
    assert (told.old, told.new) == (UP, UNKNOWN)


def test_one_that_leaves_is_told_of_at_once():
    coalesce = crowded()
    assert coalesce.sift([change(X4, UP, UNKNOWN)], 1) == []
    gone = change(X4, UNKNOWN, None)
    assert coalesce.sift([gone], 2) == [gone]
    assert coalesce.next_deadline() is None


def test_off_means_nothing_waits():
    coalesce = crowded()
    waiting = change(X4, UP, DOWN)
    coalesce.sift([waiting], 1)
    coalesce.set_policy(CoalescePolicy(0))
    assert coalesce.due(2) == [waiting]
    more = change(X6, DOWN, UP)
    assert coalesce.sift([more], 2) == [more]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, 60 * MS), st.sampled_from([X4, X6]), st.sampled_from([UP, DOWN, None])),
        max_size=40,
    )
)
def test_nothing_is_late_and_the_last_word_is_the_right_one(steps):
    now_ns, states, made = 0, {}, []
    for gap_ns, address, state in steps:
        now_ns += gap_ns
        old = states.get(address)
        if state is not old:
            made.append((now_ns, change(address, old, state)))
            states[address] = state
    bursts = play(Coalesce(POLICY), made)
    told = {one.address: one.new for _, changes in bursts for one in changes}
    assert {address: told.get(address) for address in states} == states
    for when, changes in bursts:
        for one in changes:
            caused = max(at for at, each in made if each.address == one.address and at <= when)
            assert when - caused <= POLICY.most_ns
