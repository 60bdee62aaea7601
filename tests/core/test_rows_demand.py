# SPDX-License-Identifier: Apache-2.0
"""Rows 10 to 12, 82, 93, 126, 134 to 137 and 139 of the RFC 5880 checklist: Demand mode on our side, what a broken path beyond
the peer's says, a reset of the forwarding plane, and a next hop that is held."""

import pytest

from bfd_fastpath.wire.bfd import Diagnostic, Fault, Key, NextHop, PollPhase, State
from tests.core.conftest import New
from tests.core.scene import (
    FAST,
    LOCAL,
    MS,
    REMOTE,
    SECOND,
    Pair,
    bring_up,
    config,
    hold_up,
    peer,
    run,
    sent,
    settle,
)
from tests.core.signing import SHA1, signed
from tests.core.subject import Subject
from tests.core.test_rows_authentication import Ends, ends

__all__ = ["ends"]

CONCATENATED = Diagnostic.CONCATENATED_PATH_DOWN


def slot(session: Subject) -> NextHop:
    return session.view.next_hop


def up_with_demand(session: Subject) -> int:
    """Both ends Up, the Poll that said D for the first time answered."""
    now = bring_up(session, demand=False)
    for _ in range(3):
        run(session, now + 50 * MS)
        now += 60 * MS
        settle(session, now)
    assert session.view.demanding
    assert session.view.poll in (PollPhase.IDLE, PollPhase.HOLD)
    return now


def test_row_010_126_demand_is_said_only_while_both_ends_are_up(new: New) -> None:
    session = new(**FAST, demand=True)
    assert not session.packet().demand
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    assert not session.packet().demand
    session.receive(peer(State.INIT), MS)
    assert session.view.state is State.UP
    assert not session.packet().demand, "the peer has not said Up yet"
    session.receive(peer(State.UP), 2 * MS)
    assert session.packet().demand
    session.receive(peer(State.DOWN), 3 * MS)
    assert not session.packet().demand
    assert not new(**FAST).packet().demand


def test_row_011_saying_demand_and_no_longer_saying_it_are_poll_sequences(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(**FAST, demand=True), now)
    (first, *_) = [packet for _, packet in sent(run(session, now + 60 * MS))]
    assert (first.demand, first.poll) == (True, True)
    session.receive(peer(State.UP, final=True), now + 61 * MS)
    session.receive(peer(State.UP), now + 62 * MS)
    assert not session.packet().poll
    session.configure(config(**FAST), now + 63 * MS)
    assert session.view.demanding, "the peer may still be silent"
    (first, *_) = [packet for _, packet in sent(run(session, now + 120 * MS))]
    assert (first.demand, first.poll) == (False, True)
    session.receive(peer(State.UP, final=True), now + 121 * MS)
    assert not session.view.demanding


def test_row_011_a_session_that_wants_demand_polls_when_both_are_up(new: New) -> None:
    a, b = new(**FAST, demand=True), new(**FAST, discriminator=REMOTE, seed=5)
    pair = Pair(a, b)
    pair.run(5 * SECOND)
    assert pair.both_up
    polls = [packet for _, end, packet in pair.log if end == 0 and packet.poll and packet.demand]
    assert polls
    assert not a.packet().poll
    quiet = len([1 for _, end, _ in pair.log if end == 1])
    pair.run(5 * SECOND)
    assert len([1 for _, end, _ in pair.log if end == 1]) == quiet, "a peer that is asked to be silent is"
    assert pair.both_up
    assert a.view.next_hop is NextHop.LIVE


@pytest.mark.parametrize("whose", ["ours", "theirs"])
@pytest.mark.parametrize(
    "changed", [{"multiplier": 7}, {"desired_min_tx_us": 60_000}, {"concatenated_path": CONCATENATED}]
)
def test_row_012_with_demand_anywhere_other_contents_are_a_poll_sequence(
    new: New, whose: str, changed: dict[str, int]
) -> None:
    ours = {"demand": True} if whose == "ours" else {}
    session = new(**FAST, **ours)
    now = up_with_demand(session) if ours else bring_up(session)
    fields = {"demand": True} if whose == "theirs" else {}
    session.receive(peer(State.UP, **fields), now)
    assert not session.packet().poll
    session.configure(config(**FAST | ours | changed), now + MS)
    packets = [packet for _, packet in sent(run(session, now + 100 * MS))]
    assert session.packet().poll, packets
    settle(session, now + 101 * MS, **fields)
    assert not session.packet().poll


def test_row_012_without_demand_a_multiplier_needs_no_poll(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(**FAST, multiplier=7), now)
    run(session, now + 100 * MS)
    assert not session.packet().poll


def test_row_092_in_demand_mode_silence_means_nothing(new: New) -> None:
    session = new(**FAST, demand=True)
    now = up_with_demand(session)
    run(session, now + 100 * SECOND)
    assert session.view.state is State.UP
    assert session.view.detection_ns is None


def test_row_093_a_poll_without_answer_for_a_detection_time_means_down_with_diagnostic_1(new: New) -> None:
    session = new(desired_min_tx_us=40_000, required_min_rx_us=10_000, multiplier=4, demand=True)
    now = up_with_demand(session)
    later = now + 100 * SECOND
    run(session, later)
    session.poll(later)
    first = next(time for time, packet in sent(run(session, later + 60 * MS)) if packet.poll)
    # Our own multiplier, and the interval at which we send: the peer asks for 50 ms (6.8.4).
    assert session.view.detection_us == 4 * 50_000
    assert session.view.detection_ns == first + 200 * MS
    happened = run(session, first + 200 * MS)
    assert (session.view.state, session.view.diagnostic) == (State.DOWN, Diagnostic.CONTROL_EXPIRY)
    assert happened[-1][1].detected_ns == first + 200 * MS
    assert session.view.next_hop is NextHop.DEAD
    assert not session.view.demanding


def test_row_093_an_answer_in_time_ends_the_question(new: New) -> None:
    session = new(**FAST, demand=True)
    now = up_with_demand(session)
    run(session, now + SECOND)
    session.poll(now + SECOND)
    run(session, now + SECOND + 60 * MS)
    assert session.packet().poll
    session.receive(peer(State.UP, final=True), now + SECOND + 100 * MS)
    run(session, now + 60 * SECOND)
    assert session.view.state is State.UP


def test_row_093_other_packets_of_the_peer_do_not_answer(new: New) -> None:
    session = new(**FAST, demand=True)
    now = up_with_demand(session)
    session.poll(now)
    hold_up(session, now, now + SECOND)
    assert session.view.state is State.DOWN


def test_a_poll_during_another_changes_nothing(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.poll(now)
    session.poll(now)
    assert session.view.poll is PollPhase.ARMED
    run(session, now + 60 * MS)
    session.poll(now + 60 * MS)
    settle(session, now + 61 * MS)
    assert session.view.poll is not PollPhase.ARMED


@pytest.mark.parametrize("way", ["reset", "admin down"])
def test_leaving_up_by_ourselves_after_long_silence_keeps_the_peer_for_a_detection_time(
    new: New, way: str
) -> None:
    session = new(**FAST, demand=True)
    now = up_with_demand(session) + 500 * SECOND
    run(session, now)
    if way == "reset":
        session.forwarding_reset(now)
    else:
        session.configure(config(**FAST, demand=True, admin_down=True), now)
    run(session, now + 140 * MS)
    assert session.view.remote_discriminator == REMOTE
    assert not session.view.demanding
    run(session, now + SECOND)
    assert session.view.remote_discriminator == 0


def test_row_134_a_peer_that_ends_demand_gets_periodic_packets_again(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, demand=True), now)
    assert session.view.next_tx_ns is None
    session.receive(peer(State.UP), now + SECOND)
    assert sent(run(session, now + SECOND + 100 * MS))


@pytest.mark.parametrize("state", [State.INIT, State.UP])
def test_row_135_136_a_reset_of_the_forwarding_plane_is_down_with_diagnostic_4(
    new: New, state: State
) -> None:
    session = new(**FAST)
    if state is State.UP:
        now = bring_up(session)
    else:
        session.receive(peer(State.DOWN, your_discriminator=0), 0)
        now = MS
    outcome = session.forwarding_reset(now)
    assert outcome.send is not None
    assert (outcome.send.state, outcome.send.diagnostic) == (State.DOWN, Diagnostic.FORWARDING_RESET)
    assert session.view.next_hop is (NextHop.DEAD if state is State.UP else NextHop.UNKNOWN)
    assert session.forwarding_reset(now).send is None


def test_row_135_a_disabled_session_stays_disabled(new: New) -> None:
    session = new(**FAST, admin_down=True)
    assert session.forwarding_reset(0).send is None
    assert (session.view.state, session.view.diagnostic) == (State.ADMIN_DOWN, Diagnostic.ADMIN_DOWN)


def test_row_136_the_peer_follows_and_the_session_comes_back(new: New) -> None:
    a, b = new(**FAST), new(**FAST, discriminator=REMOTE, seed=5)
    pair = Pair(a, b)
    pair.run(5 * SECOND)
    pair.carry(0, a.forwarding_reset(pair.now))
    pair.run(pair.delay)
    assert (b.view.state, b.view.diagnostic, b.view.remote_diagnostic) == (State.DOWN, 3, 4)
    pair.run(5 * SECOND)
    assert pair.both_up


def test_row_137_a_path_that_is_known_to_be_down_is_admin_down_with_diagnostic_5(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    first = session.configure(config(**FAST, path_down=True), now).send
    assert first is not None
    assert (first.state, first.diagnostic) == (State.ADMIN_DOWN, Diagnostic.PATH_DOWN)
    second = session.configure(config(**FAST, admin_down=True), now + MS).send
    assert second is not None
    assert (second.state, second.diagnostic) == (State.ADMIN_DOWN, Diagnostic.ADMIN_DOWN)
    session.configure(config(**FAST), now + 2 * MS)
    assert session.view.state is State.DOWN


@pytest.mark.parametrize("diagnostic", [CONCATENATED, Diagnostic.REVERSE_CONCATENATED_PATH_DOWN])
def test_row_127_139_a_broken_path_beyond_is_told_at_once_and_changes_no_state(
    new: New, diagnostic: Diagnostic
) -> None:
    session = new(**FAST)
    now = bring_up(session)
    told = session.configure(config(**FAST, concatenated_path=diagnostic), now).send
    assert told is not None
    assert (told.state, told.diagnostic, told.poll) == (State.UP, diagnostic, False)
    assert session.configure(config(**FAST, concatenated_path=diagnostic), now).send is None
    assert session.view.next_hop is NextHop.LIVE
    mended = session.configure(config(**FAST), now + MS).send
    assert mended is not None
    assert mended.diagnostic == Diagnostic.NONE


def test_row_139_a_demanding_peer_is_told_by_a_poll(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, demand=True), now)
    told = session.configure(config(**FAST, concatenated_path=CONCATENATED), now + MS).send
    assert told is not None
    assert (told.diagnostic, told.poll) == (CONCATENATED, True)
    assert len(sent(run(session, now + 200 * MS))) >= 3, "until it is answered"


def test_row_093_a_poll_from_before_demand_mode_is_waited_for_from_its_beginning(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.poll(now)
    last = now
    for last in range(now + 20 * MS, now + 2 * SECOND, 20 * MS):
        run(session, last)
        session.receive(peer(State.UP), last)
    assert session.packet().poll, "never answered, and nobody cared"
    session.configure(config(**FAST, demand=True), last)
    run(session, last + MS)
    assert session.view.state is State.UP
    assert session.view.detection_ns is not None
    assert 0 <= session.view.detection_ns - last - session.view.detection_us * 1000 < 1000
    run(session, last + SECOND)
    assert (session.view.state, session.view.diagnostic) == (State.DOWN, Diagnostic.CONTROL_EXPIRY)


def test_demand_mode_and_a_broken_path_that_are_wanted_at_once_are_one_poll(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, demand=True), now)
    told = session.configure(config(**FAST, demand=True, concatenated_path=CONCATENATED), now + MS).send
    assert told is not None
    assert (told.demand, told.diagnostic, told.poll) == (True, CONCATENATED, True)
    session.receive(peer(State.UP, demand=True, final=True), now + 2 * MS)
    assert not [packet for _, packet in sent(run(session, now + SECOND)) if packet.poll], "all was told"


def test_a_broken_path_beyond_is_said_only_while_up(new: New) -> None:
    session = new(**FAST, concatenated_path=CONCATENATED)
    assert session.packet().diagnostic == Diagnostic.NONE
    now = bring_up(session)
    assert session.packet().diagnostic == CONCATENATED
    run(session, now + SECOND)
    assert (session.view.state, session.packet().diagnostic) == (State.DOWN, Diagnostic.CONTROL_EXPIRY)


def test_a_held_next_hop_stays_dead_when_the_session_returns(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    run(session, now + SECOND)
    session.hold(True)
    bring_up(session, now + 2 * SECOND)
    assert (session.view.state, session.view.next_hop) == (State.UP, NextHop.DEAD)
    session.hold(False)
    assert slot(session) is NextHop.LIVE


def test_a_hold_that_ends_while_the_session_is_down_revives_nothing(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.hold(True)
    assert slot(session) is NextHop.LIVE, "a hold alone takes nothing away"
    run(session, now + SECOND)
    session.hold(False)
    assert slot(session) is NextHop.DEAD
    bring_up(session, now + 2 * SECOND)
    assert slot(session) is NextHop.LIVE


def test_a_peer_that_says_admin_down_makes_a_held_next_hop_unknown(new: New) -> None:
    session = new(**FAST, discriminator=LOCAL)
    now = bring_up(session)
    session.hold(True)
    run(session, now + SECOND)
    session.receive(peer(State.ADMIN_DOWN, your_discriminator=0), now + 2 * SECOND)
    assert slot(session) is NextHop.UNKNOWN


def test_row_082_a_demanded_silence_does_not_make_an_old_packet_a_new_one(ends: Ends) -> None:
    """The Detection Time in Demand mode is that of an answer, ours: 10 x 50 ms here, where the peer's packets have 3 x 50 ms."""
    key = Key(3, SHA1, b"demanding")
    for wait, fault in [(999 * MS, Fault.AUTH_SEQUENCE), (1000 * MS, None)]:
        end = ends([key])
        end.subject.configure(config(**FAST, authentication=True, demand=True, multiplier=10), 0)
        answers = (
            peer(State.DOWN, your_discriminator=0),
            *(peer(State.UP, final=final) for final in (False, True, True)),
        )
        for number, packet in enumerate(answers):
            assert end.hear(signed(packet, key, 1000 + number), number * MS) is None
        assert end.subject.view.demanding
        assert end.hear(signed(peer(State.DOWN), key, 7), 3 * MS + wait) is fault
        assert end.subject.view.state is (State.DOWN if fault is None else State.UP)
