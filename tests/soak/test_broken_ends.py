# SPDX-License-Identifier: Apache-2.0
"""The soak can fail: each broken end of broken.py is found by the referee, with the complaint that it deserves, in the kept scripts;
and the oracle that is not broken is found in none of them."""

import pytest

from tests.soak import adversary
from tests.soak.broken import MUTANTS, FastTransmit, Mutant
from tests.soak.ends import OracleEnd
from tests.soak.hunt import FoundError, Hunt
from tests.soak.run import Verdict, play
from tests.soak.same_inputs import Elastic, SameInputs
from tests.soak.scenario import Scenario, load
from tests.soak.where import SCRIPTS

pytestmark = pytest.mark.eal


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_oracle_breaks_no_rule(path) -> None:
    verdict = play(load(path), makers=(OracleEnd, OracleEnd))
    assert verdict.right, str(verdict)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_end_is_found(mutant: Mutant) -> None:
    likely_first = sorted(SCRIPTS, key=lambda path: (path.stem == "keys") != mutant.keys)
    verdicts = (play(load(path), makers=(OracleEnd, mutant.end)) for path in likely_first)
    found = next((verdict for verdict in verdicts if not verdict.right), None)
    assert found is not None, f"{mutant.name} was not found"
    assert found.rule in mutant.rules, str(found)
    assert found.side == 1


class Patient(Elastic):
    """Waits twice the detection time."""

    @property
    def detection_us(self) -> int:
        return 2 * super().detection_us


class BesidePatient(SameInputs):
    make_session = Patient


def test_an_oracle_that_differs_is_seen_beside_the_engine() -> None:
    verdict = play(load(SCRIPTS[0]), shadows=(None, BesidePatient()))
    assert verdict.rule == "same-outputs"
    assert "detection time" in verdict.text


def test_what_is_found_is_made_short_and_kept(tmp_path) -> None:
    """A fast end, found by hypothesis: the script that is left needs no adversary."""

    class Fast(OracleEnd):
        make_session = FastTransmit

    def broken(scenario: Scenario, record: bool) -> Verdict:
        return play(scenario, makers=(OracleEnd, Fast), record=record, frames=300)

    hunt = Hunt(broken, "fast", folder=tmp_path, shrink_seconds=15)
    with pytest.raises(FoundError, match="tx-fast: right at"):
        hunt.run(adversary.scenarios(most_phases=2), examples=50, number=1)
    (kept,) = tmp_path.iterdir()
    script = load(kept / "script.toml")
    assert len(script.phase) == 1
    assert broken(script, False).rule == "tx-fast"
