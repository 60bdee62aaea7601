# SPDX-License-Identifier: Apache-2.0
"""Rows 7-9, 83-85, 90, 91, 111, 124 and 125 of the RFC 5880 checklist: poll sequences and changes of timers."""

import pytest

from bfd_fastpath.wire.bfd import PollPhase, State
from tests.core.conftest import New
from tests.core.scene import FAST, MS, Pair, bring_up, config, hold_up, peer, run, sent, settle
from tests.core.subject import Subject


def phase(session: Subject) -> PollPhase:
    return session.view.poll


def test_row_007_a_final_answer_never_polls(new: New) -> None:
    session = new(**FAST)
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    session.receive(peer(State.UP), MS)
    assert session.packet().poll
    answer = session.receive(peer(State.UP, poll=True), 2 * MS)
    assert answer.final is not None
    assert answer.final.final
    assert not answer.final.poll
    assert not session.packet().final


def test_row_008_009_a_poll_rides_on_the_scheduled_packets_and_adds_none(new: New) -> None:
    plain, polling = new(**FAST), new(**FAST)
    start = bring_up(plain)
    bring_up(polling)
    change = polling.configure(config(desired_min_tx_us=50_000, required_min_rx_us=60_000), start)
    assert change.send is None
    without = hold_up(plain, start, start + 1000 * MS)
    during = hold_up(polling, start, start + 1000 * MS)
    assert [time for time, _ in during] == [time for time, _ in without]
    assert all(packet.poll for _, packet in during)
    assert not any(packet.poll for _, packet in without)


@pytest.mark.parametrize("change", [{"desired_min_tx_us": 70_000}, {"required_min_rx_us": 70_000}])
@pytest.mark.parametrize("lower", [False, True])
def test_row_083_a_change_of_either_timer_starts_a_poll(
    new: New, change: dict[str, int], lower: bool
) -> None:
    session = new(**FAST)
    now = bring_up(session)
    assert not session.packet().poll
    if lower:
        change = dict.fromkeys(change, 20000)
    session.configure(config(**{**FAST, **change}), now)
    ((_, packet),) = sent(run(session, now + 51 * MS))[:1]
    assert packet.poll
    assert (packet.desired_min_tx_us, packet.required_min_rx_us) == tuple({**FAST, **change}.values())


def test_row_083_each_up_and_down_edge_changes_desired_min_tx_and_polls(new: New) -> None:
    session = new(**FAST)
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    assert not session.packet().poll
    up = session.receive(peer(State.UP), MS).send
    assert up is not None
    assert (up.poll, up.desired_min_tx_us) == (True, 50_000)
    settle(session, 2 * MS)
    assert not session.packet().poll
    down = session.receive(peer(State.DOWN), 3 * MS).send
    assert down is not None
    assert (down.poll, down.desired_min_tx_us) == (True, 1_000_000)


def test_row_083_no_change_no_poll(new: New) -> None:
    session = new()
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    up = session.receive(peer(State.UP), MS).send
    assert up is not None
    assert not up.poll, "a second while Down and a second while Up: nothing changed"
    session.configure(config(), 2 * MS)
    assert phase(session) is PollPhase.IDLE


def test_row_084_a_raised_desired_min_tx_waits_for_the_poll_while_up(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(desired_min_tx_us=200_000, required_min_rx_us=50_000), now)
    packets = hold_up(session, now, now + 400 * MS)
    assert session.view.negotiated_tx_us == 50_000
    assert len(packets) >= 8
    assert {packet.desired_min_tx_us for _, packet in packets} == {200_000}
    session.receive(peer(State.UP, final=True), now + 400 * MS)
    assert session.view.negotiated_tx_us == 200_000


def test_row_085_a_lowered_required_min_rx_waits_for_the_poll_while_up(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session, desired_min_tx_us=10_000)
    assert session.view.detection_us == 150_000
    session.configure(config(desired_min_tx_us=50_000, required_min_rx_us=10_000), now)
    packets = hold_up(session, now, now + 200 * MS, desired_min_tx_us=10_000)
    assert session.view.detection_us == 150_000
    assert {packet.required_min_rx_us for _, packet in packets} == {10_000}
    session.receive(peer(State.UP, final=True, desired_min_tx_us=10_000), now + 200 * MS)
    assert session.view.detection_us == 30_000


def test_row_084_085_a_final_does_not_confirm_what_was_changed_after_its_poll_began(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(desired_min_tx_us=100_000, required_min_rx_us=40_000), now)
    run(session, now + 50 * MS)
    assert phase(session) is PollPhase.SENT
    session.configure(config(desired_min_tx_us=300_000, required_min_rx_us=20_000), now + 51 * MS)
    session.receive(peer(State.UP, final=True, desired_min_tx_us=10_000), now + 52 * MS)
    assert session.view.negotiated_tx_us == 50_000
    assert session.view.detection_us == 150_000
    session.receive(peer(State.UP, desired_min_tx_us=10_000), now + 53 * MS)
    run(session, now + 103 * MS)
    session.receive(peer(State.UP, final=True, desired_min_tx_us=10_000), now + 104 * MS)
    assert session.view.negotiated_tx_us == 300_000
    assert session.view.detection_us == 60_000


def test_row_090_other_changes_take_effect_at_once(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(desired_min_tx_us=20_000, required_min_rx_us=50_000), now)
    assert session.view.negotiated_tx_us == 50_000, "the peer's RequiredMinRx still rules"
    session.receive(peer(State.UP, required_min_rx_us=1), now + MS)
    assert session.view.negotiated_tx_us == 20_000
    session.configure(config(desired_min_tx_us=20_000, required_min_rx_us=400_000), now + 2 * MS)
    assert session.view.detection_us == 1_200_000
    session.receive(peer(State.UP, multiplier=5), now + 3 * MS)
    assert session.view.detection_us == 2_000_000
    session.receive(peer(State.UP, desired_min_tx_us=600_000), now + 4 * MS)
    assert session.view.detection_us == 1_800_000


def test_row_090_while_not_up_every_change_takes_effect_at_once(new: New) -> None:
    session = new(desired_min_tx_us=3_000_000, required_min_rx_us=3_000_000)
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    assert (session.view.negotiated_tx_us, session.view.detection_us) == (3_000_000, 9_000_000)
    session.configure(config(desired_min_tx_us=2_000_000, required_min_rx_us=100_000), MS)
    assert (session.view.negotiated_tx_us, session.view.detection_us) == (2_000_000, 300_000)
    session.configure(config(desired_min_tx_us=5_000_000, required_min_rx_us=100_000), 2 * MS)
    assert session.view.negotiated_tx_us == 5_000_000


def test_row_091_changes_before_the_first_poll_packet_share_it(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(desired_min_tx_us=60_000, required_min_rx_us=50_000), now)
    session.configure(config(desired_min_tx_us=60_000, required_min_rx_us=40_000), now)
    run(session, now + 50 * MS)
    settle(session, now + 51 * MS)
    assert phase(session) is PollPhase.IDLE
    assert not session.packet().poll


def start_second_change(new: New) -> tuple[Subject, int]:
    """A Poll has been answered 20 ms after its first packet, and another change waits."""
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(desired_min_tx_us=60_000, required_min_rx_us=50_000), now)
    ((first, _),) = sent(run(session, now + 50 * MS))
    session.configure(config(desired_min_tx_us=80_000, required_min_rx_us=50_000), first + MS)
    return session, first


def test_row_091_the_next_poll_waits_for_a_packet_without_final(new: New) -> None:
    session, first = start_second_change(new)
    session.receive(peer(State.UP, final=True), first + 20 * MS)
    assert phase(session) is PollPhase.HOLD
    assert not session.packet().poll
    session.receive(peer(State.UP, final=True), first + 21 * MS)
    assert phase(session) is PollPhase.HOLD, "a second Final may belong to the same Poll"
    session.receive(peer(State.UP), first + 22 * MS)
    assert phase(session) is PollPhase.ARMED


def test_row_091_or_for_a_round_trip(new: New) -> None:
    session, first = start_second_change(new)
    session.receive(peer(State.UP, final=True), first + 20 * MS)
    run(session, first + 40 * MS - 1)
    assert phase(session) is PollPhase.HOLD
    run(session, first + 40 * MS)
    assert phase(session) in (PollPhase.ARMED, PollPhase.SENT)
    packets = sent(run(session, first + 100 * MS))
    assert packets[-1][1].poll


def test_row_091_nothing_waits_when_the_last_poll_is_long_over(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(desired_min_tx_us=60_000, required_min_rx_us=50_000), now)
    ((first, _),) = sent(run(session, now + 50 * MS))
    session.receive(peer(State.UP, final=True), first + MS)
    session.configure(config(desired_min_tx_us=80_000, required_min_rx_us=50_000), first + 30 * MS)
    assert phase(session) is PollPhase.ARMED


def test_row_111_final_ends_the_poll(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.configure(config(desired_min_tx_us=50_000, required_min_rx_us=70_000), now)
    assert all(packet.poll for _, packet in hold_up(session, now, now + 300 * MS))
    session.receive(peer(State.UP, final=True), now + 300 * MS)
    assert not session.packet().poll
    assert not any(packet.poll for _, packet in hold_up(session, now + 301 * MS, now + 600 * MS))


def test_row_111_a_final_that_answers_nothing_changes_nothing(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, final=True), now + MS)
    assert phase(session) is PollPhase.IDLE


@pytest.mark.parametrize("state", [State.DOWN, State.INIT, State.UP])
def test_row_124_a_poll_is_answered_at_once_in_any_state(new: New, state: State) -> None:
    session = new(**FAST)
    if state is not State.DOWN:
        session.receive(peer(State.DOWN, your_discriminator=0), 0)
    if state is State.UP:
        session.receive(peer(State.UP), 0)
    heard = {State.DOWN: State.UP, State.INIT: State.DOWN, State.UP: State.UP}[state]
    for step in range(1, 6):
        outcome = session.receive(peer(heard, poll=True), step)
        assert outcome.final is not None
        assert (outcome.final.final, outcome.final.poll, outcome.final.state) == (True, False, state)
        assert outcome.send is None


def test_row_124_even_towards_a_peer_that_wants_nothing_periodic_or_demands(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    for fields in ({"required_min_rx_us": 0}, {"demand": True}):
        session.receive(peer(State.UP, **fields), now + MS)
        assert session.view.next_tx_ns is None
        answer = session.receive(peer(State.UP, poll=True, **fields), now + 2 * MS)
        assert answer.final is not None


def test_row_125_final_answers_are_not_rate_limited(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    answers = [session.receive(peer(State.UP, poll=True), now + step).final for step in range(1000)]
    assert all(answer is not None and answer.final for answer in answers)


def test_two_ends_settle_on_new_timers_without_a_flap(new: New) -> None:
    a, b = new(**FAST), new(**FAST, discriminator=0x45600001, seed=2)
    pair = Pair(a, b, delay=3 * MS)
    pair.run(5_000 * MS)
    assert pair.both_up
    for tx, rx in ((300_000, 300_000), (10_000, 10_000), (20_000, 500_000), (50_000, 50_000)):
        a.configure(config(desired_min_tx_us=tx, required_min_rx_us=rx), pair.now)
        pair.run(4_000 * MS)
        assert pair.ups_lost == []
        assert a.view.negotiated_tx_us == b.view.negotiated_rx_us == max(tx, 50_000)
        assert b.view.negotiated_tx_us == a.view.negotiated_rx_us == max(rx, 50_000)
        assert a.view.poll in (PollPhase.IDLE, PollPhase.HOLD)
