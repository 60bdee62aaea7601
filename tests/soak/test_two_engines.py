# SPDX-License-Identifier: Apache-2.0
"""Two engines and an adversary between them, in virtual time: every packet, event and state is held against RFC 5880 by the
referees, and in the end both are Up."""

import pytest

from tests.soak import adversary
from tests.soak.days import days
from tests.soak.hunt import Hunt
from tests.soak.run import UP, Run, Verdict, play
from tests.soak.scenario import Scenario, load
from tests.soak.where import SCRIPTS

pytestmark = pytest.mark.eal


def engines(scenario: Scenario, record: bool) -> Verdict:
    return play(scenario, record=record, frames=6_000)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_kept_script_shows_no_fault(path) -> None:
    verdict = play(load(path))
    assert verdict.right, str(verdict)


@pytest.mark.timeout(300)
def test_no_adversary_finds_a_fault() -> None:
    hunt = Hunt(engines, "two_engines")
    hunt.run(adversary.scenarios(), examples=100, number=5880)
    assert hunt.counts["checked_gaps"] > 10_000
    # The adversary came everywhere: silence, polls, lost tellings that were read again.
    for count in ("checked_finals", "checked_polls", "checked_events", "checked_rereads", "expiries"):
        assert hunt.counts[count] > 20, str(hunt)
    for count in ("checked_demands", "checked_asks", "checked_sections", "checked_refusals"):
        assert hunt.counts[count] > 20, str(hunt)


def test_demand_mode_begins_asks_and_misses_an_answer() -> None:
    verdict = play(load(next(path for path in SCRIPTS if path.stem == "demand")))
    assert verdict.right, str(verdict)
    assert verdict.counts["checked_demands"] >= 4
    assert verdict.counts["checked_asks"] >= 4
    assert verdict.counts["unanswered"] >= 1


def test_replays_and_forged_packets_do_nothing_and_a_key_is_changed_without_a_packet_lost() -> None:
    scenario = load(next(path for path in SCRIPTS if path.stem == "keys"))
    verdict = play(scenario)
    assert verdict.right, str(verdict)
    assert verdict.counts["checked_sections"] > 1_000
    assert verdict.counts["checked_refusals"] > 100
    assert verdict.counts["checked_key_changes"] >= 1
    with Run(scenario) as run:
        assert run.begin()
        assert run.phases(until=6)
        assert [int(run.look(side).downs) for side in (0, 1)] == [0, 0]
        assert [int(run.look(side).state) for side in (0, 1)] == [UP, UP]
        assert all(run.world.sides[side].towards.forged > 20 for side in (0, 1))
        assert all(run.world.sides[side].towards.replayed > 20 for side in (0, 1))


def test_three_days_at_the_intervals_of_an_exchange() -> None:
    verdict = play(days(3, seed=7), frames=10**9)
    assert verdict.right, str(verdict)
    assert verdict.true_ns > 3 * 86_400 * 10**9
    assert verdict.frames > 400_000
    assert verdict.counts["expiries"] > 20


def test_a_worker_that_lost_packets_in_its_queue_waits_and_no_more_than_it_may() -> None:
    """Law 5: the deferral happens in the hostile script, so that the referee's bound on it is one that was tried."""
    hostile = next(path for path in SCRIPTS if path.stem == "late_worker")
    verdict = play(load(hostile))
    assert verdict.right, str(verdict)
    assert verdict.counts["deferrals"] > 0
