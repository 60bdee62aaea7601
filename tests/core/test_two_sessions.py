# SPDX-License-Identifier: Apache-2.0
"""Two sessions and a link between them that delays, loses and is cut; all seeded, all in stepped time."""

import pytest

from bfd_fastpath.wire.bfd import NextHop, State
from tests.core.conftest import New
from tests.core.scene import FAST, MS, REMOTE, SECOND, Pair


def pair_of(new: New, seed: int = 1, **link: object) -> Pair:
    return Pair(
        new(**FAST, seed=seed),
        new(**FAST, discriminator=REMOTE, seed=seed + 100),
        seed=seed,
        **link,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("delay", [0, 1 * MS, 20 * MS])
def test_they_come_up_quickly_and_stay_up(new: New, delay: int) -> None:
    pair = pair_of(new, delay=delay)
    pair.run(200 * MS)
    assert pair.both_up
    pair.run(60 * SECOND)
    assert pair.ups_lost == []
    assert [end.view.detection_us for end in pair.ends] == [150_000, 150_000]


@pytest.mark.parametrize("seed", range(8))
def test_they_come_up_whatever_is_lost(new: New, seed: int) -> None:
    pair = pair_of(new, seed=seed, loss=0.4)
    pair.run(60 * SECOND)
    pair.loss = 0.0
    pair.run(10 * SECOND)
    assert pair.both_up
    assert [end.view.negotiated_tx_us for end in pair.ends] == [50_000, 50_000]
    assert [end.view.negotiated_rx_us for end in pair.ends] == [50_000, 50_000]
    assert not any(end.packet().poll for end in pair.ends)


@pytest.mark.parametrize("seed", range(4))
def test_a_down_without_a_lost_packet_never_happens_under_loss_of_others(new: New, seed: int) -> None:
    """With at most one loss in a row, three missed hellos cannot come together."""
    pair = pair_of(new, seed=seed)
    pair.run(2 * SECOND)
    for _ in range(100):
        pair.cut[0] = True
        pair.run(40 * MS)
        pair.cut[0] = False
        pair.run(200 * MS)
    assert pair.ups_lost == []


def test_cut_both_ways_is_noticed_by_both_within_the_detection_time(new: New) -> None:
    pair = pair_of(new)
    pair.run(5 * SECOND)
    pair.cut = [True, True]
    cut = pair.now
    pair.run(SECOND)
    assert sorted(index for _, index in pair.ups_lost) == [0, 1]
    assert all(99 * MS < time - cut <= 151 * MS for time, _ in pair.ups_lost)
    assert [end.view.diagnostic for end in pair.ends] == [1, 1]
    assert all(end.view.next_hop is NextHop.DEAD for end in pair.ends)
    pair.cut = [False, False]
    pair.run(2 * SECOND)
    assert pair.both_up
    assert all(end.view.next_hop is NextHop.LIVE for end in pair.ends)


def test_cut_one_way_is_told_to_the_other_end(new: New) -> None:
    pair = pair_of(new)
    pair.run(5 * SECOND)
    pair.cut[0] = True
    pair.run(SECOND)
    a, b = (end.view for end in pair.ends)
    assert (b.diagnostic, a.diagnostic) == (1, 3)
    assert (b.next_hop, a.next_hop) == (NextHop.DEAD, NextHop.DEAD)
    assert State.UP not in (a.state, b.state)
    pair.cut[0] = False
    pair.run(3 * SECOND)
    assert pair.both_up


@pytest.mark.parametrize("seed", range(5))
def test_the_packets_of_both_ends_keep_the_rules_under_loss(new: New, seed: int) -> None:
    pair = pair_of(new, seed=seed, loss=0.3)
    pair.run(30 * SECOND)
    for _, _, packet in pair.log:
        assert not (packet.poll and packet.final)
        assert not packet.demand
        assert packet.state is State.UP or packet.desired_min_tx_us >= 1_000_000
        assert packet.your_discriminator != 0 or packet.state in (State.DOWN, State.ADMIN_DOWN)
