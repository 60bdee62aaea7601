# SPDX-License-Identifier: Apache-2.0
"""Which next hops are held though their session is Up again, and for how long."""

from dataclasses import replace

import pytest

from bfd_fastpath.nhib import BfdState, Observation, Reason
from bfd_fastpath.session import DampeningPolicy, PathSignal
from tests.session.ledger import LOOK, came_up, state
from tests.session.scene import DOWN, FAST, UNKNOWN, UP, S, Scene, X

POLICY = DampeningPolicy(
    enabled=True,
    penalty=1000,
    half_life_ns=10 * S,
    suppress_threshold=2000,
    reuse_threshold=1000,
    max_suppress_ns=40 * S,
)


@pytest.fixture
def scene():
    made = Scene()
    made.manager.want(X, "test", FAST, 0)
    made.up(time_ns=1 * S)
    made.engine.taken()
    return made


def flap(scene, at_s):
    """Down, and Up again half a second later."""
    scene.down(time_ns=int(at_s * S))
    return scene.up(time_ns=int((at_s + 0.5) * S)).changes


def test_without_dampening_every_return_is_believed(scene):
    for at in range(2, 20):
        (change,) = flap(scene, at)
        assert change.new is UP
    assert scene.manager.dampened(X, 20 * S) is None
    assert scene.engine.taken() == []


def test_one_failure_is_believed_and_a_flapping_session_is_held(scene):
    scene.manager.set_dampening(POLICY, 1 * S)
    (change,) = flap(scene, 2)
    assert change.new is UP
    # A second halves a tenth of the way: 1000 is 933, and 1933 is below 2000.
    (change,) = flap(scene, 3)
    assert change.new is UP
    assert scene.engine.taken() == []
    assert flap(scene, 4) == []
    assert scene.engine.taken() == [("hold", str(X))]
    assert scene.entry().state is DOWN
    assert scene.entry().reason is Reason.SESSION_DOWN


def test_it_is_let_go_when_its_figure_has_decayed_and_not_before(scene):
    scene.manager.set_dampening(POLICY, 1 * S)
    for at in (2, 2.6, 3.2):
        flap(scene, at)
    standing = scene.manager.dampened(X, int(3.7 * S))
    assert standing.held
    release = scene.manager.next_deadline()
    assert release == standing.until_ns
    # Three penalties of 1000, a little decayed, halve to 1000 in about 1.5 half-lives.
    assert 10 * S < release - int(3.7 * S) < 16 * S
    scene.engine.taken()
    assert scene.manager.timer(release - 1) == []
    scene.engine.looks[scene.engine.id_of(X)] = look_up()
    (change,) = scene.manager.timer(release)
    assert (change.old, change.new) == (DOWN, UP)
    assert scene.engine.taken() == [("let go", str(X))]
    assert not scene.manager.dampened(X, release).held


def look_up() -> Observation:
    return replace(LOOK, state=BfdState.UP, old_state=BfdState.UP, remote_state=BfdState.UP)


def test_a_failure_during_the_hold_starts_the_wait_anew(scene):
    scene.manager.set_dampening(POLICY, 1 * S)
    for at in (2, 2.6, 3.2):
        flap(scene, at)
    first = scene.manager.next_deadline()
    scene.down(time_ns=5 * S)
    assert scene.manager.dampened(X, 5 * S).until_ns is None
    assert scene.manager.timer(first) == []
    assert scene.entry().state is DOWN
    scene.up(time_ns=6 * S)
    assert scene.manager.dampened(X, 6 * S).until_ns > first


def test_nothing_is_held_for_longer_than_max_suppress(scene):
    scene.manager.set_dampening(POLICY, 1 * S)
    for at in range(2, 60):
        flap(scene, at)
    left = scene.manager.next_deadline() - int(59.5 * S)
    assert 35 * S < left <= 40 * S


def test_a_hold_down_holds_after_the_first_failure(scene):
    policy = DampeningPolicy(enabled=True, hold_down_ns=5 * S)
    scene.manager.set_dampening(policy, 1 * S)
    assert flap(scene, 2) == []
    assert scene.entry().state is DOWN
    assert scene.manager.next_deadline() == int(7.5 * S)


def test_an_admin_down_is_no_flap(scene):
    scene.manager.set_dampening(DampeningPolicy(enabled=True, hold_down_ns=5 * S), 1 * S)
    session = scene.engine.id_of(X)
    scene.drain(state(session, BfdState.UP, BfdState.DOWN, 2 * S, remote_state=BfdState.ADMIN_DOWN))
    assert scene.entry().state is UNKNOWN
    (change,) = scene.drain(came_up(session, 3 * S)).changes
    assert change.new is UP


def test_switching_dampening_off_lets_go_at_once(scene):
    scene.manager.set_dampening(DampeningPolicy(enabled=True, hold_down_ns=50 * S), 1 * S)
    flap(scene, 2)
    scene.engine.looks[scene.engine.id_of(X)] = look_up()
    scene.engine.taken()
    (change,) = scene.manager.set_dampening(DampeningPolicy(), 4 * S)
    assert change.new is UP
    assert scene.engine.taken() == [("let go", str(X))]


def test_a_session_that_moves_is_held_where_it_goes_on(scene):
    scene.manager.set_dampening(DampeningPolicy(enabled=True, hold_down_ns=50 * S), 1 * S)
    scene.down(time_ns=2 * S)
    scene.engine.taken()
    old = scene.engine.id_of(X)
    scene.drain(scene.engine.gone(old, 3 * S))
    assert ("hold", str(X)) in scene.engine.taken()


def test_a_path_signal_is_part_of_the_session_until_it_is_taken_back(scene):
    scene.manager.set_path(X, PathSignal.CONCATENATED_PATH_DOWN, 2 * S)
    (wanted,) = [one.wanted for one in scene.manager.sessions()]
    assert wanted.path is PathSignal.CONCATENATED_PATH_DOWN
    scene.manager.set_path(X, PathSignal.UP, 3 * S)
    (wanted,) = [one.wanted for one in scene.manager.sessions()]
    assert wanted.path is PathSignal.UP
    with pytest.raises(KeyError):
        scene.manager.set_path(scene.entry().address + 1, PathSignal.UP, 3 * S)
