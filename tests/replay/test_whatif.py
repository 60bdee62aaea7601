# SPDX-License-Identifier: Apache-2.0
"""Captures judged with other timers: the recorded ones give back the recorded Downs and no other; others catch more or
less, sooner or later, as far as the capture shows; and what it does not show is not claimed.
"""

import json
from ipaddress import ip_address

import pytest

from bfd_fastpath.replay.whatif import Outcome, Span, judge
from bfd_fastpath.replay.whatif_page import document, lines
from bfd_fastpath.replay.whatif_wanted import Change, Key, Wanted, WantedError, needed_permille
from bfd_fastpath.wire.bfd import Diagnostic
from pydp import replay
from tests.replay.whatif_scene import ADDRESSES, MS, SECOND, START_NS, Scene, cut


@pytest.fixture
def ask(tmp_path):
    """What a scene's capture says to a wish."""

    def asked(scene, wish=None):
        wish = wish or Wanted()
        path = scene.save(tmp_path / "it.pcap")
        return judge(replay.watch(path, long_gap_permille=needed_permille(wish)), wish)

    return asked


def row(answer, interval_ms, multiplier):
    (found,) = [
        one for one in answer.rows if one.interval_ns == interval_ms * MS and one.multiplier == multiplier
    ]
    return found.result


def recorded(answer):
    (found,) = [one for one in answer.rows if one.recorded]
    return found.result


def loss_of(end, begin_ns, count):
    """So many hellos of an end are lost, one after the other, from then on."""
    left = [count]

    def loses(sender, now_ns):
        if sender != end or now_ns < begin_ns or not left[0]:
            return False
        left[0] -= 1
        return True

    return loses


def outages():
    """Each anew: a scene is run once."""
    return {
        "cut-both-ways": Scene(loses=[cut(5 * SECOND, 8 * SECOND, 0, 1)]),
        "cut-one-way": Scene(loses=[cut(5 * SECOND, 8 * SECOND, 1)]),
        "cut-the-other-way": Scene(loses=[cut(5 * SECOND, 8 * SECOND, 0)]),
        "two-cuts": Scene(
            loses=[cut(5 * SECOND, 6 * SECOND, 0, 1), cut(12 * SECOND, 13 * SECOND, 1)], seed=4
        ),
        "unequal-timers": Scene(
            interval_us=(20_000, 100_000), multiplier=(5, 3), loses=[cut(5 * SECOND, 8 * SECOND, 0, 1)]
        ),
        "lost-hellos": Scene(loses=[loss_of(1, 5 * SECOND, 2)], seed=2),
        "a-hole": Scene(unseen=[cut(5 * SECOND, 6 * SECOND, 1)]),
        "admin-down": Scene(
            orders=[(5 * SECOND, 1, lambda end, ns: end.admin_down(Diagnostic.ADMIN_DOWN, ns, int))]
        ),
        "nothing": Scene(),
    }


@pytest.mark.parametrize("name", outages())
def test_the_recorded_timers_give_back_the_recorded_downs_and_no_other(ask, name):
    scene = outages()[name].run(20 * SECOND)
    answer = ask(scene)
    result = recorded(answer)
    assert result.false_downs == 0
    assert result.caught == result.outages == len(result.judged)
    episodes = [at for i, at in enumerate(scene.expired) if not i or at[0] - scene.expired[i - 1][0] > SECOND]
    assert len(result.judged) == len(episodes)
    # The hellos come in 75 to 100 % of the interval, and the capture is as far from end 1 as they are.
    jitter_ns = max(scene.interval_us) * 1000 // 4 + MS
    for one, (first_ns, _) in zip(result.judged, episodes, strict=True):
        assert one.outcome is Outcome.CAUGHT
        watcher = ADDRESSES.index(str(answer.evidence[0].addresses[1 - one.loss.sender]))
        (down_ns,) = [
            START_NS + at for at, end in scene.expired if end == watcher and 0 <= at - first_ns < SECOND
        ]
        assert abs(one.down.least_ns - down_ns) <= jitter_ns
        assert one.down.least_ns == one.down.most_ns
        assert abs(one.sooner.least_ns) <= jitter_ns


def test_lower_multipliers_are_sooner_by_the_intervals_they_save(ask):
    scene = Scene(loses=[cut(5 * SECOND, 8 * SECOND, 1)]).run(15 * SECOND)
    answer = ask(scene)
    base = recorded(answer).sooner.least_ns
    assert row(answer, 50, 2).sooner == Span(base + 50 * MS, base + 50 * MS)
    assert row(answer, 50, 5).sooner == Span(base - 100 * MS, base - 100 * MS)
    # Rarer hellos: the last one before the cut may have been up to one of their intervals earlier.
    assert row(answer, 100, 3).sooner == Span(base - 150 * MS, base - 50 * MS)
    assert row(answer, 100, 3).false_downs == 0


def test_below_the_recorded_interval_the_gain_is_a_range_and_false_downs_are_not_knowable(ask):
    scene = Scene(loses=[cut(5 * SECOND, 8 * SECOND, 0, 1)]).run(15 * SECOND)
    answer = ask(scene)
    base = recorded(answer).sooner.least_ns
    half = row(answer, 25, 3)
    assert (half.caught, half.outages, half.false_downs) == (1, 1, None)
    # Between the last hello and the next one due, 50 ms later.
    assert half.sooner == Span(base + 25 * MS, base + 75 * MS)
    told = document(answer)
    (found,) = [one for one in told["table"] if (one["interval"], one["local-multiplier"]) == (25_000, 3)]
    assert found["false-downs"] is None
    assert "not knowable from this capture" in found["false-downs-reason"]


def test_hellos_lost_without_a_down_are_false_downs_of_a_shorter_patience(ask):
    scene = Scene(loses=[loss_of(1, 5 * SECOND, 2), loss_of(1, 9 * SECOND, 1)]).run(15 * SECOND)
    assert scene.expired == []
    answer = ask(scene, Wanted(multipliers=(1, 2)))
    assert recorded(answer).false_downs == 0
    two = row(answer, 50, 2)
    assert two.false_downs == 1
    assert two.outages == 0
    (false,) = two.false
    assert 100 * MS < false.pause.gap_ns <= 150 * MS
    assert false.pause.sender == [str(one) for one in answer.evidence[0].addresses].index(ADDRESSES[1])
    # One lost hello leaves a gap of more than one interval, and less than two.
    assert row(answer, 50, 1).false_downs == 2


def test_a_cut_that_a_longer_patience_rides_out_is_not_caught(ask):
    scene = Scene(loses=[cut(5 * SECOND, 5 * SECOND + 200 * MS, 1)]).run(15 * SECOND)
    assert len(scene.expired) == 1
    answer = ask(scene, Wanted(intervals=(50_000, 500_000)))
    patient = row(answer, 500, 5)
    assert (patient.caught, patient.ridden_out, patient.undecided) == (0, 1, 0)
    assert patient.sooner is None
    assert recorded(answer).caught == 1


def test_an_outage_that_outlasts_the_capture_is_caught_only_as_far_as_it_shows(ask):
    scene = Scene(loses=[cut(5 * SECOND, 60 * SECOND, 0, 1)]).run(7 * SECOND)
    answer = ask(scene, Wanted(intervals=(50_000, 300_000, 2_000_000)))
    assert recorded(answer).caught == 1
    assert row(answer, 300, 3).caught == 1
    late = row(answer, 2000, 3)
    assert (late.caught, late.undecided) == (0, 1)


def test_holes_of_the_capture_count_for_nothing_and_are_told(ask):
    answer = ask(Scene(unseen=[cut(5 * SECOND, 6 * SECOND, 1)]).run(10 * SECOND))
    assert answer.holes == 1
    assert all(not one.result.false_downs for one in answer.rows)
    assert any("the capture missed those hellos" in line for line in lines(answer))


def test_an_admin_down_is_neither_caught_nor_a_false_down(ask):
    answer = ask(outages()["admin-down"].run(15 * SECOND))
    assert {(one.result.outages, one.result.false_downs or 0) for one in answer.rows} == {(0, 0)}


def test_the_table_has_the_recorded_timers_among_the_usual_and_the_given_ones(ask):
    scene = outages()["nothing"].run(5 * SECOND)
    usual = {(one.interval_ns // 1000, one.multiplier) for one in ask(scene).rows}
    assert usual == {(i, m) for i in (25_000, 50_000, 100_000) for m in (2, 3, 4, 5)}
    given = ask(scene, Wanted(intervals=(10_000,), multipliers=(7,)))
    assert {(one.interval_ns // 1000, one.multiplier) for one in given.rows} == {
        (i, m) for i in (10_000, 50_000) for m in (3, 7)
    }


def test_ends_of_several_timers_are_judged_each_by_its_own(ask):
    answer = ask(outages()["unequal-timers"].run(20 * SECOND))
    # 100 ms both ways by negotiation, x 5 and x 3.
    assert {one.multiplier for one in answer.rows} == {None, 2, 3, 4, 5}
    assert [one.multiplier for one in answer.rows if one.recorded] == [None]
    assert any("recorded" in line for line in lines(answer)[2:])


@pytest.mark.parametrize(
    ("changes", "chosen"),
    [
        ([Change(1, Key.INTERVAL, 20_000)], [(20, 3), (20, 3)]),
        ([Change(1, Key.MULTIPLIER, 5)], [(50, 5), (50, 5)]),
        ([Change(ip_address(ADDRESSES[0]), Key.MULTIPLIER, 5)], [(50, 5), (50, 3)]),
        ([Change(ip_address(ADDRESSES[0]), Key.DESIRED, 200_000)], [(200, 3), (50, 3)]),
        ([Change(ip_address(ADDRESSES[0]), Key.REQUIRED, 200_000)], [(50, 3), (200, 3)]),
        # The other end still asks for 50 ms.
        ([Change(ip_address(ADDRESSES[0]), Key.DESIRED, 10_000)], [(50, 3), (50, 3)]),
        ([Change(1, Key.DESIRED, 10_000), Change(1, Key.REQUIRED, 10_000)], [(10, 3), (10, 3)]),
        ([Change(1, Key.MULTIPLIER, 5), Change(1, Key.MULTIPLIER, 2)], [(50, 2), (50, 2)]),
    ],
)
def test_what_is_set_for_a_session_is_negotiated_as_bfd_does(ask, changes, chosen):
    answer = ask(
        Scene(loses=[cut(5 * SECOND, 8 * SECOND, 1)]).run(15 * SECOND), Wanted(changes=tuple(changes))
    )
    (setting,) = answer.settings
    by_address = dict(zip(map(str, answer.evidence[0].addresses), setting.chosen, strict=True))
    assert [(pace.interval_ns // MS, pace.multiplier) for pace in map(by_address.get, ADDRESSES)] == chosen
    assert setting.result.outages == 1


def test_a_patient_end_set_for_one_direction_is_later_there_alone(ask):
    wish = Wanted(changes=(Change(ip_address(ADDRESSES[1]), Key.MULTIPLIER, 6),))
    scene = Scene(loses=[cut(5 * SECOND, 8 * SECOND, 1)]).run(15 * SECOND)
    answer = ask(scene, wish)
    base = recorded(answer).sooner.least_ns
    assert answer.settings[0].result.sooner == Span(base - 150 * MS, base - 150 * MS)


@pytest.mark.parametrize("session", [2, ip_address("192.0.2.9")])
def test_a_change_of_what_is_not_there_is_refused(ask, session):
    with pytest.raises(WantedError, match=r"number from 1 to 1|the ends are 192\.0\.2\.1, 192\.0\.2\.2"):
        ask(outages()["nothing"].run(3 * SECOND), Wanted(changes=(Change(session, Key.MULTIPLIER, 4),)))


def test_the_document_is_json_with_times_since_the_captures_start(ask):
    scene = Scene(loses=[cut(5 * SECOND, 8 * SECOND, 1), loss_of(1, 12 * SECOND, 2)]).run(15 * SECOND)
    told = json.loads(json.dumps(document(ask(scene, Wanted(changes=(Change(1, Key.MULTIPLIER, 2),))))))
    assert told["sessions"][0]["endpoints"][0] == {
        "address": told["sessions"][0]["endpoints"][0]["address"],
        "interval": 50_000,
        "local-multiplier": 3,
        "detection-time": 150_000,
    }
    (down_ns, _), *_ = scene.expired
    start_ns = scene.frames[0][0]
    for one in told["table"]:
        (judged,) = one["judged"]
        assert judged["outcome"] == "caught"
        told_us = judged["recorded-t-us"]
        assert told_us["least"] == told_us["most"]
        assert abs(told_us["least"] - (down_ns - start_ns) // 1000) <= 1
        assert judged["t-us"]["least"] <= judged["t-us"]["most"]
    (setting,) = told["set"]
    assert setting["false-downs"] == 1
    assert setting["false"][0]["gap-us"] > setting["false"][0]["detection-time-us"] == 100_000


def test_people_get_a_table_and_what_it_does_not_say(ask):
    scene = Scene(loses=[cut(5 * SECOND, 8 * SECOND, 1)]).run(15 * SECOND)
    page = lines(ask(scene, Wanted(changes=(Change(1, Key.MULTIPLIER, 2),))))
    assert page[0] == "What if: 1 outage judged with other timers of the hellos (* as recorded)"
    (starred,) = [line for line in page if line.startswith("50 ms *")]
    assert starred.split()[3:6] == ["3", "150", "ms"]
    assert "1 of 1" in starred
    assert any(line.startswith("25 ms") and line.endswith("not knowable") for line in page)
    assert "Session 1 with what was set:" in page
    assert any("50 ms x 2 instead of 50 ms x 3" in line for line in page)
    assert page[-1].startswith("False Downs are not knowable from this capture")


def test_a_capture_of_one_direction_says_that_there_is_nothing_to_judge(ask):
    scene = Scene(unseen=[cut(0, 99 * SECOND, 1)], loses=[cut(5 * SECOND, 8 * SECOND, 1)]).run(15 * SECOND)
    answer = ask(scene)
    assert answer.rows == ()
    assert "nothing to judge" in lines(answer)[0]
    assert document(answer)["table"] == []
