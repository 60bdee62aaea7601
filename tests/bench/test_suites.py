# SPDX-License-Identifier: Apache-2.0
"""The command knows the suites that there are, and hands each its options."""

import re
from pathlib import Path

import pytest

from bfd_fastpath.bench import command, suites
from bfd_fastpath.cli.bench import SUITES
from bfd_fastpath.cli.main import invoke


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


def test_the_page_names_every_suite_and_every_option():
    page = (Path(__file__).parents[2] / "docs/bench.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]*\|$", page, re.M) == list(suites.NAMES)
    parser = command._parser("bench")
    options = {word for one in parser._actions for word in one.option_strings}
    assert options == set(re.findall(r"`(--[a-z-]+)`", page))
