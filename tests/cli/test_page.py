# SPDX-License-Identifier: Apache-2.0
"""docs/cli.md and docs/examples say what the program does: commands, options, exit codes, reasons, control commands."""

import json
import re
from pathlib import Path

import click
import pytest

from bfd_fastpath.agent.load import load as agent
from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.main import cli
from bfd_fastpath.config import load
from bfd_fastpath.lab.routeserver.load import load as route_server
from bfd_fastpath.net.control_protocol import DEFAULT_PATH, decode_request, decode_response
from bfd_fastpath.nhib import Reason

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "cli.md").read_text()
#: By who reads them: a router, unless the file is called after another program.
OTHERS = {"rs-agent": agent, "route-server": route_server}
EXAMPLES = sorted(p for p in (DOCS / "examples").glob("*.toml") if p.stem not in OTHERS)


def leaves(group: click.Command = cli, path: tuple[str, ...] = ("bfd-fastpath",)):
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from leaves(command, (*path, name))
    else:
        yield path, group


def known():
    """The commands that do something, groups among them that do something by themselves."""
    for path, _ in leaves():
        yield path
        for length in range(2, len(path)):
            group: click.Command = cli
            for word in path[1:length]:
                assert isinstance(group, click.Group)
                group = group.commands[word]
            if isinstance(group, click.Group) and group.invoke_without_command:
                yield path[:length]


@pytest.mark.parametrize(
    ("path", "command"), list(leaves()), ids=lambda one: " ".join(one) if isinstance(one, tuple) else ""
)
def test_every_command_has_its_row_with_its_own_options(path, command):
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{' '.join(path)}")]
    assert len(rows) == 1, path
    shared = {"--socket", "--json", "--help"}
    options = {option for one in command.params for option in one.opts if option.startswith("-")}
    named = set(re.findall(r"(?<![\w-])--?[a-z]+", rows[0].split("|")[1])) | set(
        re.findall(r"`(--[a-z0-9-]+)`", rows[0])
    )
    assert all(
        named & set(one.opts)
        for one in command.params
        if one.opts[0] not in shared and one.opts[0].startswith("-")
    )
    assert named <= options


def test_the_page_names_no_command_that_there_is_not():
    there = {" ".join(path) for path in known()}
    for words in re.findall(r"^\| `(bfd-fastpath [a-z -]+?)(?: [A-Z\[-].*?)?`", PAGE, re.M):
        assert words.strip() in there


def test_every_exit_code_is_explained():
    codes = {value for name, value in vars(exit_codes).items() if name.isupper()}
    assert codes | {130} == {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.M)}


def test_every_reason_is_explained():
    assert set(re.findall(r"^\| (?:unknown|up|down) \| `([a-z-]+)`", PAGE, re.M)) == {
        one.value for one in Reason
    }


def test_the_shown_lines_are_the_protocol():
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    request, result, error = block.splitlines()
    assert decode_request(request.encode()).command == "show-sessions"
    assert decode_response(result.encode()) == json.loads(result)["result"]
    assert json.loads(error)["error"]["code"] == "not-found"
    assert DEFAULT_PATH in PAGE


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_good_configuration(path):
    assert load(path).ports


@pytest.mark.parametrize("name", OTHERS)
def test_every_example_of_another_program_is_a_good_configuration(name):
    assert OTHERS[name](DOCS / "examples" / f"{name}.toml")


def test_there_are_examples():
    assert len(EXAMPLES) >= 3
