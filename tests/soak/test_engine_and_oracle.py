# SPDX-License-Identifier: Apache-2.0
"""An engine and the oracle: as the two ends of the link, and side by side at the same end of it, given the same packets."""

import pytest

from tests.soak import adversary
from tests.soak.hunt import Hunt
from tests.soak.run import play
from tests.soak.same_inputs import SameInputs
from tests.soak.scenario import load
from tests.soak.ways import against_oracle, asking_by_command, beside_oracle
from tests.soak.where import SCRIPTS

pytestmark = pytest.mark.eal


@pytest.mark.timeout(300)
def test_no_adversary_between_an_engine_and_the_oracle_finds_a_fault() -> None:
    hunt = Hunt(against_oracle, "engine_and_oracle")
    hunt.run(adversary.scenarios(most_phases=4), examples=12, number=5881)
    assert hunt.counts["checked_gaps"] > 1_000


@pytest.mark.timeout(300)
def test_an_engine_and_the_oracle_do_the_same_given_the_same() -> None:
    hunt = Hunt(beside_oracle, "same_inputs")
    hunt.run(adversary.scenarios(most_phases=4), examples=15, number=5882)
    assert hunt.counts["checked_gaps"] > 1_000


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_kept_script_shows_no_difference(path) -> None:
    shadows = (SameInputs(), SameInputs())
    verdict = play(asking_by_command(load(path)), shadows=shadows)
    assert verdict.right, str(verdict)
    assert all(shadow.compared > 30 and shadow.steps > 100 for shadow in shadows)
