# SPDX-License-Identifier: Apache-2.0
"""Whole simulations, small ones: every pattern ends with the right routes everywhere, every sabotage is seen."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bfd_fastpath.lab.exchange.run import simulate
from bfd_fastpath.lab.exchange.wanted import Pattern, Sabotage, Wanted
from bfd_fastpath.report import Preference
from bfd_fastpath.session import Timers

LIMIT_US = 3_000_000


def run(*patterns, clients=8, prefixes=16, **more):
    return simulate(Wanted(clients=clients, prefixes=prefixes, patterns=patterns, **more))


@pytest.mark.parametrize("pattern", Pattern)
def test_every_pattern_ends_with_the_right_routes(pattern):
    result = run(pattern, seed=3)
    assert result.faults() == []
    (played,) = result.played
    assert played.affected > 0
    assert played.messages > 0
    assert result.sessions == (8 - result.members_without_bfd) * (7 - result.members_without_bfd) // 2


def test_all_patterns_one_after_the_other():
    result = run(*Pattern, clients=14, prefixes=30, seed=5)
    assert result.faults() == []
    assert [one.pattern for one in result.played] == list(Pattern)
    cut = result.played[0].times
    assert cut is not None
    # The detection time since the last hello, which is at most a second old; and the control plane's work.
    assert 2_000_000 < cut.median_us <= cut.max_us < 4_500_000


def test_an_interval_is_kept():
    (played,) = run(Pattern.LINK, timers=Timers(3, 100_000, 100_000)).played
    assert played.times is not None
    assert 200_000 < played.times.median_us < 900_000


def test_members_without_bfd_keep_their_routes():
    result = run(Pattern.SWITCH, clients=20, prefixes=40, without_bfd=0.5, seed=2)
    assert result.faults() == []
    (played,) = result.played
    assert played.broken.unprotected_kept > 0
    assert played.healed.unprotected_kept == 0


def test_a_run_that_affects_nobody_is_no_proof():
    result = run(Pattern.LINK, without_bfd=1)
    assert [fault for fault in result.faults() if "nothing was affected" in fault]


def test_flapping_costs_little():
    """Each time a link goes each end tells it once, and once when it is back; the route server passes on what its
    two clients lose or get."""
    (played,) = run(Pattern.FLAP, seed=4, hold=False).played
    changes = 2 * (4 + 1 + 1)
    prefixes = 16
    assert played.messages_broken[1] + played.messages_healed[1] <= 2 * changes
    assert played.messages_broken[0] + played.messages_healed[0] <= changes * prefixes


@pytest.mark.parametrize("held_by", [{"hold": True}, {"hold": False, "dampening": True}])
def test_what_flapping_costs_does_not_grow_with_the_flaps(held_by):
    """A link that has gone twice is not told to be back as long as it flaps; with neither hold nor dampening each
    time costs the same."""

    def messages(flaps, **more):
        result = run(Pattern.FLAP, seed=4, flaps=flaps, **more)
        assert result.faults() == []
        return result.played[0].messages

    # Dampening needs four failures within its half-life before it begins.
    assert messages(24, **held_by) == messages(8, **held_by)
    assert messages(24, hold=False) > 2 * messages(8, hold=False)


@pytest.mark.parametrize("transport", [Preference.BGP_LS, Preference.BGP_LS_L7, Preference.NH_REACH])
@pytest.mark.parametrize("version", [4, 6])
def test_both_families_and_every_transport(version, transport):
    result = run(*Pattern, clients=10, prefixes=20, seed=6, version=version, transport=transport)
    assert result.faults() == []
    assert all(one.affected for one in result.played)
    assert (result.as_json()["family"], result.as_json()["transport"]) == (f"ipv{version}", transport)


def test_the_fuse_holds_the_reports_of_a_member_that_loses_its_port():
    """Which the route server hears of once that member's port is back, or never: its session ends meanwhile."""
    with_fuse, without = (run(Pattern.MEMBER, clients=20, seed=3, fuse=fuse) for fuse in (True, False))
    assert with_fuse.faults() == without.faults() == []
    assert with_fuse.played[0].messages_broken[1] <= without.played[0].messages_broken[1]


def test_coalescing_makes_few_messages_of_a_storm():
    timers = Timers(3, 100_000, 100_000)
    together, apart = (
        run(Pattern.SWITCH, clients=40, prefixes=40, coalesce_us=us, fuse=False, timers=timers).played[0]
        for us in (50_000, 0)
    )
    assert together.messages_broken[1] < apart.messages_broken[1] * 0.8
    assert together.broken.wrong == apart.broken.wrong == 0


@pytest.mark.parametrize("sabotage", Sabotage)
def test_sabotage_is_seen(sabotage):
    (played,) = run(Pattern.LINK, sabotage=sabotage, seed=3).played
    found = played.broken, played.healed
    if sabotage is Sabotage.STICK_DOWN:
        assert (found[0].wrong, found[1].wrong_kept) == (0, 0)
        assert found[1].wrong_withdrawn > 0
    else:
        assert found[0].wrong_kept == played.affected > 0
        assert found[1].wrong == 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    patterns=st.lists(st.sampled_from(list(Pattern)), min_size=1, max_size=2),
    seed=st.integers(0, 2**32),
    clients=st.integers(5, 9),
    without=st.sampled_from([0.0, 0.2, 0.4]),
)
def test_any_failures_end_with_the_right_routes(patterns, seed, clients, without):
    result = run(*patterns, clients=clients, prefixes=clients + 3, seed=seed, without_bfd=without)
    assert [fault for fault in result.faults() if "wrongly" in fault] == []


def test_the_same_seed_breaks_and_tells_the_same():
    def told(seed):
        return [
            (one.text, one.affected, one.messages)
            for one in run(Pattern.LINK, Pattern.FLAP, seed=seed).played
        ]

    assert told(9) == told(9)
    assert told(9) != told(10)


def test_whom_a_failure_hits_does_not_depend_on_what_sessions_draw_before():
    """Those that come again draw as often as their timers run, which is as long as the work takes."""

    def second(first):
        return run(first, Pattern.LINK, clients=8, prefixes=16, seed=1).played[1].text

    assert second(Pattern.RESTART_SERVER) == second(Pattern.LINK)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"clients": 3}, "3 clients"),
        ({"prefixes": 0}, "0 prefixes"),
        ({"version": 5}, "no IPv5"),
        ({"flaps": 0}, "0 flaps"),
        ({"without_bfd": 1.5}, "1.5 is no share"),
    ],
)
def test_what_cannot_be_simulated_is_said(more, text):
    with pytest.raises(ValueError, match=text):
        run(Pattern.LINK, **more)


def test_the_document_says_what_was_real():
    document = run(Pattern.LINK, seed=3).as_json()
    assert {
        "clients",
        "prefixes",
        "failures",
        "wrong-kept",
        "wrong-withdrawn",
        "cut-to-last-withdrawal-us",
        "messages",
        "rss-bytes",
    } <= set(document)
    assert document["real"]
    assert document["simulated"]
    assert document["cut-to-last-withdrawal-us"] == document["played"][0]["cut-to-last-withdrawal-us"]
    assert document["wrong-kept"] == document["wrong-withdrawn"] == 0
    assert {"median", "p99", "max", "clients"} == set(document["played"][0]["cut-to-last-withdrawal-us"])
