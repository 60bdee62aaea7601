# SPDX-License-Identifier: Apache-2.0
"""A long script: days of an exchange's life at intervals of seconds, drawn from a seed. Mostly calm hours, with what happens in
them: loss, cuts, timers that somebody changes, restarts."""

import random

from tests.soak.scenario import SIDES, Action, Condition, End, Phase, Scenario, Wanted

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


def _wanted(dice: random.Random) -> Wanted:
    return Wanted(
        desired_us=dice.choice((1_000_000, 700_000, 2_000_000)),
        required_us=dice.choice((1_000_000, 700_000, 3_000_000)),
        multiplier=dice.choice((3, 3, 4, 5)),
    )


def _condition(dice: random.Random) -> Condition:
    return dice.choice(
        (
            Condition(),
            Condition(jitter_us=2_000, loss_ppm=200),
            Condition(jitter_us=900_000, loss_ppm=20_000, burst=3),
            Condition(delay_us=30_000, jitter_us=60_000, duplicate_ppm=10_000, routed_ppm=1_000),
            Condition(jitter_us=2_000, change_ppm=2_000),
        )
    )


def _happening(dice: random.Random) -> tuple[Phase, ...]:
    side = dice.choice(SIDES)
    cut = Condition(cut=True)
    return dice.choice(
        (
            (),
            (Phase(us=dice.choice((500_000, 5_000_000, 60_000_000)), to_left=cut),),
            (Phase(us=dice.choice((500_000, 5_000_000, 60_000_000)), to_left=cut, to_right=cut),),
            (Phase(us=20_000_000, do=(Action(side=side, wanted=_wanted(dice)),)),),
            (Phase(us=20_000_000, do=(Action(side=side, what="restart"),)),),
            (
                Phase(
                    us=20_000_000, do=(Action(side=side, what="pause", us=dice.choice((50_000, 9_000_000))),)
                ),
            ),
        )
    )


def days(count: int, seed: int) -> Scenario:
    """So many days, always the same ones for a seed."""
    dice = random.Random(seed)
    ends = [
        End(
            wanted=_wanted(dice),
            drift_ppm=dice.choice((0, 30, -30)),
            poll_us=dice.choice((0, 500)),
            events=dice.choice((4, 64)),
            drain_every=dice.choice((1, 500)),
        )
        for _ in SIDES
    ]
    phases: list[Phase] = []
    passed = 0
    while passed < count * DAY_US:
        happened = _happening(dice)
        calm = Phase(
            us=dice.randrange(HOUR_US // 4, HOUR_US), to_left=_condition(dice), to_right=_condition(dice)
        )
        phases += [*happened, calm]
        passed += sum(phase.us for phase in (*happened, calm))
    return Scenario(seed=seed + 1, left=ends[0], right=ends[1], phase=tuple(phases))
