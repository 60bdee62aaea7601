# SPDX-License-Identifier: Apache-2.0
"""hypothesis strategies for scripts: what the adversary may do to two ends and the link between them. Everything shrinks towards
two plain ends on a calm link."""

from dataclasses import replace

from hypothesis import strategies as st

from tests.soak.scenario import SIDES, Action, Condition, End, Phase, Scenario, Wanted

#: From what a route server's clients use to what nobody should.
INTERVALS_US = (50_000, 10_000, 100_000, 300_000, 999_999, 1_000_000, 1_000_001, 4_000_000, 1_000, 60_000_000)
MULTIPLIERS = (3, 1, 2, 5, 50, 255)
SHARES_PPM = (0, 1_000, 20_000, 100_000, 300_000, 700_000)
DELAYS_US = (200, 0, 5_000, 40_000, 200_000, 1_500_000)


#: How often Demand mode asks by itself; 0: only by command.
DEMAND_POLLS_US = (0, 1_000_000, 300_000, 20_000_000)


#: The keys of a run, and whether sequence numbers are meticulous; most runs have none.
KEYS = (
    *[((), False)] * 3,
    ((2, 3, 1), False),
    ((2, 3, 1), True),
    ((3, 5, 2), False),
    ((6, 2, 3), True),
    ((1, 2, 3), True),
)
#: Which of them an end has, in its order. One that both have is mostly the first.
CHAINS = (*[(0,)] * 4, *[(0, 1)] * 4, (0, 1, 2), (2, 0), (1, 0), (1,), ())


def wanted(*, steady: bool = False) -> st.SearchStrategy[Wanted]:
    """steady: enabled, and willing to hear."""
    intervals = st.sampled_from(INTERVALS_US)
    return st.builds(
        Wanted,
        desired_us=intervals,
        required_us=intervals if steady else st.one_of(intervals, intervals, st.just(0)),
        multiplier=st.sampled_from(MULTIPLIERS),
        passive=st.just(False) if steady else st.sampled_from((False, False, False, True)),
        admin_down=st.just(False) if steady else st.sampled_from((False, False, False, False, True)),
        path_down=st.just(False) if steady else st.sampled_from((False, False, False, False, False, True)),
        demand=st.sampled_from((False, False, True)),
        demand_poll_us=st.sampled_from(DEMAND_POLLS_US),
        concatenated=st.sampled_from((0, 0, 0, 6, 8)),
        keys=st.sampled_from(CHAINS),
    )


def ends() -> st.SearchStrategy[End]:
    return st.builds(
        End,
        wanted=wanted(),
        begin_us=st.sampled_from((1_000_000, 1_000_001, 3_600_000_000, 9_000_000_000_000)),
        drift_ppm=st.sampled_from((0, 20, -20, 500, -500, 5_000, -5_000)),
        poll_us=st.sampled_from((0, 0, 50, 500, 3_000)),
        queue=st.sampled_from((1024, 64, 16)),
        events=st.sampled_from((64, 2, 4, 1024)),
        drain_every=st.sampled_from((1, 3, 40, 1_000)),
    )


def conditions() -> st.SearchStrategy[Condition]:
    shares = st.sampled_from(SHARES_PPM)
    few = st.sampled_from(SHARES_PPM[:4])
    return st.builds(
        Condition,
        delay_us=st.sampled_from(DELAYS_US),
        jitter_us=st.sampled_from((0, 100, 20_000, 400_000)),
        loss_ppm=shares,
        burst=st.sampled_from((1, 2, 5, 30)),
        duplicate_ppm=few,
        change_ppm=st.sampled_from((0, 0, 0, 1_000, 20_000, 200_000)),
        routed_ppm=few,
        replay_ppm=st.sampled_from((0, 0, 1_000, 100_000, 700_000)),
        forge_ppm=st.sampled_from((0, 1_000, 100_000, 700_000)),
        cut=st.sampled_from((False, False, False, False, True)),
        in_order=st.booleans(),
    )


def actions() -> st.SearchStrategy[Action]:
    side = st.sampled_from(SIDES)
    waits = st.sampled_from((1_000, 5_000, 60_000, 400_000, 5_000_000))
    return st.one_of(
        st.builds(Action, side=side, what=st.just("configure"), wanted=wanted()),
        st.builds(Action, side=side, what=st.just("configure"), wanted=wanted(steady=True)),
        st.builds(Action, side=side, what=st.just("rekey"), keys=st.sampled_from(CHAINS)),
        st.builds(Action, side=side, what=st.sampled_from(("remove", "remove-now", "clear", "restart"))),
        st.builds(Action, side=side, what=st.sampled_from(("poll", "reset", "hold", "release"))),
        st.builds(Action, side=side, what=st.just("pause"), us=waits),
        st.builds(Action, side=side, what=st.just("flood"), count=st.sampled_from((1, 15, 16, 17, 70))),
    )


def phases() -> st.SearchStrategy[Phase]:
    return st.builds(
        Phase,
        us=st.sampled_from((1_000_000, 1_000, 60_000, 300_000, 3_000_000, 20_000_000, 600_000_000)),
        to_left=conditions(),
        to_right=conditions(),
        do=st.lists(actions(), max_size=3).map(tuple),
    )


def _with_keys(plain: Scenario, drawn: tuple[tuple[int, ...], bool]) -> Scenario:
    """The script with keys where it has their places."""
    keys, meticulous = drawn

    def chain(places: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(keys[place] for place in places) if keys else ()

    def end(one: End) -> End:
        return replace(one, wanted=want(one.wanted))

    def want(one: Wanted) -> Wanted:
        return replace(one, keys=chain(one.keys), meticulous=meticulous)

    def action(one: Action) -> Action:
        return replace(one, keys=chain(one.keys), wanted=None if one.wanted is None else want(one.wanted))

    phases = tuple(replace(phase, do=tuple(map(action, phase.do))) for phase in plain.phase)
    return replace(plain, left=end(plain.left), right=end(plain.right), phase=phases)


def scenarios(*, most_phases: int = 10) -> st.SearchStrategy[Scenario]:
    plain = st.builds(
        Scenario,
        seed=st.integers(1, 2**32),
        family=st.sampled_from((4, 6)),
        multihop=st.sampled_from((False, False, True)),
        least_ttl=st.sampled_from((0, 254, 255)),
        left=ends(),
        right=ends(),
        phase=st.lists(phases(), min_size=1, max_size=most_phases).map(tuple),
    )
    return st.builds(_with_keys, plain, st.sampled_from(KEYS))
