# SPDX-License-Identifier: Apache-2.0
"""The ways of playing a script in which the oracle has a part; Python at every step, so with fewer frames."""

from dataclasses import replace

from tests.soak.ends import OracleEnd
from tests.soak.run import Verdict, play
from tests.soak.same_inputs import SameInputs
from tests.soak.scenario import Action, End, Scenario

FRAMES = 400


def asking_by_command(scenario: Scenario) -> Scenario:
    """Without the Polls that Demand mode begins by itself: they are the engine's, and not its session's."""

    def end(one: End) -> End:
        return replace(one, wanted=replace(one.wanted, demand_poll_us=0))

    def action(one: Action) -> Action:
        return one if one.wanted is None else replace(one, wanted=replace(one.wanted, demand_poll_us=0))

    phases = tuple(replace(phase, do=tuple(map(action, phase.do))) for phase in scenario.phase)
    return replace(scenario, left=end(scenario.left), right=end(scenario.right), phase=phases)


def against_oracle(scenario: Scenario, record: bool) -> Verdict:
    """An engine on the left, the oracle on the right."""
    return play(scenario, makers=(None, OracleEnd), record=record, frames=FRAMES)


def beside_oracle(scenario: Scenario, record: bool) -> Verdict:
    """Two engines, and the oracle beside each of them."""
    scenario = asking_by_command(scenario)
    return play(scenario, shadows=(SameInputs(), SameInputs()), record=record, frames=FRAMES)
