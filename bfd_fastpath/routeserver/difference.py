# SPDX-License-Identifier: Apache-2.0
"""What must be told to one session about routes. No encoding here."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from bfd_fastpath.prefixes import Run, latest
from bfd_fastpath.routeserver.table import Path

#: Prefixes with the path that a session should have; None for no path any more.
Given = tuple[Path | None, Run]


@dataclass(slots=True)
class Difference:
    """What the session should have now, each prefix once."""

    given: list[Given] = field(default_factory=list)

    def update(self, given: Sequence[Given]) -> None:
        """Each prefix is in there once. Where something was said of it before, this counts."""
        self.given = latest([*self.given, *given]) if self.given else list(given)

    @property
    def withdrawn(self) -> list[Run]:
        """One run for each IP version."""
        gone = [run for path, run in self.given if path is None]
        parts = [(version, [run for run in gone if run.version == version]) for version in (4, 6)]
        return [Run.joined(version, part) for version, part in parts if part]

    @property
    def announced(self) -> list[tuple[Path, Run]]:
        """One run for each path, since the prefixes of one path share their attributes."""
        groups: dict[Path, list[Run]] = {}
        for path, run in self.given:
            if path is not None:
                groups.setdefault(path, []).append(run)
        return [(path, Run.joined(runs[0].version, runs)) for path, runs in groups.items()]

    def key(self) -> Hashable:
        """Equal for those that say the same in the same order."""
        return tuple((path, run.version, run.octets) for path, run in self.given)

    def __bool__(self) -> bool:
        return bool(self.given)
