# SPDX-License-Identifier: Apache-2.0
"""What may be said of synthetic windows: differences, verdicts, goals."""

from bfd_fastpath.bench.document import Better, Goal, Noise, Relation, Row, Verdict
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import difference, judged, steady
from bfd_fastpath.bench.run import quietly


def row(ours=(10.0,) * 5, peer=(20.0,) * 5, *, better=Better.HIGHER, ceiling=None, goal=None):
    return Row(
        name="a row",
        parameters={},
        unit="Mpps",
        better=better,
        ours=Figure.of(ours),
        peers={"peer": Figure.of(peer)},
        ceiling=ceiling,
        goal=goal,
    )


def test_a_difference_is_of_the_rounds_and_not_of_the_medians():
    found = difference([1, 2, 3, 4, 100])
    assert (found.middle, found.least, found.most, found.spread) == (3, 1, 100, 2)


def test_a_difference_that_varies_by_more_than_a_quarter_of_itself_judges_nothing():
    assert difference([10, 10, 11, 11, 12]).judges
    assert not difference([10, 5, 15, 20, 8]).judges
    assert not difference([-3, -3, -3, -3]).judges


def test_one_window_out_of_many_does_not_make_a_figure_unsteady():
    assert steady(Figure.of([10, 10, 10, 10, 10, 10, 2]))
    assert not steady(Figure.of([10, 5, 15, 20, 8]))
    assert steady(Figure.of([7]))


def test_a_goal_is_met_or_not():
    goal = Goal("half of the peer's", 0.5, "peer")
    assert judged(row(goal=goal)).met is True
    assert judged(row(ours=(9.0,) * 5, goal=goal)).met is False
    assert judged(row()).met is None


def test_no_verdict_where_the_windows_of_either_lie_too_far_apart():
    goal = Goal("half of the peer's", 0.5, "peer")
    found = judged(row(peer=(20, 5, 40, 10, 60), goal=goal))
    assert (found.verdict, found.met) == (Verdict.NO_VERDICT, None)
    assert "apart" in found.detail["doubt"]
    assert judged(row(peer=(20, 5, 40, 10, 60))).verdict is Verdict.OK


def test_windows_of_a_distribution_may_differ():
    goal = Goal("below 100", 100, relation=Relation.AT_MOST)
    found = judged(row(ours=(1, 5, 20, 60), better=Better.LOWER, goal=goal), compare_spread=False)
    assert (found.verdict, found.met) == (Verdict.OK, True)


def test_a_figure_above_its_ceiling_is_rejected():
    goal = Goal("at least 1", 1)
    found = judged(row(ceiling=9.0, goal=goal))
    assert (found.verdict, found.met) == (Verdict.ABOVE_CEILING, None)
    assert judged(row(ceiling=9.9, goal=goal)).verdict is Verdict.OK


def test_a_doubt_takes_the_verdict_and_is_kept():
    found = judged(row(goal=Goal("at least 1", 1)), doubt="ours dropped packets")
    assert (found.verdict, found.met, found.detail["doubt"]) == (
        Verdict.NO_VERDICT,
        None,
        "ours dropped packets",
    )


def test_on_a_noisy_machine_only_ratios_are_judged_and_what_is_met_in_spite_of_it():
    noisy = Noise("noisy", 5.0, 1.0, {}, ("5 % were stolen",))
    quiet = Noise("quiet", 0.0, 1.0, {})
    missed, met = judged(row(goal=Goal("at least 11", 11))), judged(row(goal=Goal("at least 1", 1)))
    ratio = judged(row(ours=(9.0,) * 5, goal=Goal("half of the peer's", 0.5, "peer")))
    assert quietly(missed, quiet).met is False
    assert (quietly(missed, noisy).verdict, quietly(missed, noisy).met) == (Verdict.NO_VERDICT, None)
    assert quietly(met, noisy).met is True
    assert quietly(ratio, noisy).met is False
