# SPDX-License-Identifier: Apache-2.0
"""Which Python room may import which: the drawing in docs/architecture.md as a table, and a check that reads imports with ast."""

import ast
from collections.abc import Iterator
from pathlib import PurePath

from tests.shape.tree import Tree

INNER = {"prefixes", "config", "wire", "nhib", "session", "report", "net", "routeserver"}
#: Room of bfd_fastpath -> what of ours it may import besides itself. "pydp" is the package.
ALLOWED: dict[str, set[str]] = {
    "prefixes": set(),
    "config": set(),
    "wire": {"prefixes"},
    "nhib": set(),
    "session": {"pydp", "nhib"},
    "report": {"nhib", "wire"},
    "routeserver": {"prefixes", "wire", "nhib"},
    "net": {"pydp", "prefixes", "wire"},
    "agent": {"config", "wire", "nhib", "routeserver", "net"},
    "router": {"pydp", *INNER},
    "replay": {"pydp", "router", *INNER},
    "lab": {"pydp", "router", *INNER},
    "bench": {"pydp", "router", "replay", "lab", "agent", "doctor", *INNER},
    "daemon": {"pydp", "router", *INNER},
    "doctor": {"pydp", "config"},
    # What `show` needs before it can talk to a daemon; the rest is imported inside the command that needs it.
    "cli": {"net"},
    "__main__": {"cli"},
    "": set(),
}
LAZY: dict[str, set[str]] = {
    "cli": {"pydp", "router", "replay", "lab", "bench", "daemon", "agent", "doctor", *INNER}
}
#: Laws 1 and 2 of docs/architecture.md, as modules that a room does not import. Keys are rooms; "pydp" is the package.
BANNED: dict[str, set[str]] = {
    "prefixes": {"asyncio", "socket", "time", "datetime", "random", "secrets", "threading", "os"},
    "wire": {"asyncio", "socket", "time", "datetime", "random", "secrets", "threading", "os"},
    "config": {"asyncio", "socket", "time", "random", "secrets"},
    "nhib": {"asyncio", "socket", "time", "datetime", "random", "secrets", "threading"},
    "session": {"asyncio", "socket"},
    "report": {"asyncio", "socket", "time", "random"},
    "routeserver": {"asyncio", "socket", "time", "random"},
    "replay": {"asyncio", "socket", "random", "secrets"},
    "pydp": {"asyncio", "bfd_fastpath"},
}


def room_of(path: str) -> str | None:
    """pydp, a room of bfd_fastpath ("" for its __init__), or None for what stands outside both."""
    parts = PurePath(path).parts
    if parts[0] == "pydp":
        return "pydp"
    if parts[0] != "bfd_fastpath":
        return None
    if len(parts) > 2:
        return parts[1]
    stem = PurePath(path).stem
    return "" if stem == "__init__" else stem


def imports(path: str, source: str) -> Iterator[tuple[int, str, bool]]:
    """(line, absolute module, whether loading the file leaves it out) for every import: in a function, or for types only."""
    package = list(PurePath(path).parts[:-1])

    def walk(node: ast.AST, lazy: bool) -> Iterator[tuple[int, str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for name in child.names:
                    yield child.lineno, name.name, lazy
            elif isinstance(child, ast.ImportFrom):
                above = package[: len(package) - child.level + 1] if child.level else []
                base = ".".join([*above, *([child.module] if child.module else [])])
                for name in child.names:
                    yield child.lineno, f"{base}.{name.name}", lazy
            else:
                function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                types = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
                yield from walk(child, lazy or function or types)

    yield from walk(ast.parse(source), lazy=False)


def complaints(tree: Tree) -> list[str]:
    found = []
    for path, source in tree.items():
        room = room_of(path)
        if room is None or not path.endswith(".py"):
            continue
        for line, module, lazy in imports(path, source):
            names = module.split(".")
            where = f"{path}:{line}"
            if names[0] in BANNED.get(room, ()):
                found.append(f"{where}: {room} imports {names[0]}")
            if room == "pydp" or names[0] not in ("pydp", "bfd_fastpath"):
                if names[0] in ("benches", "tests"):
                    found.append(f"{where}: {room} imports {names[0]}")
                continue
            other = "pydp" if names[0] == "pydp" else room_of("/".join(names[:2]) + "/x")
            if room not in ALLOWED:
                found.append(f"{where}: {room} is not a room of docs/architecture.md")
            elif other not in {room, ""} | ALLOWED[room] | (LAZY.get(room, set()) if lazy else set()):
                found.append(
                    f"{where}: {room or 'bfd_fastpath'} imports {other}{'' if lazy else ' at its top'}"
                )
    return found
