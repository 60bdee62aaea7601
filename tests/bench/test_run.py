# SPDX-License-Identifier: Apache-2.0
"""A run of suites that are made up: what is skipped, what fails, what is required, and where it goes."""

import json

import pytest

from bfd_fastpath.bench import run as module
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.document import Better, Document, Row, Skipped
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
                if isinstance(one, Exception):
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
    assert capsys.readouterr().out.splitlines() == [str(path), str(markdown), str(page)]
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
    assert invoke(["bench", "--quick", "--json"]) == 0
    document = Document.from_json(capsys.readouterr().out)
    assert len(document.suites) > 3
    assert all(len(rows) == 1 for rows in document.suites.values())
    assert "the port is gone" in document.skipped[0].why


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
