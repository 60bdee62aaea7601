# SPDX-License-Identifier: Apache-2.0
"""What the engine's events come to in the NHIB."""

import dataclasses

import pytest

from bfd_fastpath.nhib import BfdState, Reason, Slot
from bfd_fastpath.session import EventType
from tests.session.ledger import LOOK, came_up, failed, record, state
from tests.session.scene import DOWN, FAST, UNKNOWN, UP, S, Scene, X


@pytest.fixture
def scene():
    return Scene()


def test_rule_3_an_admin_down_heard_while_down_arrives_as_a_remote_event(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    scene.down()
    told = record(1, EventType.REMOTE, 3 * S, old_state=3, new_state=0, remote_state=0, nexthop_state=0)
    assert [(one.old, one.new) for one in scene.drain(told).changes] == [(DOWN, UNKNOWN)]
    assert scene.entry().reason is Reason.PEER_ADMIN_DOWN


def test_a_neighbour_event_explains_why_nothing_comes_up(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.drain(record(1, EventType.NEIGHBOUR, 1, new_state=1, neighbour_state=4))
    assert scene.entry().reason is Reason.NEIGHBOUR_UNRESOLVED


def test_evidence_of_a_failure_is_kept(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    event = dataclasses.replace(failed(1, 2 * S), last_rx_ns=S, deadline_ns=2 * S - 5, poll_gap_us=77)
    (change,) = scene.drain(event).changes
    assert change.time_ns == 2 * S
    assert change.evidence is not None
    assert (change.evidence.last_hello_ns, change.evidence.deadline_ns, change.evidence.poll_gap_us) == (
        S,
        2 * S - 5,
        77,
    )
    assert change.evidence.diagnostic == 1


def test_events_older_than_the_look_at_a_new_session_do_not_undo_it(scene, monkeypatch):
    found_up = dataclasses.replace(LOOK, state=BfdState.UP, old_state=BfdState.UP, slot=Slot.LIVE)
    monkeypatch.setattr(scene.engine, "look", lambda session: found_up)
    changes = scene.manager.want(X, "bgp", None, 0)
    assert [one.new for one in changes] == [UNKNOWN, UP]
    older = [
        record(1, EventType.NEIGHBOUR, 1, new_state=1),
        state(1, BfdState.DOWN, BfdState.INIT, 2),
        came_up(1, 3),
    ]
    assert scene.drain(*older).changes == []
    assert [one.new for one in scene.down().changes] == [DOWN]


def test_after_lost_steps_the_session_itself_is_asked(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    scene.engine.looks[1] = dataclasses.replace(scene.engine.looks[1], slot=Slot.DEAD, last_hello_ns=1)
    lost = state(1, BfdState.UP, BfdState.UP, 2 * S, flags=1)
    assert [one.new for one in scene.drain(lost).changes] == [DOWN]


def test_a_session_that_the_engine_lost_is_made_again(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    changes = scene.drain(scene.engine.gone(1, 2 * S)).changes
    assert [one.new for one in changes] == [UNKNOWN]
    assert scene.engine.taken()[-1] == ("make", str(X))


def test_events_of_strangers_are_ignored(scene):
    drained = scene.drain(failed(77, 1))
    assert [*drained.changes, *drained.seen()] == []


def test_what_happens_to_sessions_makes_them_no_others(scene):
    scene.manager.want(X, "bgp", None, 0)
    before = scene.manager.revision
    scene.up()
    scene.down()
    assert scene.manager.revision == before
    scene.manager.want(X, "operator", FAST, 3 * S)
    assert (changed := scene.manager.revision) > before
    scene.drain(scene.engine.gone(1, 4 * S))
    assert scene.manager.revision > changed
