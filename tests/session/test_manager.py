# SPDX-License-Identifier: Apache-2.0
"""Which commands the engine gets, and which it does not."""

import dataclasses
from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.nhib import BfdState, NhibPolicy, Reason, Slot
from bfd_fastpath.session import Attachment, LearnedPolicy, Timers
from tests.session.ledger import failed, state
from tests.session.scene import DOWN, FAST, HERE, LAN, UNKNOWN, UP, A, S, Scene, X, Y


@pytest.fixture
def scene():
    return Scene()


def test_wanting_a_next_hop_makes_one_session(scene):
    changes = scene.manager.want(X, "bgp", None, 0)
    assert [one.new for one in changes] == [UNKNOWN]
    assert scene.engine.taken() == [("make", "198.51.100.2")]
    (wanted,) = scene.engine.sessions.values()
    assert (wanted.port, wanted.source, wanted.destination) == (0, A, X)
    assert wanted.timers == Timers()


def test_users_share_a_session(scene):
    scene.manager.want(X, "bgp one", None, 0)
    scene.engine.taken()
    assert scene.manager.want(X, "bgp two", None, 0) == []
    assert scene.manager.want(X, "bgp one", None, 0) == []
    scene.manager.unwant(X, "bgp one", 1 * S)
    assert scene.manager.settle(1 * S) == []
    assert scene.engine.taken() == []
    assert scene.manager.sessions()[0].users == ("bgp two",)


def test_what_is_written_down_wins_over_what_is_learned_and_changes_in_place(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.manager.want(X, "configuration", FAST, 1)
    assert scene.engine.taken() == [("make", str(X)), ("change", str(X))]
    assert scene.engine.sessions[1].timers == FAST.timers
    scene.manager.unwant(X, "configuration", 2)
    assert scene.engine.taken() == [("change", str(X))]
    assert scene.engine.sessions[1].timers == Timers()
    assert scene.manager.settle(2) == []


def test_a_reload_touches_only_the_session_whose_timer_changed(scene):
    for address in (X, Y):
        scene.manager.want(address, "configuration", FAST, 0)
    scene.engine.taken()
    slower = dataclasses.replace(FAST, timers=Timers(3, 100_000, 100_000))
    scene.manager.want(X, "configuration", slower, 1)
    scene.manager.want(Y, "configuration", FAST, 1)
    scene.manager.set_policy(LearnedPolicy(), 1)
    scene.manager.set_attachments([HERE], 1)
    assert scene.engine.taken() == [("change", str(X))]


def test_new_defaults_change_the_learned_sessions_only(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.manager.want(Y, "configuration", FAST, 0)
    scene.engine.taken()
    scene.manager.set_policy(LearnedPolicy(timers=Timers(5)), 1)
    assert scene.engine.taken() == [("change", str(X))]


def test_a_learned_session_lingers_and_then_ends_after_the_report(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    scene.engine.taken()
    scene.manager.unwant(X, "bgp", 10 * S)
    assert scene.manager.next_deadline() == 70 * S
    assert scene.manager.timer(69 * S) == []
    changes = scene.manager.timer(70 * S)
    assert [(one.old, one.new) for one in changes] == [(UP, None)]
    assert scene.engine.taken() == [], "withdrawing comes before AdminDown"
    scene.manager.settle(70 * S)
    assert scene.engine.taken() == [("remove", str(X))]
    assert scene.manager.leaving() == 1
    drained = scene.drain(scene.engine.gone(1, 73 * S))
    assert [address for address, _ in drained.seen()] == [X]
    assert scene.manager.leaving() == 0


def test_a_session_taken_out_of_the_configuration_goes_at_once(scene):
    scene.manager.want(X, "configuration", FAST, 0)
    scene.up()
    assert [one.new for one in scene.manager.unwant(X, "configuration", 2 * S)] == [None]
    scene.manager.settle(2 * S)
    assert scene.engine.taken()[-1] == ("remove", str(X))


def test_rule_2_the_session_of_a_down_next_hop_outlives_the_ask(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    assert [one.new for one in scene.down().changes] == [DOWN]
    scene.manager.unwant(X, "bgp", 3 * S)
    scene.manager.timer(1000 * S)
    scene.manager.settle(1000 * S)
    assert ("remove", str(X)) not in scene.engine.taken()
    assert [one.new for one in scene.up(time_ns=2000 * S).changes] == [UP]


@pytest.mark.parametrize("how", ["operator", "down-retry"])
def test_rule_3_forwarding_is_told_when_a_down_is_no_longer_believed(how):
    scene = Scene(nhib_policy=NhibPolicy(down_retry_ns=10 * S))
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    scene.down()
    scene.engine.taken()
    changes = scene.manager.clear(X, 5 * S) if how == "operator" else scene.manager.timer(12 * S)
    assert [one.new for one in changes] == [UNKNOWN]
    assert scene.engine.taken() == [("clear", str(X))]
    assert scene.manager.clear(X, 20 * S) == []
    assert scene.engine.taken() == []


def test_clearing_what_nobody_tracks_is_an_error(scene):
    with pytest.raises(KeyError):
        scene.manager.clear(X, 0)
    with pytest.raises(KeyError):
        scene.manager.set_admin(X, True, 0)


def test_an_operator_holds_a_session_down_and_lets_it_go(scene):
    scene.manager.want(X, "configuration", FAST, 0)
    scene.up()
    scene.manager.set_admin(X, True, 2 * S)
    assert scene.engine.sessions[1].admin_down
    scene.drain(state(1, BfdState.UP, BfdState.ADMIN_DOWN, 2 * S, remote_state=3))
    assert (scene.entry().state, scene.entry().reason) == (UNKNOWN, Reason.LOCAL_ADMIN_DOWN)
    scene.manager.want(X, "configuration", FAST, 3 * S)
    assert scene.engine.sessions[1].admin_down, "a reload does not undo the operator"
    scene.manager.set_admin(X, None, 4 * S)
    assert not scene.engine.sessions[1].admin_down


def test_an_operator_may_let_a_session_run_that_the_configuration_holds_down(scene):
    scene.manager.want(X, "configuration", dataclasses.replace(FAST, admin_down=True), 0)
    assert scene.engine.sessions[1].admin_down
    scene.manager.set_admin(X, False, 1)
    assert not scene.engine.sessions[1].admin_down


def test_a_configuration_that_changes_its_mind_ends_what_the_operator_set(scene):
    scene.manager.want(X, "configuration", FAST, 0)
    scene.manager.set_admin(X, True, 1)
    scene.manager.set_admin(X, False, 2)
    scene.manager.want(X, "configuration", dataclasses.replace(FAST, admin_down=True), 3)
    assert scene.engine.sessions[1].admin_down
    scene.manager.set_admin(X, False, 4)
    scene.manager.want(X, "configuration", FAST, 5)
    scene.manager.want(X, "configuration", dataclasses.replace(FAST, admin_down=True), 6)
    assert scene.engine.sessions[1].admin_down


@pytest.mark.parametrize(
    ("policy", "address", "reason"),
    [
        (LearnedPolicy(enabled=False), X, Reason.BFD_DISABLED),
        (LearnedPolicy(max_sessions=0), X, Reason.SESSION_LIMIT),
        (LearnedPolicy(allowed=(ip_network("198.51.100.128/25"),)), X, Reason.OUTSIDE_LAN),
        (LearnedPolicy(allowed=(ip_network("203.0.113.0/24"),)), ip_address("203.0.113.1"), Reason.NO_PORT),
        (LearnedPolicy(interface="lan1"), X, Reason.NO_PORT),
        (LearnedPolicy(), ip_address("203.0.113.1"), Reason.NO_PORT),
        (LearnedPolicy(), ip_address("2001:db8::2"), Reason.NO_PORT),
        (LearnedPolicy(), A, Reason.OWN_ADDRESS),
    ],
)
def test_a_learned_next_hop_without_a_session_says_why(policy, address, reason):
    scene = Scene(policy)
    scene.manager.want(address, "bgp", None, 0)
    assert scene.engine.taken() == []
    assert (scene.entry(address).state, scene.entry(address).reason) == (UNKNOWN, reason)


def test_only_the_peering_lan_is_tracked_by_default():
    lan = (ip_network("198.51.100.0/26"),)
    scene = Scene(attachments=[dataclasses.replace(HERE, lan=lan)])
    outside = ip_address("198.51.100.200")
    scene.manager.want(outside, "bgp", None, 0)
    assert scene.entry(outside).reason is Reason.OUTSIDE_LAN
    scene.manager.want(outside, "configuration", FAST, 0)
    assert scene.engine.taken() == [("make", str(outside))], "what is written down may lie anywhere"


def test_a_member_known_to_run_no_bfd_gets_no_session(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.engine.taken()
    scene.manager.set_without_bfd(X, True, 1)
    assert scene.entry().reason is Reason.PEER_WITHOUT_BFD
    scene.manager.settle(1)
    assert scene.engine.taken() == [("remove", str(X))]
    scene.manager.set_without_bfd(X, False, 2)
    assert scene.engine.taken() == [("change", str(X))]


def test_a_place_under_the_cap_goes_to_one_who_waits():
    scene = Scene(LearnedPolicy(max_sessions=1))
    scene.manager.want(X, "bgp", None, 0)
    scene.manager.want(Y, "bgp", None, 0)
    assert scene.entry(Y).reason is Reason.SESSION_LIMIT
    scene.manager.unwant(X, "bgp", 1 * S)
    scene.manager.timer(61 * S)
    scene.manager.settle(61 * S)
    assert scene.engine.taken() == [("make", str(X)), ("remove", str(X)), ("make", str(Y))]
    assert scene.entry(Y).reason is Reason.NO_ANSWER


def test_sessions_that_are_written_down_do_not_count_against_the_cap():
    scene = Scene(LearnedPolicy(max_sessions=1))
    scene.manager.want(X, "configuration", FAST, 0)
    scene.manager.want(Y, "bgp", None, 0)
    assert len(scene.engine.sessions) == 2


def test_a_refusal_of_the_engine_is_kept_and_tried_again_when_a_session_goes(scene):
    scene.engine.room = 1
    scene.manager.want(X, "configuration", FAST, 0)
    scene.manager.want(Y, "bgp", None, 0)
    assert scene.entry(Y).reason is Reason.ENGINE_REFUSED
    assert scene.manager.refusals() == {Y: "the table of 1 sessions is full"}
    scene.manager.unwant(X, "configuration", 1)
    scene.manager.settle(1)
    assert scene.entry(Y).reason is Reason.ENGINE_REFUSED
    scene.drain(scene.engine.gone(1, 3 * S))
    assert scene.entry(Y).reason is Reason.NO_ANSWER
    assert scene.manager.refusals() == {}


def test_switching_learned_sessions_off_withdraws_first(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    scene.engine.taken()
    changes = scene.manager.set_policy(LearnedPolicy(enabled=False), 2 * S)
    assert [(one.old, one.new) for one in changes] == [(UP, UNKNOWN)]
    assert scene.engine.taken() == []
    assert scene.down().changes == [], "a session on its way out no longer counts"
    scene.manager.settle(3 * S)
    assert scene.engine.taken() == [("remove", str(X))]


def test_a_session_wanted_again_before_it_settled_goes_on(scene):
    scene.manager.want(X, "configuration", FAST, 0)
    scene.up()
    scene.engine.looks[1] = dataclasses.replace(scene.engine.looks[1], state=BfdState.UP)
    scene.manager.unwant(X, "configuration", 2 * S)
    changes = scene.manager.want(X, "configuration", FAST, 2 * S)
    assert [one.new for one in changes] == [UNKNOWN, UP]
    scene.manager.settle(2 * S)
    assert ("remove", str(X)) not in scene.engine.taken()


def test_a_session_wanted_again_while_it_says_admin_down_is_revived(scene):
    scene.manager.want(X, "configuration", FAST, 0)
    scene.manager.unwant(X, "configuration", 1)
    scene.manager.settle(1)
    assert scene.manager.leaving() == 1
    scene.manager.want(X, "configuration", FAST, 2)
    assert scene.manager.leaving() == 0
    assert [one.id for one in scene.manager.sessions()] == [1]


def test_gap_2_what_a_session_went_through_before_its_entry_is_not_the_entrys_failure(scene):
    scene.manager.want(X, "configuration", FAST, 0)
    scene.up()
    scene.down()
    scene.engine.looks[1] = dataclasses.replace(scene.engine.looks[1], slot=Slot.DEAD)
    scene.manager.unwant(X, "configuration", 3 * S)
    changes = scene.manager.want(X, "configuration", FAST, 3 * S)
    assert [one.new for one in changes] == [UNKNOWN]
    assert ("clear", str(X)) in scene.engine.taken()
    assert scene.entry().state is UNKNOWN


def test_another_source_address_makes_another_session_and_ends_the_old_one(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.up()
    scene.engine.taken()
    other = dataclasses.replace(HERE, address=ip_address("198.51.100.9"))
    changes = scene.manager.set_attachments([other], 2 * S)
    assert scene.engine.taken() == [("remove", str(X)), ("make", str(X))]
    assert [one.new for one in changes] == [UNKNOWN]
    assert scene.drain(failed(1, 3 * S)).changes == [], "the old session's end is not the next hop's"


def test_an_added_address_leaves_the_sessions_alone(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.engine.taken()
    more = Attachment(0, "lan0", ip_address("198.51.100.9"), LAN)
    assert scene.manager.set_attachments([HERE, more], 1) == []
    assert scene.engine.taken() == []


def test_an_address_that_comes_later_gives_waiting_next_hops_their_session():
    scene = Scene(attachments=())
    scene.manager.want(X, "bgp", None, 0)
    assert scene.entry().reason is Reason.NO_PORT
    scene.manager.set_attachments([HERE], 1)
    assert scene.engine.taken() == [("make", str(X))]


def test_an_orderly_stop_ends_every_session(scene):
    scene.manager.want(X, "bgp", None, 0)
    scene.manager.want(Y, "configuration", FAST, 0)
    assert scene.manager.leave() == 2
    assert {one.leaving for one in scene.manager.sessions()} == {True}
    scene.drain(scene.engine.gone(1, 3 * S), scene.engine.gone(2, 3 * S))
    assert scene.manager.leaving() == 0
