# SPDX-License-Identifier: Apache-2.0
"""Every case of this folder holds: what real daemons did, one end played, other timers, and a capture that a script makes."""

import json
import shutil
from pathlib import Path

import pytest

from bfd_fastpath.replay.answer import answer
from bfd_fastpath.replay.case import folders
from bfd_fastpath.replay.cases import Outcome, check, exit_code, lines
from pydp.replay import watch

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("folder", folders(CASES), ids=lambda folder: folder.name)
def test_the_case_holds(folder: Path) -> None:
    (result,) = check(folder, answer)
    assert result.problem is None
    assert result.mismatches == ()


@pytest.mark.parametrize(
    "capture", sorted(CASES.glob("*/capture.pcapng.gz")), ids=lambda path: path.parent.name
)
def test_no_outage_begins_before_the_last_hello_that_it_followed(capture: Path) -> None:
    for outage in (one for session in watch(capture).sessions for one in session.outages):
        assert outage.last_heard_ns is None or outage.last_heard_ns <= outage.time_ns


def test_the_folder_as_a_whole_is_exit_code_0() -> None:
    results = check(CASES, answer)
    assert exit_code(results) == 0
    assert lines(results)[-1] == f"{len(results)} holds"


def test_a_case_that_does_not_hold_is_seen(tmp_path: Path) -> None:
    """One wrong number in a copied case."""
    copy = tmp_path / "copy"
    shutil.copytree(CASES / "made_by_a_script", copy)
    expected = json.loads((copy / "expect.json").read_text())
    expected["sessions"][0]["state-changes"][1]["packet"] = 5
    (copy / "expect.json").write_text(json.dumps(expected))
    (result,) = check(tmp_path, answer)
    assert result.outcome is Outcome.FAILS
    assert "$.sessions[0].state-changes[1].packet: expected 5, found 4" in map(str, result.mismatches)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ('as = "192.0.2.1"', "needs a config.toml"),
        ('interval = "fast"', "fast"),
        ('set = "9.interval=1ms"', "9"),
    ],
)
def test_options_that_cannot_be_are_a_broken_case(tmp_path: Path, options: str, told: str) -> None:
    shutil.copytree(CASES / "made_by_a_script", tmp_path / "copy")
    (tmp_path / "copy" / "case.toml").write_text(f"[options]\n{options}\n")
    (result,) = check(tmp_path, answer)
    assert result.outcome is Outcome.BROKEN
    assert told in str(result.problem)


def test_an_address_that_no_port_has_is_a_broken_case(tmp_path: Path) -> None:
    shutil.copytree(CASES, tmp_path / "cases")
    case = tmp_path / "cases" / "as_bird_of_a_cut"
    for wrong in ("192.0.2.9", "here"):
        (case / "case.toml").write_text(
            f'capture = "../frr_bird_v4_one_way/capture.pcapng.gz"\n[options]\nas = "{wrong}"\n'
        )
        (result,) = check(case, answer)
        assert wrong in str(result.problem)


def test_a_capture_that_is_none_is_a_broken_case(tmp_path: Path) -> None:
    (tmp_path / "capture.pcap").write_text("no capture")
    (tmp_path / "expect.json").write_text("{}")
    (result,) = check(tmp_path, answer)
    assert "no pcap or pcapng" in str(result.problem)
