# SPDX-License-Identifier: Apache-2.0
"""Which C room may include which, what the pure core and replay may include, and how plain the public headers are."""

import re
from pathlib import PurePath

from tests.shape.tree import Tree

#: core <- fib <- path, core <- {path, io} <- engine <- generate <- api and core <- {replay, lan} <- api, as a table of what a room may include besides
#: itself and the public headers.
ALLOWED: dict[str, set[str]] = {
    "core": set(),
    "fib": {"core"},
    "path": {"core", "fib"},
    "io": {"core"},
    "replay": {"core"},
    "lan": {"core"},
    "engine": {"core", "fib", "path", "io"},
    "generate": {"core", "io", "engine"},
    "api": {"core", "path", "io", "engine", "generate", "replay", "lan"},
    "examples": set(),
    "include": set(),
    "xdp": set(),
}
#: A far end that shared the state machine of the engine would share its faults: what the generator may have of these rooms.
GENERATE_OF_ENGINE = {"clock.h", "table.h"}
GENERATE_NOT_OF_CORE = ("bfd_fsm", "bfd_session", "discriminator", "nexthop")
#: md5.h and sha1.h are libmd's.
PURE = {"stdint.h", "stdbool.h", "stddef.h", "string.h", "assert.h", "md5.h", "sha1.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
#: Calls that core must not make: a clock, a random source, memory from the heap, I/O.
IMPURE = re.compile(
    r"\b(malloc|calloc|realloc|free|clock_gettime|time|rand|random|getrandom|printf|fprintf|open|read|write)\s*\("
)
DIRECTIVE = re.compile(r"^\s*#\s*(\w+)(.*)$", re.M)


def _without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", source, flags=re.S)


def _target(path: str, name: str, tree: Tree) -> str | None:
    """The room that a quoted include leads to; None when no file of ours has that name."""
    beside = str(PurePath(path).parent / name)
    for candidate in (beside, f"native/{name}"):
        if candidate in tree:
            return PurePath(candidate).parts[1]
    return None


def complaints(tree: Tree) -> list[str]:
    found = []
    for path, source in tree.items():
        parts = PurePath(path).parts
        if parts[0] != "native" or len(parts) < 3 or not path.endswith((".c", ".h")):
            continue
        room = parts[1]
        if room not in ALLOWED:
            found.append(f"{path}: {room} is not a room of docs/architecture.md")
            continue
        for style, name in INCLUDE.findall(source):
            if style == '"':
                target = _target(path, name, tree)
                if target is None:
                    found.append(f'{path}: "{name}" is no file of ours: use <{name}>')
                elif target not in {room, "include"} | ALLOWED[room] or _shares_too_much(room, target, name):
                    found.append(f"{path}: {room} includes {target}'s {name}")
            elif room == "core" and name not in PURE and not name.startswith("pydp/"):
                found.append(f"{path}: core includes <{name}>")
            elif room == "replay" and name.startswith("rte_"):
                found.append(f"{path}: replay includes DPDK's <{name}>")
            elif room in ("include", "examples") and name.startswith("rte_"):
                found.append(f"{path}: {room} shows DPDK's <{name}> outside")
        if room == "core":
            found += [f"{path}: core calls {name}()" for name in IMPURE.findall(_without_comments(source))]
        if room == "include":
            found += _header_complaints(path, source)
    return found


def _shares_too_much(room: str, target: str, name: str) -> bool:
    file = PurePath(name).name
    if room != "generate":
        return False
    if target == "engine":
        return file not in GENERATE_OF_ENGINE
    return target == "core" and file.startswith(GENERATE_NOT_OF_CORE)


def _header_complaints(path: str, source: str) -> list[str]:
    """cffi parses the public headers as they are: declarations, includes and the guard, no other directive."""
    guard = f"PYDP_{PurePath(path).stem.upper()}_H"
    wanted = {("ifndef", guard), ("define", guard), ("endif", "")}
    seen = [(word, _without_comments(rest).strip()) for word, rest in DIRECTIVE.findall(source)]
    found = [
        f"{path}: #{word} {rest}" for word, rest in seen if word != "include" and (word, rest) not in wanted
    ]
    found += [f"{path}: no #{word} {rest}" for word, rest in sorted(wanted - set(seen))]
    return found
