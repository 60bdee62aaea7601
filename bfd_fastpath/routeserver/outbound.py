# SPDX-License-Identifier: Apache-2.0
"""Adj-RIB-Out of one session: what the client has been sent, and the difference to what it should have. No
encoding here."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bfd_fastpath.routeserver.settings import Prefix
from bfd_fastpath.routeserver.table import Path


@dataclass(slots=True)
class Difference:
    """What must be told to one session. Announcements are grouped by path, since these share their
    attributes."""

    withdrawn: list[Prefix] = field(default_factory=list)
    announced: dict[Path, list[Prefix]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.withdrawn or self.announced)


class AdjRibOut:
    """The routes that one session has been sent, of the IP versions that it negotiated."""

    def __init__(self, versions: Iterable[int]) -> None:
        self.versions = frozenset(versions)
        self._sent: dict[Prefix, Path] = {}

    def offer(self, prefix: Prefix, path: Path | None, difference: Difference) -> None:
        """The session should have `path` (None: nothing) for `prefix`; adds to `difference` only what changes
        that."""
        if prefix.version not in self.versions:
            return
        sent = self._sent.get(prefix)
        if path is sent:
            return
        if path is None:
            del self._sent[prefix]
            difference.withdrawn.append(prefix)
        else:
            self._sent[prefix] = path
            difference.announced.setdefault(path, []).append(prefix)

    def everything(self, version: int) -> Difference:
        """All routes of one IP version again, for a route refresh (RFC 2918)."""
        difference = Difference()
        for prefix, path in self._sent.items():
            if prefix.version == version:
                difference.announced.setdefault(path, []).append(prefix)
        return difference

    def __len__(self) -> int:
        return len(self._sent)

    def __contains__(self, prefix: Prefix) -> bool:
        return prefix in self._sent
