# SPDX-License-Identifier: Apache-2.0
"""What the documents tell people to type and to open: each must exist. Reads Markdown, the Makefile and click's command tree."""

import re
from collections.abc import Mapping
from typing import Any

from tests.shape.tree import Tree

CODE = re.compile(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", re.S)
PATH = re.compile(r"(?<![\w./*-])(?:native|pydp|bfd_fastpath|tests|benches|docs|\.ci)/[\w./-]*\w")


def code_in(markdown: str) -> list[str]:
    """The fenced blocks and inline code of a page."""
    return [fenced or inline for fenced, inline in CODE.findall(markdown)]


def goals(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.M))


def pages(tree: Tree) -> Tree:
    return {path: text for path, text in tree.items() if path.endswith(".md")}


def goal_complaints(tree: Tree) -> list[str]:
    known = goals(tree.get("Makefile", ""))
    return [
        f"{path}: make {goal} is no goal"
        for path, text in pages(tree).items()
        for code in code_in(text)
        for goal in re.findall(r"(?:^|[\s$])make ([a-z][a-z-]*)", code)
        if goal not in known
    ]


def path_complaints(tree: Tree) -> list[str]:
    folders = {path[: match.start()] for path in tree for match in re.finditer("/", path)}
    return [
        f"{path}: {name} does not exist"
        for path, text in pages(tree).items()
        for code in code_in(text)
        for name in PATH.findall(code)
        if name not in tree and name not in folders
    ]


def command_complaints(tree: Tree, commands: Mapping[str, Any]) -> list[str]:
    """`commands` maps the words of the command line to the commands below them, or to something else where there are none."""
    found = []
    for path, text in pages(tree).items():
        for code in code_in(text):
            for line in re.findall(r"bfd-fastpath((?: [a-z][a-z-]*)+)", code):
                below: Any = commands
                for word in line.split():
                    if not isinstance(below, Mapping):
                        break
                    if word not in below:
                        found.append(f"{path}: bfd-fastpath{line} is no command")
                        break
                    below = below[word]
    return found
