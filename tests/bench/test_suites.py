# SPDX-License-Identifier: Apache-2.0
"""The command knows the suites that there are, and hands each its options."""

import json
import re
from pathlib import Path

import pytest

from bfd_fastpath.bench import command, kept, suites
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Skipped
from bfd_fastpath.bench.suites.envelope import daemons, scale_rows
from bfd_fastpath.bench.suites.envelope.daemons import Flapped
from bfd_fastpath.bench.suites.envelope.rig import NotUpError
from bfd_fastpath.bench.suites.failover import rows as failover
from bfd_fastpath.cli.bench import SUITES
from bfd_fastpath.cli.main import invoke
from tests.bench.test_rows import held


def test_the_command_names_every_suite():
    assert list(SUITES) == list(suites.NAMES)


def test_every_directory_belongs_to_a_suite():
    here = Path(suites.__file__).parent
    modules = {name.split(".")[0] for pair in suites.MODULES.values() for name in pair if name}
    # Rows of bfd-detect and of control, by rigs of their own.
    modules |= {"telling", "silence", "withdrawal"}
    assert modules == {path.parent.name for path in here.glob("*/__init__.py")}


@pytest.mark.parametrize("name", [name for name in suites.NAMES if suites.has_options(name)])
def test_a_suite_reads_its_own_options(name, capsys):
    assert invoke(["bench", name, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.count("usage: bfd-fastpath bench") == 2


def test_a_run_of_all_has_every_suite(monkeypatch):
    asked = []

    def run(options, names, arguments):
        asked.extend(names)
        return 0

    monkeypatch.setattr(command, "_run", run)
    assert invoke(["bench", "--quick"]) == 0
    assert asked == list(suites.NAMES)


def test_an_option_that_a_suite_does_not_know_is_a_bad_command_line(capsys):
    assert invoke(["bench", "forward", "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


OWN = ("forward", "shed", "bfd-scale", "failover", "fib")


@pytest.mark.parametrize("name", OWN)
def test_with_options_of_its_own_a_suite_checks_its_cores_first(name, capsys):
    assert invoke(["bench", name, "--cpu", "4095", "--json", "/dev/null"]) == 2
    assert "--cpu 4095: this process may run on" in capsys.readouterr().err


@pytest.mark.parametrize("name", [*OWN, "control", "reload"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(name, capsys, tmp_path):
    file = tmp_path / "none" / "figures.json"
    assert invoke(["bench", name, "--json", str(file)]) == 2
    assert f"{file} cannot be written to" in capsys.readouterr().err


def test_figures_are_kept_where_somebody_asked_for_it(tmp_path):
    kept.keep(tmp_path / "figures.json", {"rows": [1]})
    kept.keep(None, {"rows": [1]})
    assert json.loads((tmp_path / "figures.json").read_text()) == {"rows": [1]}
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_measured_is_measured_on_the_cores_that_were_asked_for(monkeypatch):
    asked, given = Asked(scale=Scale.QUICK, cpu=2, other_cpu=3, say=lambda text: None), []

    def alone(call, *arguments):
        given.append(arguments)
        raise NotUpError("0 of 1")

    def climb(name, interval, ladder, seconds, cpus, say, begin):
        given.append(cpus)
        return Flapped(name, interval * 1000, 20, 0, "")

    monkeypatch.setattr(failover, "alone", alone)
    assert [type(one) for one in failover.rows(asked)] == [Skipped] * 2
    assert all((2, 3) in arguments for arguments in given)
    given.clear()
    monkeypatch.setattr(daemons, "missing", dict)
    monkeypatch.setattr(daemons, "climb", climb)
    list(scale_rows._beside(held(), asked))
    assert given == [(2, 3)] * 2


def test_the_page_names_every_suite_and_every_option():
    page = (Path(__file__).parents[2] / "docs/bench.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]*\|$", page, re.M) == list(suites.NAMES)
    parser = command._parser("bench")
    options = {word for one in parser._actions for word in one.option_strings}
    assert options == set(re.findall(r"`(--[a-z-]+)`", page))
