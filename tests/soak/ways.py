# SPDX-License-Identifier: Apache-2.0
"""The ways of playing a script in which the oracle has a part; Python at every step, so with fewer frames."""

from tests.soak.ends import OracleEnd
from tests.soak.run import Verdict, play
from tests.soak.same_inputs import SameInputs
from tests.soak.scenario import Scenario

FRAMES = 400


def against_oracle(scenario: Scenario, record: bool) -> Verdict:
    """An engine on the left, the oracle on the right."""
    return play(scenario, makers=(None, OracleEnd), record=record, frames=FRAMES)


def beside_oracle(scenario: Scenario, record: bool) -> Verdict:
    """Two engines, and the oracle beside each of them."""
    return play(scenario, shadows=(SameInputs(), SameInputs()), record=record, frames=FRAMES)
