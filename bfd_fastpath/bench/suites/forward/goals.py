# SPDX-License-Identifier: Apache-2.0
"""Who stands beside ours in a row of the document, and what ours is wished to reach."""

from collections.abc import Iterator, Mapping
from typing import Final

from bfd_fastpath.bench.document import Broken, Goal, Relation, Skipped
from bfd_fastpath.bench.suites.forward.process import NotInstalledError, PartError
from bfd_fastpath.bench.suites.forward.row import Row

NAMES: Final = {"io": "testpmd-io", "mac": "testpmd-mac", "l3fwd": "l3fwd-lpm"}
#: A table that small fits into the caches.
_FEW_ROUTES: Final = 1000
_INSTALL: Final = {
    "io": "apt-get install dpdk-dev",
    "mac": "apt-get install dpdk-dev",
    "l3fwd": "apt-get install libdpdk-dev",
}


def limit_of(row: Row) -> float | None:
    """The goal: at most so much of l3fwd's cycles above io."""
    if row.size != 64:
        return None
    return 0.8 if row.family == 4 and row.routes <= _FEW_ROUTES else 1.0


def goal_of(limit: float | None) -> Goal | None:
    """As the document has it."""
    if limit is None:
        return None
    text = f"cycles a packet above io at most {limit:g} x l3fwd's"
    return Goal(text, limit, NAMES["l3fwd"], Relation.AT_MOST)


def left_out(absent: Mapping[str, PartError], row: str) -> Iterator[Skipped]:
    """Who could not take part in a row, with the reason; the row itself where that is ours."""
    for name, error in absent.items():
        what = row if name == "ours" else f"{NAMES.get(name, name)}: {row}"
        install = _INSTALL.get(name, "") if isinstance(error, NotInstalledError) else ""
        kind = Broken if name == "ours" else Skipped
        yield kind("forward", what, str(error), install)
