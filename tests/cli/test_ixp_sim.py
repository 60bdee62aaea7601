# SPDX-License-Identifier: Apache-2.0
"""ixp-sim on the command line: what it prints, its exit code, and what it refuses."""

import json

import pytest

from bfd_fastpath.cli.main import invoke

SMALL = ["ixp-sim", "--clients", "6", "--prefixes", "12", "--failures", "link", "--seed", "3"]


def test_json_has_the_figures(capsys):
    assert invoke([*SMALL, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["clients"] == 6
    assert document["affected"] > 0
    assert document["wrong-kept"] == document["wrong-withdrawn"] == 0


def test_a_table_for_people(capsys):
    assert invoke(SMALL) == 0
    out = capsys.readouterr().out
    assert "wrong-kept" in out
    assert "6 clients" in out


def test_wrong_routes_are_a_failure(capsys):
    assert invoke([*SMALL, "--sabotage", "ignore-down"]) == 1
    assert "wrongly kept" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--failures", "earthquake"], "'earthquake' is no failure pattern"),
        (["--clients", "3"], "4<=x<=4000"),
        (["--prefixes", "none"], "'none' is not a valid integer"),
        (["--without-bfd", "120%"], "'120%' is not between 0 and 100 %"),
        (["--without-bfd", "some"], "'some' is no share"),
        (["--sabotage", "all"], "'all' is not one of"),
        (["--interval", "1ms"], "it may be 10 ms to 10 s"),
    ],
)
def test_what_cannot_be_is_refused(capsys, arguments, text):
    assert invoke([*SMALL, *arguments]) == 2
    assert text in capsys.readouterr().err
