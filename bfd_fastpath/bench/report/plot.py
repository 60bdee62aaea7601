# SPDX-License-Identifier: Apache-2.0
"""A plot of a suite, and what all kinds of them have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bfd_fastpath.bench.document import Row
from bfd_fastpath.bench.report.numbers import limit_of
from bfd_fastpath.bench.report.svg import Picture

_ORDER: Final = ("ours", "l3fwd-lpm", "testpmd-mac", "testpmd-io")


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of one suite, and a sentence below it."""

    suite: str
    picture: Picture
    caption: str


def series(rows: Sequence[Row]) -> list[str]:
    """Who is measured in these, ours first."""
    names = {"ours": 0, **{name: 1 for row in rows for name in row.peers}}
    return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


def in_all(common: str) -> str:
    """What a caption says of names that were shortened."""
    return f" In all rows: {common}." if common else ""


def goal(row: Row, measured: str) -> float | None:
    """In that unit; None where the goal is of another, or there is none."""
    limit = limit_of(row)
    return limit[0] if limit is not None and limit[1] == measured else None


def name_of(suite: str, what: str, part: int = 0) -> str:
    """Of a picture, unique in a page."""
    words = "".join(one if one.isalnum() else "-" for one in f"{suite}-{what}".lower())
    return f"{words}-{part}" if part else words
