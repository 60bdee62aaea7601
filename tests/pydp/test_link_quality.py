# SPDX-License-Identifier: Apache-2.0
"""Link quality of two engines on a cable: counted when asked for, and what the cable did."""

import numpy
import pytest

import pydp


def up(pair, **changes) -> int:
    """A session each, ours with these changes, Up for a second; our id."""
    left = pair.engines[0].sessions.upsert(pair.config(0, link_quality=True, **changes))
    pair.engines[1].sessions.upsert(pair.config(1, required_min_echo_rx_interval_us=20_000))
    pair.until(lambda: pair.state(0, left) is pydp.State.UP)
    pair.run(2000)
    return left


def test_a_whole_cable_loses_nothing(pair):
    quality = pair.engines[0].sessions.quality(up(pair))
    assert quality.hellos_expected >= 20
    assert (quality.hello_loss, quality.echoes_lost, quality.round_trip.count) == (0.0, 0, 0)
    assert quality.jitter.count > 20
    assert quality.jitter.buckets.sum() == quality.jitter.count
    assert quality.jitter.max_ns <= 25_000_000, "the peer's own jitter, of 50 ms"


def test_a_cut_of_three_hellos_is_three_or_nearly(pair):
    session = up(pair, required_min_rx_interval_us=50_000)
    sender = pair.engines[1].sessions
    (other,) = sender.list()
    before = sender.read(other).send_packet_count
    pair.ends[1].cut(True)
    pair.until(lambda: sender.read(other).send_packet_count == before + 2)
    pair.ends[1].cut(False)
    pair.run(500)
    quality = pair.engines[0].sessions.quality(session)
    assert 1 <= quality.hellos_lost <= 2
    assert quality.hello_loss == quality.hellos_lost / quality.hellos_expected


def test_echoes_are_timed(pair):
    session = up(pair, desired_min_echo_tx_interval_us=20_000)
    quality = pair.engines[0].sessions.quality(session)
    trip = quality.round_trip
    assert trip.count > 50
    assert 0 <= trip.min_ns <= trip.max_ns <= 2_000_000, "two turns of a millisecond at most"
    assert trip.mean_ns is not None
    assert trip.min_ns <= trip.mean_ns <= trip.max_ns
    assert trip.quantile_ns(1.0) == trip.max_ns
    assert trip.buckets.dtype == numpy.uint32
    edges = pydp.bucket_edges_ns()
    assert edges.shape == trip.buckets.shape
    assert (numpy.diff(edges.astype(numpy.int64)) > 0).all()


def test_who_did_not_ask_gets_no_answer_and_asking_later_begins_then(pair):
    left, _ = pair.up()
    with pytest.raises(pydp.StateError, match="link_quality"):
        pair.engines[0].sessions.quality(left)
    pair.engines[0].sessions.upsert(pair.config(0, link_quality=True))
    pair.run(10)
    assert pair.engines[0].sessions.quality(left).hellos_expected <= 1
    assert pair.engines[0].sessions.read(left).config.link_quality
    with pytest.raises(pydp.NotFoundError):
        pair.engines[0].sessions.quality(4096 * 77 + 1)
