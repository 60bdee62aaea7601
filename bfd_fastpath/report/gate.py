# SPDX-License-Identifier: Apache-2.0
"""What stands between the NHIB and the reporters: the fuse, the wait of next hops that bounce, and the moment
that changes wait for each other. A report of Down is late by the fuse's hold and that moment at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bfd_fastpath.nhib import Change, Entry, Reachability
from bfd_fastpath.report.bounce import Bounce, BouncePolicy
from bfd_fastpath.report.coalesce import Coalesce, CoalescePolicy
from bfd_fastpath.report.fuse import Blown, Fuse, FusePolicy, Mended, Ports
from bfd_fastpath.report.settings import Address


class HeldBy(StrEnum):
    """Why something known is not reported yet."""

    FUSE = "fuse"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class Held:
    """A next hop whose state is not reported yet."""

    by: HeldBy
    until_ns: int


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is to be reported now, and what happened to the fuse."""

    changes: list[Change]
    blown: list[Blown] = field(default_factory=list)
    mended: list[Mended] = field(default_factory=list)


class Gate:
    """One router's, for all its reporters; not thread-safe, one owner."""

    def __init__(self, ports: Ports) -> None:
        self._fuse = Fuse(ports)
        self._bounce = Bounce()
        self._coalesce = Coalesce()

    def set_policies(self, fuse: FusePolicy, bounce: BouncePolicy, coalesce: CoalescePolicy) -> None:
        """For what comes; call due() after it."""
        self._fuse.set_policy(fuse)
        self._bounce.set_policy(bounce)
        self._coalesce.set_policy(coalesce)

    def sift(self, changes: Iterable[Change], now_ns: int, *, telling: bool) -> Sifted:
        """Changes of the NHIB as they happen. `telling`: there is a session to report over."""
        passed, blown = self._fuse.sift(changes, now_ns, telling=telling)
        return Sifted(self._coalesce.sift(self._bounce.sift(passed, now_ns), now_ns), blown)

    def due(self, now_ns: int) -> Sifted:
        """What was held for long enough."""
        changes, mended = self._fuse.due(now_ns)
        passed = self._bounce.sift(changes, now_ns) + self._bounce.due(now_ns)
        return Sifted(self._coalesce.sift(passed, now_ns), mended=mended)

    def next_deadline(self) -> int | None:
        """When due() has something to do."""
        parts = (self._fuse, self._bounce, self._coalesce)
        times = (part.next_deadline() for part in parts)
        return min((time for time in times if time is not None), default=None)

    def held(self, address: Address) -> Held | None:
        """Whether a next hop's state is held back."""
        if (until_ns := self._fuse.holds(address)) is not None:
            return Held(HeldBy.FUSE, until_ns)
        if (until_ns := self._bounce.holds(address)) is not None:
            return Held(HeldBy.BOUNCE, until_ns)
        return None

    def believed(self, entries: Iterable[Entry], *, fresh: bool) -> list[Entry]:
        """The entries as they are to be reported: what is held as it was reported last. To a fresh session
        nothing was, and a next hop that the fuse holds is Unknown there."""
        return [self._believed(entry, fresh) for entry in entries]

    def blown(self) -> list[Blown]:
        """The ports whose reports are held."""
        return self._fuse.blown()

    @property
    def fuse_count(self) -> int:
        """Times that the fuse blew."""
        return self._fuse.count

    def _believed(self, entry: Entry, fresh: bool) -> Entry:
        if self._fuse.holds(entry.address) is not None:
            return replace(entry, state=Reachability.UNKNOWN if fresh else Reachability.UP)
        if self._bounce.holds(entry.address) is not None:
            told = self._bounce.told(entry.address)
            return replace(entry, state=told or Reachability.UNKNOWN)
        return entry
