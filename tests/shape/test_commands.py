# SPDX-License-Identifier: Apache-2.0
"""The documents name only commands, make goals and files that exist."""

from typing import Any

import click

from tests.shape.commands import command_complaints, goal_complaints, path_complaints
from tests.shape.tree import tracked

COMMANDS: dict[str, Any] = {"run": None, "show": {"sessions": None}}


def tree_of(command: object) -> Any:
    if not isinstance(command, click.Group):
        return None
    context = click.Context(command)
    below = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name: tree_of(child) for name, child in below.items() if child is not None}


def test_documented_commands_exist() -> None:
    from bfd_fastpath.cli.main import cli

    assert command_complaints(tracked(), tree_of(cli)) == []


def test_documented_make_goals_exist() -> None:
    assert goal_complaints(tracked()) == []


def test_documented_paths_exist() -> None:
    assert path_complaints(tracked()) == []


def test_what_does_not_exist_is_seen() -> None:
    page = {
        "README.md": "Type `make demon`, then\n```\nbfd-fastpath show session\n```\nand see `native/core/wheels.h`.",
        "Makefile": "demo:\n",
    }
    assert goal_complaints(page) != []
    assert path_complaints(page) != []
    assert command_complaints(page, COMMANDS) != []


def test_what_exists_is_accepted() -> None:
    page = {
        "README.md": "`make demo`, `bfd-fastpath show sessions --json`, `native/core/`, `bfd-fastpath run -c x`",
        "Makefile": "demo: build\n",
        "native/core/x.c": "",
    }
    assert goal_complaints(page) + path_complaints(page) + command_complaints(page, COMMANDS) == []
