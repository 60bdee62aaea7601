# SPDX-License-Identifier: Apache-2.0
"""Where the C sources of the library are: some suites compile parts of them."""

from pathlib import Path
from typing import Final

_TREE: Final = Path(__file__).parents[2] / "native"


class NoSourcesError(Exception):
    """This is an installed program without its source tree."""


def native() -> Path:
    """The directory of the library's sources; NoSourcesError where there is none."""
    if not (_TREE / "core").is_dir():
        raise NoSourcesError("this suite compiles C: run it from the source tree (make bench)")
    return _TREE
