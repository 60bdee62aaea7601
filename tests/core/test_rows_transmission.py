# SPDX-License-Identifier: Apache-2.0
"""Rows 86-88, 112, 113, 115-120, 122, 123, 127 and 128 of the RFC 5880 checklist: when packets go and what they say."""

import itertools

import pytest

from bfd_fastpath.wire.bfd import Packet, State, decode
from tests.core.conftest import New
from tests.core.scene import (
    FAST,
    LOCAL,
    MS,
    REMOTE,
    SECOND,
    bring_up,
    config,
    hold_up,
    peer,
    run,
    sent,
    settle,
)


def gaps(packets: list[tuple[int, Packet]]) -> list[int]:
    times = [time for time, _ in packets]
    return [after - before for before, after in itertools.pairwise(times)]


def long_run(new: New, **fields: object) -> list[int]:
    session = new(**fields)
    now = bring_up(session)
    return gaps(hold_up(session, now, now + 60 * SECOND, every=30 * MS))


@pytest.mark.parametrize("state", [State.DOWN, State.INIT, State.ADMIN_DOWN])
def test_row_086_not_up_means_a_second_at_least(new: New, state: State) -> None:
    session = new(**FAST, admin_down=state is State.ADMIN_DOWN)
    if state is State.INIT:
        session.receive(peer(State.DOWN, your_discriminator=0, desired_min_tx_us=10_000_000), 0)
    assert session.view.state is state
    assert session.packet().desired_min_tx_us == 1_000_000
    intervals = gaps(sent(run(session, 20 * SECOND)))
    assert min(intervals) >= 750 * MS
    session.configure(config(desired_min_tx_us=10_000, admin_down=state is State.ADMIN_DOWN), 20 * SECOND)
    assert session.packet().desired_min_tx_us == 1_000_000


def test_row_087_a_lowered_remote_min_rx_shortens_the_running_interval(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session, required_min_rx_us=2_000_000, desired_min_tx_us=3_000_000)
    ((last, _),) = sent(run(session, now + 2 * SECOND))[-1:]
    assert session.next_tx >= last + 1_500 * MS
    session.receive(peer(State.UP), last + MS)
    assert last + 37 * MS <= session.next_tx <= last + 50 * MS


def test_row_088_and_sends_at_once_when_it_has_passed_already(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session, required_min_rx_us=2_000_000, desired_min_tx_us=3_000_000)
    ((last, _),) = sent(run(session, now + 2 * SECOND))[-1:]
    session.receive(peer(State.UP), last + 700 * MS)
    assert session.next_tx < last + 700 * MS
    assert session.timer(last + 700 * MS).send is not None


def test_row_112_123_a_demanding_peer_gets_nothing_periodic_but_polls(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, demand=True), now)
    assert session.view.next_tx_ns is None
    assert hold_up(session, now, now + SECOND, demand=True) == []
    session.configure(config(desired_min_tx_us=60_000, required_min_rx_us=50_000), now + SECOND)
    polls = hold_up(session, now + SECOND, now + 2 * SECOND, demand=True)
    assert len(polls) > 10
    assert all(packet.poll for _, packet in polls)
    session.receive(peer(State.UP, demand=True, final=True), now + 2 * SECOND)
    assert hold_up(session, now + 2 * SECOND, now + 3 * SECOND, demand=True) == []


def test_row_113_periodic_again_when_demand_ends_or_the_session_leaves_up(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, demand=True), now)
    session.receive(peer(State.UP), now + SECOND)
    assert session.timer(now + SECOND).send is not None
    session.receive(peer(State.UP, demand=True), now + SECOND)
    session.receive(peer(State.DOWN, demand=True), now + 2 * SECOND)
    assert session.view.next_tx_ns is not None


def test_row_113_a_d_bit_before_both_are_up_does_not_stop_us(new: New) -> None:
    session = new(**FAST)
    session.receive(peer(State.DOWN, your_discriminator=0, demand=True), 0)
    assert session.view.next_tx_ns is not None


@pytest.mark.parametrize(
    ("desired", "remote", "interval"), [(50_000, 20_000, 50), (20_000, 50_000, 50), (30_000, 30_000, 30)]
)
def test_row_115_never_faster_than_the_slower_wish_less_jitter(
    new: New, desired: int, remote: int, interval: int
) -> None:
    session = new(desired_min_tx_us=desired, required_min_rx_us=50_000)
    now = bring_up(session, required_min_rx_us=remote)
    session.receive(peer(State.UP, required_min_rx_us=remote), now)
    between = gaps(hold_up(session, now, now + 20 * SECOND, every=30 * MS, required_min_rx_us=remote))
    assert min(between) >= interval * MS * 75 // 100
    assert max(between) <= interval * MS


def test_row_116_117_jitter_is_drawn_for_each_packet_from_0_to_25_percent(new: New) -> None:
    between = long_run(new, **FAST)
    assert min(between) >= 37_500_000
    assert max(between) <= 50_000_000
    assert min(between) < 38_000_000
    assert max(between) > 49_500_000
    assert len(set(between)) > len(between) * 9 // 10
    assert 43_000_000 < sum(between) / len(between) < 44_500_000


def test_row_118_119_with_detect_mult_1_from_10_to_25_percent(new: New) -> None:
    between = long_run(new, **FAST, multiplier=1)
    assert min(between) >= 37_500_000
    assert max(between) <= 45_000_000
    assert min(between) < 37_900_000
    assert max(between) > 44_600_000


def test_row_120_the_interval_follows_both_wishes(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    ((last, _),) = sent(run(session, now + 50 * MS))[-1:]
    session.receive(peer(State.UP, required_min_rx_us=400_000), last + MS)
    assert last + 300 * MS <= session.next_tx <= last + 400 * MS
    session.receive(peer(State.UP, required_min_rx_us=1), last + 2 * MS)
    assert session.next_tx <= last + 50 * MS
    session.configure(config(desired_min_tx_us=20_000, required_min_rx_us=50_000), last + 3 * MS)
    assert last + 15 * MS <= session.next_tx <= last + 20 * MS


def test_row_122_remote_min_rx_zero_stops_periodic_packets(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, required_min_rx_us=0), now)
    assert session.view.next_tx_ns is None
    assert session.view.negotiated_tx_us == 0
    session.configure(config(desired_min_tx_us=60_000, required_min_rx_us=50_000), now)
    assert hold_up(session, now, now + SECOND, required_min_rx_us=0) == []
    session.receive(peer(State.UP), now + SECOND)
    assert session.timer(now + SECOND).send is not None


def test_row_127_a_change_of_state_is_said_early(new: New) -> None:
    session = new(**FAST)
    first = session.timer(0).send
    assert first is not None
    init = session.receive(peer(State.DOWN, your_discriminator=0), MS).send
    assert init is not None
    assert init.state is State.INIT
    up = session.receive(peer(State.INIT), 2 * MS).send
    assert up is not None
    assert up.state is State.UP
    settle(session, 3 * MS)
    down = session.receive(peer(State.DOWN), 4 * MS).send
    assert down is not None
    assert (down.state, down.diagnostic) == (State.DOWN, 3)
    assert session.next_tx >= 4 * MS + 750 * MS, "one early packet, then the ordinary interval"


def test_row_127_detection_and_commands_too(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    happened = run(session, now + 150 * MS)
    time, outcome = happened[-1]
    assert time == now + 150 * MS
    assert outcome.send is not None
    assert (outcome.send.state, outcome.send.diagnostic) == (State.DOWN, 1)
    away = session.configure(config(**FAST, admin_down=True), now + 160 * MS).send
    assert away is not None
    assert (away.state, away.diagnostic) == (State.ADMIN_DOWN, 7)
    back = session.configure(config(**FAST), now + 170 * MS).send
    assert back is not None
    assert back.state is State.DOWN


def test_row_127_a_final_answer_says_it_as_well_and_no_second_packet_goes(new: New) -> None:
    session = new(**FAST)
    outcome = session.receive(peer(State.DOWN, your_discriminator=0, poll=True), MS)
    assert outcome.send is None
    assert outcome.final is not None
    assert outcome.final.state is State.INIT


def test_row_128_every_field(new: New) -> None:
    session = new(desired_min_tx_us=300_000, required_min_rx_us=400_000, multiplier=7)
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    up = session.receive(peer(State.UP, demand=True, control_plane_independent=True), MS).send
    assert up is not None
    octets = bytes(up)
    assert octets[0] == 0x20, "version 1, diagnostic 0"
    assert octets[1] == 0xE0, "Up, Poll; no C, A, D, M"
    assert octets[2:4] == bytes([7, 24])
    words = [int.from_bytes(octets[at : at + 4]) for at in range(4, 24, 4)]
    assert words == [LOCAL, REMOTE, 300_000, 400_000, 0]
    assert len(octets) == 24
    assert decode(octets) == up


def test_a_peer_slower_than_we_are_is_not_taken_for_dead(new: New) -> None:
    session = new(desired_min_tx_us=10_000, required_min_rx_us=10_000)
    now = bring_up(session, desired_min_tx_us=1_000_000)
    hold_up(session, now, now + 30 * SECOND, every=1_000 * MS, desired_min_tx_us=1_000_000)
    assert session.view.state is State.UP
    assert session.view.detection_us == 3_000_000
