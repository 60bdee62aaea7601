# SPDX-License-Identifier: Apache-2.0
"""The command knows the suites that there are, and hands each its options."""

from pathlib import Path

import pytest

from bfd_fastpath.bench import suites
from bfd_fastpath.cli.bench import SUITES
from bfd_fastpath.cli.main import invoke


def test_the_command_names_every_suite():
    places = {path.parent.name for path in Path(suites.__file__).parent.glob("*/run.py")}
    assert set(SUITES) == set(suites.NAMES) == places


@pytest.mark.parametrize("name", suites.NAMES)
def test_a_suite_reads_its_own_options(name, capsys):
    assert invoke(["bench", name, "--help"]) == 0
    assert f"bfd-fastpath bench {name}" in capsys.readouterr().out


def test_an_option_that_a_suite_does_not_know_is_a_bad_command_line(capsys):
    assert invoke(["bench", "forward", "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err
