# SPDX-License-Identifier: Apache-2.0
"""Rules that hold for every file: licence line, size, names, words that stay out, no sleeping in tests, one package list."""

import ast
import re
from pathlib import PurePath

from tests.shape.tree import Tree

SOURCES = (".c", ".h", ".py", ".pyx", ".pxd", ".pyi", ".sh", ".mk", "Makefile")
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LINES = 400
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
#: Paths that exist on one machine only.
FORBIDDEN = re.compile(r"(?<![\w.}])/(root|home|work)/")
UNMERGED = re.compile(r"^(?:<{7}|>{7}) ", re.M)
PACKAGES = ".ci/debian-packages.txt"


def licence_complaints(tree: Tree) -> list[str]:
    found = []
    for path, text in tree.items():
        lines = text.splitlines()[:2]
        script = bool(lines) and lines[0].startswith("#!")
        if (path.endswith(SOURCES) or script) and not any(
            LICENCE in line for line in lines[: 2 if script else 1]
        ):
            found.append(f"{path}: the first line is not the SPDX line")
    return found


def size_complaints(tree: Tree) -> list[str]:
    counted = {path: text.count("\n") for path, text in tree.items() if path.endswith(SOURCES)}
    return [f"{path}: {lines} lines, more than {LINES}" for path, lines in counted.items() if lines > LINES]


def name_complaints(tree: Tree) -> list[str]:
    return [
        f"{path}: a name that says nothing"
        for path in tree
        if EMPTY_NAMES & {PurePath(part).stem for part in PurePath(path).parts}
    ]


def word_complaints(tree: Tree) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path, text in tree.items()
        for match in FORBIDDEN.finditer(text)
    ]


def merge_complaints(tree: Tree) -> list[str]:
    """Lines that a merge leaves where two sides differ."""
    return [f"{path}: a merge was not finished" for path, text in tree.items() if UNMERGED.search(text)]


def sleep_complaints(tree: Tree) -> list[str]:
    """A test steps the clock or polls with a bound: time.sleep never, asyncio.sleep only to poll in a loop, or of 0."""
    found = []

    def walk(path: str, node: ast.AST, loop: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if (
                isinstance(child, ast.Call)
                and isinstance(child.func, ast.Attribute)
                and child.func.attr == "sleep"
            ):
                zero = (
                    bool(child.args) and isinstance(child.args[0], ast.Constant) and child.args[0].value == 0
                )
                polling = loop and isinstance(child.func.value, ast.Name) and child.func.value.id == "asyncio"
                if not (zero or polling):
                    found.append(f"{path}:{child.lineno}: sleeps")
            if (
                isinstance(child, ast.ImportFrom)
                and child.module == "time"
                and any(n.name == "sleep" for n in child.names)
            ):
                found.append(f"{path}:{child.lineno}: imports sleep")
            walk(path, child, loop or isinstance(child, ast.While | ast.For | ast.AsyncFor))

    for path, text in tree.items():
        if path.startswith("tests/") and path.endswith(".py"):
            walk(path, ast.parse(text), loop=False)
        elif path.startswith("tests/") and path.endswith(".c") and re.search(r"\b(u|nano)?sleep\s*\(", text):
            found.append(f"{path}: sleeps")
    return found


def package_list_complaints(tree: Tree) -> list[str]:
    """The Debian packages are listed in one file; another that installs two by name, or names three -dev packages, is a second."""
    names = [line for line in tree.get(PACKAGES, "").splitlines() if line and not line.startswith("#")]
    if not names:
        return [f"{PACKAGES}: no packages in it"]
    found = [f"{PACKAGES}: {name} twice" for name in sorted(set(names)) if names.count(name) > 1]
    one = rf"\b({'|'.join(map(re.escape, names))})\b"
    installs = re.compile(rf"apt(-get)? install [^\n]*{one}[^\n]* {one}")
    for path, text in tree.items():
        if path != PACKAGES and not path.startswith("tests/shape/"):
            named = {
                name
                for name in names
                if name.endswith(("-dev", "-venv")) and re.search(rf"(?<![\w-]){re.escape(name)}\b", text)
            }
            if installs.search(text) or len(named) > 2:
                found.append(f"{path}: lists Debian packages again")
    return found
