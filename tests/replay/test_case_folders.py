# SPDX-License-Identifier: Apache-2.0
"""Folders as cases: what is found, what is read, how a difference and a broken case are told. Answers are made here."""

import json
import os
from pathlib import Path

import pytest

from bfd_fastpath.replay.case import Options, read
from bfd_fastpath.replay.cases import CasesError, Outcome, check, document, exit_code, lines

SPDX = "# SPDX-License-Identifier: Apache-2.0\n"


def folder(directory: Path, name: str, expected: object = None, **files: str) -> Path:
    """A case whose capture is ten octets, unless `files` brings another; `_` in their names stands for a dot."""
    made = directory / name
    made.mkdir(parents=True)
    if expected is not None:
        (made / "expect.json").write_text(json.dumps(expected))
    for file, text in (files or {"capture_pcap": "x" * 10}).items():
        (made / file.replace("_", ".")).write_text(text)
    return made


def size(capture: Path, case: object) -> dict:
    """An answer that depends on the capture."""
    return {"octets": capture.stat().st_size}


def test_every_case_below_a_folder_is_tried_in_the_order_of_names(tmp_path: Path) -> None:
    folder(tmp_path, "b", {"octets": 10})
    folder(tmp_path, "a/inside", {"octets": 11})
    folder(tmp_path, ".hidden", {"octets": 12})
    (tmp_path / "empty").mkdir()
    results = check(tmp_path, size)
    assert [(one.name, one.outcome) for one in results] == [("a/inside", Outcome.FAILS), ("b", Outcome.HOLDS)]
    assert str(results[0].mismatches[0]) == "$.octets: expected 11, found 10"


def test_a_case_itself_may_be_named(tmp_path: Path) -> None:
    assert [one.name for one in check(folder(tmp_path, "alone", {}), size)] == ["alone"]


def test_a_script_makes_the_capture(tmp_path: Path) -> None:
    script = SPDX + "import sys\nopen(sys.argv[1], 'w').write('four')\n"
    folder(tmp_path, "python", {"octets": 4}, capture_py=script)
    made = folder(tmp_path, "shell", {"octets": 5}, capture='#!/bin/sh\nprintf 12345 >"$1"\n')
    os.chmod(made / "capture", 0o755)
    assert [one.outcome for one in check(tmp_path, size)] == [Outcome.HOLDS, Outcome.HOLDS]


def test_the_options_and_the_capture_of_another_case_are_read(tmp_path: Path) -> None:
    folder(tmp_path, "one", {})
    text = 'title = "T"\ncapture = "../one/capture.pcap"\n[recording]\nx = 1\n'
    text += '[options]\nas = "192.0.2.1"\nseed = 7\ninterval = "50ms"\nmultiplier = [3, "4-5"]\nset = ["1.interval=1ms"]\n'
    case = read(folder(tmp_path, "two", {}, case_toml=text), "two")
    assert case.title == "T"
    assert case.source.samefile(tmp_path / "one" / "capture.pcap")
    assert case.options == Options("192.0.2.1", 7, ("50ms",), ("3", "4-5"), ("1.interval=1ms",))
    assert case.configuration is None


@pytest.mark.parametrize(
    ("expected", "files", "told"),
    [
        (None, {"capture_pcap": ""}, "there is no expect.json"),
        ({}, {"config_toml": ""}, "there is none of capture.pcapng"),
        ({}, {"capture_pcap": "", "capture_py": ""}, "there is more than one of"),
        ({}, {"capture_pcap": "", "case_toml": "x = 1"}, "unknown: x"),
        ({}, {"capture_pcap": "", "case_toml": "x"}, "case.toml: Expected"),
        ({}, {"capture_pcap": "", "case_toml": 'capture = "y"'}, "there is no"),
        ({}, {"capture_pcap": "", "case_toml": "options = 1"}, "has to be a table"),
        ({}, {"capture_pcap": "", "case_toml": "[options]\nas = 1"}, "options.as: a text is needed"),
        ({}, {"capture_pcap": "", "case_toml": "[options]\nseed = true"}, "options.seed: a number is needed"),
        ({}, {"capture_pcap": "", "case_toml": "[options]\nx = 1"}, "options.x: unknown"),
        ({}, {"capture_py": SPDX}, "made no capture"),
        ({}, {"capture_py": SPDX + "raise ValueError('no')"}, "ended with 1: ValueError: no"),
        ({}, {"capture": "not executable"}, "is it executable?"),
        ({"octets": {"at-least": "x"}}, {"capture_pcap": ""}, "at-least takes a number"),
    ],
)
def test_a_broken_case_is_told_in_a_sentence_and_the_others_are_tried(
    tmp_path, expected, files, told
) -> None:
    folder(tmp_path, "a", expected, **files)
    folder(tmp_path, "b", {"octets": 10})
    broken, good = check(tmp_path, size)
    assert broken.outcome is Outcome.BROKEN
    assert told in str(broken.problem)
    assert good.outcome is Outcome.HOLDS


def test_an_expectation_that_is_no_json_is_broken(tmp_path: Path) -> None:
    (folder(tmp_path, "a", {}) / "expect.json").write_text("{")
    (result,) = check(tmp_path, size)
    assert "expect.json" in str(result.problem)


@pytest.mark.parametrize(
    ("cases", "code", "last"),
    [
        ({"a": {"octets": 10}}, 0, "1 holds"),
        ({"a": {"octets": 10}, "b": {"octets": 9}}, 1, "1 holds, 1 fails"),
        ({"a": {"octets": 9}, "b": None}, 2, "1 fails, 1 broken"),
    ],
)
def test_the_exit_code_and_the_last_line_sum_up(tmp_path: Path, cases, code, last) -> None:
    for name, expected in cases.items():
        folder(tmp_path, name, expected)
    results = check(tmp_path, size)
    assert exit_code(results) == code
    assert lines(results)[-1] == last


def test_what_does_not_hold_stands_under_its_case(tmp_path: Path) -> None:
    folder(tmp_path, "a", {"octets": 9})
    assert lines(check(tmp_path, size))[:2] == ["fails   a", "        $.octets: expected 9, found 10"]


def test_programs_get_every_mismatch_and_every_problem(tmp_path: Path) -> None:
    folder(tmp_path, "a", {"octets": 9, **{f"key-{number}": 1 for number in range(20)}})
    folder(tmp_path, "b", None)
    folder(tmp_path, "c", {"octets": 10})
    failing, broken, good = document(check(tmp_path, size))
    assert (failing["name"], failing["outcome"], failing["problem"]) == ("a", "fails", None)
    assert {"path": "$.octets", "expected": "9", "found": "10"} in failing["mismatches"]
    assert len(failing["mismatches"]) == 21
    assert "there is no expect.json" in broken["problem"]
    assert good == {"name": "c", "outcome": "holds", "mismatches": [], "problem": None}


def test_a_folder_that_is_none_or_holds_no_case_is_told(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="no such folder"):
        check(tmp_path / "nowhere", size)
    with pytest.raises(CasesError, match="no case in it; a case is a folder with a capture"):
        check(tmp_path, size)
