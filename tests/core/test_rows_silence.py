# SPDX-License-Identifier: Apache-2.0
"""Rows 92, 137, 138, 140 and 141 of the RFC 5880 checklist, orderly removal, and the next hop that a session guards."""

import pytest

from bfd_fastpath.wire.bfd import Diagnostic, NextHop, Role, State
from tests.core.conftest import New
from tests.core.scene import FAST, LOCAL, MS, REMOTE, SECOND, Pair, bring_up, config, peer, run, sent
from tests.core.subject import Subject


def detected(session: Subject, until: int) -> list[int]:
    return [time for time, outcome in run(session, until) if outcome.detected_ns is not None]


def slot(session: Subject) -> NextHop:
    return session.view.next_hop


@pytest.mark.parametrize("state", [State.INIT, State.UP])
def test_row_092_silence_for_a_detection_time_means_down_with_diagnostic_1(new: New, state: State) -> None:
    session = new(**FAST)
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    if state is State.UP:
        session.receive(peer(State.UP), 0)
    assert session.view.state is state
    assert detected(session, 150 * MS - 1) == []
    assert session.view.state is state
    assert detected(session, SECOND) == [150 * MS]
    assert (session.view.state, session.view.diagnostic) == (State.DOWN, 1)


def test_row_092_the_detection_time_is_the_remote_multiplier_times_the_slower_wish(new: New) -> None:
    session = new(desired_min_tx_us=10_000, required_min_rx_us=20_000, multiplier=9)
    session.receive(peer(State.DOWN, your_discriminator=0, desired_min_tx_us=1_000_000, multiplier=4), 0)
    assert session.view.detection_us == 4_000_000
    session.receive(peer(State.UP, desired_min_tx_us=5_000, multiplier=4), 0)
    assert session.view.detection_us == 80_000


def test_row_092_a_hello_taken_the_short_way_counts(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    for step in range(1, 200):
        session.receive(peer(State.UP), now + step * 100 * MS)
        run(session, now + step * 100 * MS + 99 * MS)
    assert session.view.state is State.UP
    assert session.view.detection_ns == now + 19_900 * MS + 150 * MS
    assert getattr(session, "short_ways", 199) == 199


def test_row_137_enable_is_down_and_disable_is_admin_down_with_its_diagnostic(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    for diagnostic in (Diagnostic.ADMIN_DOWN, Diagnostic.PATH_DOWN):
        session.admin_down(diagnostic, now)
        assert (session.view.state, session.view.diagnostic) == (State.ADMIN_DOWN, diagnostic)
    session.admin_up(now + MS)
    assert session.view.state is State.DOWN
    assert new(admin_down=True).view.state is State.ADMIN_DOWN
    assert new(admin_down=True).view.diagnostic == 7


def test_row_138_admin_down_is_said_for_as_long_as_it_lasts(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(**FAST, admin_down=True), now)
    packets = sent(run(session, now + 10 * SECOND))
    assert {packet.state for _, packet in packets} == {State.ADMIN_DOWN}
    assert packets[-1][0] > now + 8_900 * MS


@pytest.mark.parametrize(("remote_min_rx", "stays"), [(50_000, 3_000), (2_000_000, 6_000)])
def test_row_138_a_removed_session_says_admin_down_for_the_peers_detection_time(
    new: New, remote_min_rx: int, stays: int
) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, required_min_rx_us=remote_min_rx, desired_min_tx_us=10_000_000), now)
    first = session.remove(now).send
    assert first is not None
    assert (first.state, first.diagnostic, first.desired_min_tx_us) == (State.ADMIN_DOWN, 7, 1_000_000)
    assert slot(session) is NextHop.UNKNOWN
    assert session.remove(now + SECOND).send is None, "repeating it changes nothing"
    happened = run(session, now + 60 * SECOND)
    assert happened[-1] == (now + stays * MS, happened[-1][1])
    assert happened[-1][1].done
    assert len(sent(happened)) >= 2
    assert session.view.deadline_ns is None


def test_row_138_the_peer_of_a_removed_session_never_detects_a_failure(new: New) -> None:
    a, b = new(**FAST), new(**FAST, discriminator=REMOTE, seed=5)
    pair = Pair(a, b)
    pair.run(5 * SECOND)
    assert pair.both_up
    pair.carry(0, a.remove(pair.now))
    pair.run(2_999 * MS)
    assert b.view.state is State.DOWN
    assert (b.view.diagnostic, b.view.remote_state) == (3, State.ADMIN_DOWN)
    assert b.view.next_hop is NextHop.UNKNOWN


def test_a_passive_session_that_heard_nothing_is_gone_at_once(new: New) -> None:
    session = new(role=Role.PASSIVE)
    outcome = session.remove(SECOND)
    assert outcome.done
    assert outcome.send is None


def test_a_removal_is_taken_back_by_configuring_again(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.remove(now)
    session.configure(config(**FAST), now + SECOND)
    assert session.view.state is State.DOWN
    assert not any(outcome.done for _, outcome in run(session, now + 30 * SECOND))


def test_row_140_141_down_keeps_what_it_knows_until_a_detection_time_of_silence(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.DOWN, required_min_rx_us=1_500_000, desired_min_tx_us=1_000_000), now)
    assert session.view.state is State.DOWN
    run(session, now + 3 * SECOND - 1)
    view = session.view
    assert (view.remote_discriminator, view.remote_min_rx_us, view.negotiated_tx_us) == (
        REMOTE,
        1_500_000,
        1_500_000,
    )
    assert detected(session, now + 3 * SECOND) == [now + 3 * SECOND]
    view = session.view
    assert (view.state, view.diagnostic) == (State.DOWN, 3)
    assert (view.remote_discriminator, view.remote_min_rx_us, view.negotiated_tx_us) == (0, 1, 1_000_000)
    assert detected(session, now + 60 * SECOND) == []


def test_the_diagnostic_is_not_cleared_by_coming_up_again(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    run(session, now + SECOND)
    assert session.view.diagnostic == 1
    bring_up(session, now + 2 * SECOND)
    assert session.view.diagnostic == 1


def test_next_hop_is_unknown_until_up_and_live_then(new: New) -> None:
    session = new(**FAST)
    run(session, 20 * SECOND)
    session.receive(peer(State.DOWN, your_discriminator=0), 20 * SECOND)
    run(session, 40 * SECOND)
    assert slot(session) is NextHop.UNKNOWN, "it came as far as Init and was never Up"
    assert not session.view.was_up
    bring_up(session, 50 * SECOND)
    assert slot(session) is NextHop.LIVE


@pytest.mark.parametrize("how", ["silence", "peer says Down"])
def test_next_hop_is_dead_when_a_session_that_was_up_fails(new: New, how: str) -> None:
    session = new(**FAST)
    now = bring_up(session)
    if how == "silence":
        run(session, now + SECOND)
    else:
        session.receive(peer(State.DOWN), now)
    assert slot(session) is NextHop.DEAD
    session.receive(peer(State.DOWN, your_discriminator=0), now + 2 * SECOND)
    run(session, now + 10 * SECOND)
    assert slot(session) is NextHop.DEAD, "half a handshake does not revive it"
    bring_up(session, now + 20 * SECOND)
    assert slot(session) is NextHop.LIVE


@pytest.mark.parametrize("how", ["peer", "us", "removal"])
@pytest.mark.parametrize("dead", [False, True])
def test_next_hop_is_unknown_after_any_admin_down(new: New, how: str, dead: bool) -> None:
    session = new(**FAST)
    now = bring_up(session)
    if dead:
        run(session, now + SECOND)
        assert slot(session) is NextHop.DEAD
    later = now + SECOND
    if how == "peer":
        session.receive(peer(State.ADMIN_DOWN), later)
    elif how == "us":
        session.configure(config(**FAST, admin_down=True), later)
    else:
        session.remove(later)
    assert slot(session) is NextHop.UNKNOWN


def test_clearing_makes_the_next_hop_unknown_and_the_session_runs_on(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.clear()
    assert (session.view.next_hop, session.view.state) == (NextHop.UNKNOWN, State.UP)
    run(session, now + SECOND)
    assert slot(session) is NextHop.DEAD


def test_a_late_worker_moves_the_detection_by_its_gap_and_one_interval_once(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    assert session.defer(40 * MS) == 90 * MS
    assert session.defer(40 * MS) == 0
    assert session.view.detection_ns == now + 240 * MS
    assert detected(session, now + 240 * MS - 1) == []
    session.receive(peer(State.UP), now + 200 * MS)
    assert session.view.detection_ns == now + 350 * MS
    assert session.defer(10 * MS) == 60 * MS, "a hello came in between"
    assert detected(session, now + 10 * SECOND) == [now + 410 * MS]


def test_never_by_more_than_one_detection_time(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    assert session.defer(10 * SECOND) == 150 * MS
    assert detected(session, now + 10 * SECOND) == [now + 300 * MS]


@pytest.mark.parametrize("state", [State.DOWN, State.ADMIN_DOWN])
def test_and_not_where_no_detection_is_pending(new: New, state: State) -> None:
    session = new(**FAST, admin_down=state is State.ADMIN_DOWN, discriminator=LOCAL)
    assert session.defer(MS) == 0
    session.receive(peer(State.ADMIN_DOWN), 0)
    assert session.view.state is state
    assert session.defer(MS) == 0
