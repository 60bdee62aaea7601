# SPDX-License-Identifier: Apache-2.0
"""All scripts, in the order in which they are played."""

from typing import Final

from bfd_fastpath.lab.conformance.scenes import (
    administration,
    beginning,
    changes,
    demand,
    echo,
    key_use,
    keyed,
    machine,
    password,
    polls,
    reception,
    silence,
    timing,
)
from bfd_fastpath.lab.conformance.script import Script

_FILES: Final = (
    beginning,
    machine,
    polls,
    reception,
    timing,
    silence,
    changes,
    demand,
    administration,
    echo,
    password,
    keyed,
    key_use,
)
SCRIPTS: Final[tuple[Script, ...]] = tuple(script for file in _FILES for script in file.scripts.all)
