# SPDX-License-Identifier: Apache-2.0
"""Telling by NH-Reach (draft-ietf-idr-rs-bfd-09): one ReachTell for each entry, Unknown ones included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.report.naming import Untellable
from bfd_fastpath.report.outgoing import Outgoing, UpdateMaker
from bfd_fastpath.report.settings import Address, ReportSettings, Session
from bfd_fastpath.report.telling import States
from bfd_fastpath.wire.bgp.family import Afi, Family
from bfd_fastpath.wire.bgp.update import end_of_rib
from bfd_fastpath.wire.bgpls import LinkPerformance
from bfd_fastpath.wire.nhreach import NhState, TellRun

_Said: TypeAlias = tuple[Address, Reachability]
_SAID = {
    Reachability.UNKNOWN: NhState.UNKNOWN,
    Reachability.UP: NhState.UP,
    Reachability.DOWN: NhState.DOWN,
}


class NhReachTelling:
    """A Telling. Down -> Unknown is an explicit Tell; a withdrawn Tell says that the entry is gone."""

    def __init__(self, settings: ReportSettings, session: Session) -> None:
        self._told: dict[Address, Reachability] = {}
        self._untellable: dict[Address, Untellable] = {}
        self._families = {_version(family): family for family in sorted(session.families)}
        self._makers = {
            version: UpdateMaker(settings.asn, session, family, ())
            for version, family in self._families.items()
        }

    def begin(self, states: States) -> list[Outgoing]:
        return self.say(states) + [Outgoing(end_of_rib(family)) for family in self._families.values()]

    def say(self, states: States) -> list[Outgoing]:
        """Every next hop is its own key: its latest Tell replaces the one before."""
        gone: dict[int, list[_Said]] = {version: [] for version in self._makers}
        news: dict[int, list[_Said]] = {version: [] for version in self._makers}
        for address, state in states.items():
            if state is None:
                self._untellable.pop(address, None)
                before = self._told.pop(address, None)
                if before is not None:
                    gone[address.version].append((address, before))
            elif (before := self._told.get(address)) is state:
                continue
            elif before is None and (why := self._why_not(address)) is not None:
                self._untellable[address] = why
            else:
                self._told[address] = state
                news[address.version].append((address, state))
        said: list[Outgoing] = []
        for version, maker in self._makers.items():
            if left := gone[version]:
                said += maker.withdraw_run(_tells(version, left), [(address, None) for address, _ in left])
            if new := news[version]:
                said += maker.announce_run(_tells(version, new), new)
        return said

    def set_settings(self, settings: ReportSettings) -> list[Outgoing]:
        """A Tell has nothing of ours in it."""
        return []

    def refresh(self, family: Family) -> list[Outgoing]:
        version = _version(family)
        told = [one for one in self._told.items() if one[0].version == version]
        return [
            *self._makers[version].announce_run(_tells(version, told), told),
            Outgoing(end_of_rib(family)),
        ]

    def leave(self) -> list[Outgoing]:
        return self.say(dict.fromkeys(self._told))

    def measured(self, links: Mapping[Address, LinkPerformance | None], now_ns: int) -> list[Outgoing]:
        """There is no place for it."""
        return []

    def told(self) -> dict[Address, Reachability]:
        return dict(self._told)

    def untellable(self) -> dict[Address, Untellable]:
        return dict(self._untellable)

    def quality(self) -> dict[Address, LinkPerformance]:
        return {}

    def _why_not(self, address: Address) -> Untellable | None:
        if address.is_link_local:
            return Untellable.LINK_LOCAL
        return None if address.version in self._makers else Untellable.FAMILY


def _version(family: Family) -> int:
    return 4 if family.afi == Afi.IPV4 else 6


def _tells(version: int, said: Iterable[_Said]) -> TellRun:
    return TellRun.of(version, ((address, _SAID[state]) for address, state in said))
