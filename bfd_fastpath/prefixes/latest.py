# SPDX-License-Identifier: Apache-2.0
"""Of several things said of prefixes one after the other the last one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bfd_fastpath.prefixes.map import PrefixMap
from bfd_fastpath.prefixes.run import Run

T = TypeVar("T")


def latest(said: Sequence[tuple[T, Run]]) -> list[tuple[T, Run]]:
    """Each prefix once, with what is said of it last; each saying at most once, in the same order."""
    seen: PrefixMap[bool] = PrefixMap()
    kept: list[tuple[T, Run]] = []
    for what, run in reversed(said):
        # What has the same value comes in one part.
        kept += [(what, part) for before, part in seen.set(run, True) if before is None]
    return kept[::-1]
