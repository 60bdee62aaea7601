# SPDX-License-Identifier: Apache-2.0
"""What is kept of a finding: a replay case that holds, with both ends' captures; and a run repeats itself, frame by frame."""

import json
import subprocess
from pathlib import Path

import pytest

from bfd_fastpath.replay.answer import answer
from bfd_fastpath.replay.cases import check
from tests.soak.broken import MUTANTS
from tests.soak.ends import OracleEnd
from tests.soak.findings import keep
from tests.soak.run import play
from tests.soak.scenario import load, read, write
from tests.soak.where import SCRIPTS

pytestmark = pytest.mark.eal
CUTS, OPERATORS = (next(path for path in SCRIPTS if path.stem == name) for name in ("cuts", "operators"))


@pytest.mark.parametrize("path", [CUTS, OPERATORS], ids=["IPv6", "IPv4"])
def test_a_finding_is_a_case_that_replay_reads(path: Path, tmp_path: Path) -> None:
    slow = next(mutant for mutant in MUTANTS if mutant.name == "SlowDetection")
    scenario = load(path)
    makers = (None, slow.end) if path is CUTS else (None, None)
    verdict = play(scenario, makers=makers, record=True)
    folder = keep(scenario, verdict, tmp_path / "case")
    (result,) = check(folder, answer)
    assert result.problem is None
    assert result.mismatches == ()
    if path is CUTS:
        assert "detection-late: right at" in (folder / "story.txt").read_text()
    told = (folder / "story.txt").read_text()
    assert "says  UP" in told
    assert "hears UP" in told


@pytest.mark.interop("tshark")
def test_both_captures_are_what_tshark_reads(tmp_path: Path) -> None:
    verdict = play(load(OPERATORS), record=True)
    folder = keep(load(OPERATORS), verdict, tmp_path / "case")
    for name, side in (("capture.pcapng", verdict.side), ("other-end.pcapng", 1 - verdict.side)):
        command = ["tshark", "-r", str(folder / name), "-Y", "bfd", "-T", "fields", "-e", "bfd.version"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        frames = [frame for frame in verdict.recorded if frame.side == side]
        assert done.stdout.split() == ["1"] * len(frames)
    assert json.loads((folder / "expect.json").read_text())["packets"] > 500


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_run_repeats_itself(path: Path) -> None:
    first, second = (play(load(path), record=True) for _ in range(2))
    assert first == second
    assert first.digest != 0
    other = play(load(path).__class__(**{**_fields(path), "seed": 12345}))
    assert other.digest != first.digest


def _fields(path: Path) -> dict[str, object]:
    scenario = load(path)
    return {
        name: getattr(scenario, name)
        for name in ("seed", "family", "multihop", "least_ttl", "left", "right", "phase")
    }


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_survives_being_written(path: Path) -> None:
    assert read(write(load(path))) == load(path)


def test_a_key_that_no_script_has_is_told() -> None:
    with pytest.raises(ValueError, match="end has no drift: it has begin-us"):
        read("[left]\ndrift = 1\n")


def test_the_oracle_plays_the_same_link() -> None:
    """Frames of an end in Python are frames."""
    verdict = play(load(OPERATORS), makers=(OracleEnd, OracleEnd), record=True)
    assert verdict.right
    assert {len(frame.octets) for frame in verdict.recorded} == {14 + 20 + 8 + 24}
