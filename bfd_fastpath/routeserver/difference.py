# SPDX-License-Identifier: Apache-2.0
"""What must be told to one session about routes. No encoding here."""

from dataclasses import dataclass, field

from bfd_fastpath.routeserver.settings import Prefix
from bfd_fastpath.routeserver.table import Path


@dataclass(slots=True)
class Difference:
    """Prefixes with the path that the session should have now; None for no path any more."""

    routes: dict[Prefix, Path | None] = field(default_factory=dict)

    @property
    def withdrawn(self) -> list[Prefix]:
        return [prefix for prefix, path in self.routes.items() if path is None]

    @property
    def announced(self) -> dict[Path, list[Prefix]]:
        """Grouped by path, since the prefixes of one path share their attributes."""
        groups: dict[Path, list[Prefix]] = {}
        for prefix, path in self.routes.items():
            if path is not None:
                groups.setdefault(path, []).append(prefix)
        return groups

    def __bool__(self) -> bool:
        return bool(self.routes)
