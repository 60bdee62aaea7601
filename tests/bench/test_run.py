# SPDX-License-Identifier: Apache-2.0
"""A run of suites that are made up: what is skipped, what fails, what is required, and where it goes."""

import json
import os

import pytest

from bfd_fastpath.bench import command, cores
from bfd_fastpath.bench import run as module
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.document import Better, Broken, Document, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.cli.main import invoke

ROW = Row(name="a row", parameters={}, unit="Mpps", better=Better.HIGHER, ours=Figure.of([1, 2, 3]))
MISSING = Skipped("forward", "l3fwd", "it is not installed", "apt-get install dpdk-dev")


@pytest.fixture
def gives(monkeypatch):
    """What a suite gives, in place of what it measures."""

    def give(*found):
        def rows(name, asked):
            for one in found:
                if isinstance(one, BaseException):
                    raise one
                yield one

        monkeypatch.setattr(module, "rows_of", rows)

    return give


def test_json_is_a_document_on_standard_output(gives, capsys):
    gives(ROW, MISSING)
    assert invoke(["bench", "forward", "--quick", "--json"]) == 0
    document = Document.from_json(capsys.readouterr().out)
    assert [row.name for row in document.suites["forward"]] == ["a row"]
    assert document.skipped == (MISSING,)
    assert document.machine["cpu"]["cores"]
    assert "--quick" in document.command


def test_a_file_is_written_and_named(gives, capsys, tmp_path):
    gives(ROW)
    assert invoke(["bench", "forward", "--quick", "--out", str(tmp_path)]) == 0
    (path,) = tmp_path.glob("bench-*-forward.json")
    (markdown,) = tmp_path.glob("bench-*-forward.md")
    (page,) = tmp_path.glob("bench-*-forward.html")
    *table, names = capsys.readouterr().out.rsplit("\n\n", 1)
    assert names.splitlines() == [str(path), str(markdown), str(page)]
    assert "a row" in "".join(table)
    assert "a row" in markdown.read_text()
    assert "<h2" in page.read_text()
    assert json.loads(path.read_text())["schema"] == 1


def test_a_missing_peer_is_skipped_with_its_command_unless_it_is_required(gives, capsys, tmp_path):
    gives(ROW, MISSING)
    words = ["bench", "forward", "--quick", "--out", str(tmp_path)]
    assert invoke(words) == 0
    assert "apt-get install dpdk-dev" in capsys.readouterr().err
    assert invoke([*words, "--require-peers"]) == 1
    assert "required" in capsys.readouterr().err


def test_a_suite_that_fails_is_told_and_the_next_one_is_measured(gives, capsys):
    gives(ROW, RuntimeError("the port is gone"))
    assert invoke(["bench", "--quick", "--json"]) == 1
    document = Document.from_json(capsys.readouterr().out)
    assert len(document.suites) > 3
    assert all(len(rows) == 1 for rows in document.suites.values())
    assert "the port is gone" in document.skipped[0].why


def test_what_is_ours_and_broke_is_a_failure_and_what_is_not_there_is_none(gives, capsys):
    broken = Broken("python", "test_events.py::test_event_drain", "AssertionError", "")
    words = ["bench", "python", "--quick", "--json"]
    gives(ROW, MISSING)
    assert invoke(words) == 0
    capsys.readouterr()
    gives(ROW, broken)
    assert invoke(words) == 1
    (kept,) = Document.from_json(capsys.readouterr().out).skipped
    assert (kept.what, kept.why) == (broken.what, broken.why)


def test_a_suite_without_a_row_is_a_failure(gives, tmp_path):
    gives(RuntimeError("no core"))
    assert invoke(["bench", "forward", "--quick", "--out", str(tmp_path)]) == 1


def test_ports_come_in_pairs(capsys):
    assert invoke(["bench", "bfd-scale", "--port", "0000:03:00.0"]) == 2
    assert "twice" in capsys.readouterr().err


def test_what_a_child_prints_is_not_in_the_document(capfd):
    alone(print, "a router logs")
    heard = capfd.readouterr()
    assert (heard.out, heard.err) == ("", "a router logs\n")


def test_interrupted_it_keeps_what_was_measured(gives, capsys, tmp_path):
    gives(ROW, KeyboardInterrupt())
    assert invoke(["bench", "--quick", "--out", str(tmp_path)]) == 130
    (path,) = tmp_path.glob("bench-*.json")
    document = Document.from_json(path.read_text())
    assert [row.name for row in document.suites["forward"]] == ["a row"]
    assert document.skipped == (Skipped("forward", "this suite and those after it", "interrupted", ""),)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--cpu", "4095"], "--cpu 4095: this process may run on"),
        (["--other-cpu", "-1"], "--other-cpu -1"),
        (["--cpu", "x"], "invalid int"),
        (["--out", "/proc/bench"], "--out /proc/bench"),
        (["--quick", "--full"], "not allowed with"),
        (["--quick", "--soak"], "--quick takes seconds and --soak ten minutes a row"),
        (["--bogus"], "--bogus"),
        (["--out"], "expected one argument"),
    ],
)
@pytest.mark.parametrize("suite", [[], ["python"]])
def test_what_cannot_begin_says_why_before_anything_is_measured(gives, capsys, suite, words, told):
    gives(AssertionError("it began"))
    assert invoke(["bench", *suite, *words]) == 2
    assert told in capsys.readouterr().err


def test_a_suite_that_is_not_there_is_named_with_those_that_are(capsys):
    assert invoke(["bench", "nosuch"]) == 2
    assert "there is no suite nosuch; there are forward, nodrop" in capsys.readouterr().err


def test_without_being_told_it_takes_cores_that_it_may_run_on():
    before = os.sched_getaffinity(0)
    last = max(before)
    parser = command._parser("bench")
    try:
        os.sched_setaffinity(0, {last})
        assert cores.chosen(parser.parse_args([])) == (last, last)
    finally:
        os.sched_setaffinity(0, before)
    if len(before) > 1:
        first, second = sorted(before)[:2]
        assert cores.chosen(parser.parse_args([])) == (first, second)
        assert cores.chosen(parser.parse_args(["--cpu", str(second)])) == (second, first)
        assert cores.chosen(parser.parse_args(["--other-cpu", str(first)])) == (second, first)
