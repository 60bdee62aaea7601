# SPDX-License-Identifier: Apache-2.0
"""The tracked text files of this repository: what every shape check reads, so that a check can be shown a bad sample instead."""

import subprocess
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

#: Text by path relative to the repository.
Tree = dict[str, str]


@cache
def tracked() -> Tree:
    """Every tracked file that is text. Not to be changed by who reads it."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout
    tree: Tree = {}
    for name in names.split("\0"):
        path = REPOSITORY / name
        if not name or not path.is_file():
            continue
        try:
            tree[name] = path.read_text()
        except UnicodeDecodeError:
            continue
    return tree
