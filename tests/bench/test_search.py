# SPDX-License-Identifier: Apache-2.0
"""The search for the highest rate without loss, on loss functions that are made up."""

import random

import pytest

from bfd_fastpath.bench.search import Trial, search


def wall(at):
    """No loss up to a rate, all that is more above it."""
    return lambda rate: Trial(rate, max(0.0, 1 - at / rate))


@pytest.mark.parametrize("at", [1.0, 3.3, 7.77, 19.0])
def test_the_rate_found_is_below_the_wall_and_near_it(at):
    found = search(wall(at), 0.5, 20.0, bound=0.0, precision=0.02)
    assert at / 1.02 <= found.rate <= at
    assert not found.at_most


def test_what_nothing_stops_ends_at_the_highest_rate():
    found = search(wall(50.0), 1.0, 20.0, bound=0.0)
    assert (found.rate, found.at_most) == (20.0, True)


def test_what_loses_at_the_lowest_rate_has_no_rate():
    found = search(wall(0.5), 1.0, 20.0, bound=0.0)
    assert (found.rate, found.at_most) == (0.0, False)


def test_loss_within_the_bound_counts_as_none():
    def leaks(rate):
        return Trial(rate, 0.0005 if rate < 8 else 0.01)

    assert 7.8 < search(leaks, 1.0, 20.0, bound=0.001).rate <= 8
    assert search(leaks, 1.0, 20.0, bound=0.0001).rate == 0.0


def test_the_gate_stops_a_rate_that_loses_nothing():
    found = search(lambda rate: Trial(rate, 0.0, gate=rate <= 5), 1.0, 20.0, bound=0.0)
    assert 4.9 < found.rate <= 5


def test_one_lucky_trial_is_not_enough():
    trials = []

    def lucky(rate):
        trials.append(rate)
        return Trial(rate, 0.0 if rate <= 5 or trials.count(rate) == 1 else 0.5)

    assert search(lucky, 1.0, 20.0, bound=0.0).rate <= 5


def test_one_unlucky_trial_is_not_enough_either():
    trials = []

    def unlucky(rate):
        trials.append(rate)
        return Trial(rate, 0.5 if rate > 5 or trials.count(rate) == 1 else 0.0)

    assert 4.9 < search(unlucky, 1.0, 20.0, bound=0.0).rate <= 5


def test_a_gate_that_was_once_closed_is_too_much():
    trials = []

    def gated(rate):
        trials.append(rate)
        return Trial(rate, 0.0, gate=rate <= 5 or trials.count(rate) != 2)

    assert 4.9 < search(gated, 1.0, 20.0, bound=0.0).rate <= 5
    assert {trials.count(rate) for rate in trials if rate > 5} == {2}


def test_a_rate_that_the_source_does_not_offer_was_not_held():
    found = search(lambda rate: Trial(rate, 0.0, offered=rate <= 5), 1.0, 20.0, bound=0.0)
    assert 4.9 < found.rate <= 5


def test_a_wall_that_trembles_is_found_nearly_and_the_search_ends():
    dice = random.Random(1)

    def trembling(rate):
        return Trial(rate, 0.0 if rate < 10 * dice.uniform(0.9, 1.1) else 0.1)

    found = search(trembling, 1.0, 20.0, bound=0.0)
    assert 8 < found.rate < 11
    assert len(found.trials) < 50


def test_a_rate_that_was_refused_by_chance_does_not_bound_what_is_found():
    trials = []

    def away_for_a_while(rate):
        trials.append(rate)
        return Trial(rate, 0.5 if rate > 15 or 5 <= len(trials) <= 8 else 0.0)

    found = search(away_for_a_while, 1.0, 20.0, bound=0.0)
    assert 15 / 1.03 < found.rate <= 15
    assert min(trials[4:8]) < 6


def test_what_the_gate_refused_is_not_asked_for_again():
    trials = []

    def gated(rate):
        trials.append(rate)
        return Trial(rate, 0.0, gate=rate <= 5)

    search(gated, 1.0, 20.0, bound=0.0)
    assert {trials.count(rate) for rate in trials if rate > 5} == {1}


@pytest.mark.parametrize("near", [0.5, 0.6, 1.0, 6.9, 7.0, 7.1, 12.0, 19.9, 20.0, 30.0, 0.0])
@pytest.mark.parametrize("at", [0.3, 0.5, 1.0, 7.0, 19.5, 50.0])
def test_a_search_that_begins_elsewhere_ends_at_the_same_rate(near, at):
    alone = search(wall(at), 0.5, 20.0, bound=0.0)
    found = search(wall(at), 0.5, 20.0, bound=0.0, near=near)
    assert found.rate == pytest.approx(alone.rate, rel=0.03)
    assert found.at_most == alone.at_most


def test_a_search_that_begins_near_the_rate_needs_fewer_trials():
    alone = search(wall(7.77), 0.01, 40.0, bound=0.0)
    assert len(search(wall(7.77), 0.01, 40.0, bound=0.0, near=7.7).trials) < len(alone.trials) * 0.7


def test_a_search_has_to_begin_above_nothing():
    with pytest.raises(ValueError):
        search(wall(1), 0.0, 5.0, bound=0.0)
    with pytest.raises(ValueError):
        search(wall(1), 6.0, 5.0, bound=0.0)
