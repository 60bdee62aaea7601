# SPDX-License-Identifier: Apache-2.0
"""UPDATEs on their way to one peer, each with what the peer holds after it. Sending them is the speaker's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.report.settings import Address, ReportSettings, Session
from bfd_fastpath.wire.bgp.as_path import AsPath
from bfd_fastpath.wire.bgp.attributes import Attributes
from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgp.origin import Origin
from bfd_fastpath.wire.bgp.packer import Group, pack_announcements, pack_withdrawals
from bfd_fastpath.wire.bgp.update import Update
from bfd_fastpath.wire.bgpls import LinkPerformance, LinkState, RawNlri
from bfd_fastpath.wire.nhreach import TellRun

ToldRun: TypeAlias = Sequence[tuple[Address, Reachability | None]]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One UPDATE. told: each next hop it speaks of, and what the peer was told of it last; None: it was
    taken back."""

    update: Update
    told: tuple[tuple[Address, Reachability | None], ...] = ()


@dataclass(slots=True)
class Unit:
    """NLRIs about one next hop that never go into different UPDATEs, in the order in which they are said.
    Never changed once made; freezing would cost a storm dear."""

    address: Address
    after: Reachability | None
    nlris: Group


class UpdateMaker:
    """Turns units of one family into as few UPDATEs as the session's message limit allows."""

    def __init__(self, asn: int, session: Session, family: Family, next_hops: tuple[Address, ...]) -> None:
        self._session = session
        self._family = family
        self._next_hops = next_hops
        self._external = session.peer_as != asn
        self._path = AsPath.sequence(asn) if self._external else AsPath()

    def withdraw(self, units: Sequence[Unit]) -> list[Outgoing]:
        groups = [unit.nlris for unit in units]
        return list(_match(units, pack_withdrawals(self._family, groups, limit=self._session.limit)))

    def announce(self, units: Sequence[Unit]) -> list[Outgoing]:
        return list(_match(units, self._pack([unit.nlris for unit in units], None)))

    def withdraw_run(self, tells: TellRun, told: ToldRun) -> list[Outgoing]:
        """Tells of the next hops of `told`, in their order."""
        return list(_cut(told, pack_withdrawals(self._family, tells, limit=self._session.limit)))

    def announce_run(self, tells: TellRun, told: ToldRun) -> list[Outgoing]:
        return list(_cut(told, self._pack(tells, None)))

    def announce_own(self, nodes: Group, node_name: str | None) -> list[Outgoing]:
        """Our own Nodes: in UPDATEs of their own, because attribute 29 belongs to every NLRI beside it."""
        attribute = None if node_name is None else LinkState.make(node_name=node_name)
        return [Outgoing(update) for update in self._pack([(node,) for node in nodes], attribute)]

    def withdraw_own(self, nodes: Group) -> list[Outgoing]:
        groups = [(node,) for node in nodes]
        return [Outgoing(one) for one in pack_withdrawals(self._family, groups, limit=self._session.limit)]

    def announce_quality(self, links: Mapping[RawNlri, LinkPerformance | None]) -> list[Outgoing]:
        """Links that the peer has, again, with their quality (None: without): in UPDATEs of their own, links
        of the same quality together. They say nothing new of the next hops."""
        alike: dict[LinkPerformance | None, list[Group]] = {}
        for link, quality in links.items():
            alike.setdefault(quality, []).append((link,))
        return [
            Outgoing(update)
            for quality, groups in alike.items()
            for update in self._pack(groups, None if quality is None else LinkState.of_link(quality))
        ]

    def _pack(self, groups: Iterable[Group] | TellRun, link_state: LinkState | None) -> Iterator[Update]:
        attributes = Attributes(
            origin=Origin.IGP,
            as_path=self._path,
            local_pref=None if self._external else 100,
            link_state=link_state,
        )
        session = self._session
        return pack_announcements(
            self._family, attributes, self._next_hops, groups, limit=session.limit, as4=session.as4
        )


def next_hop(settings: ReportSettings, session: Session) -> Address:
    """RFC 9552 5.5: of the session's family, normally its local address. A loopback address means nothing to
    others; our LAN address does."""
    if not session.local.is_loopback:
        return session.local
    mine = (one.address for one in settings.lan if not one.address.is_link_local)
    return next((one for one in mine if one.version == session.local.version), session.local)


def _cut(told: ToldRun, updates: Iterable[Update]) -> Iterator[Outgoing]:
    """Which next hops each UPDATE took, where each has one NLRI."""
    position = 0
    for update in updates:
        part = update.mp_reach or update.mp_unreach
        count = len(part.nlris) if part is not None else 0
        yield Outgoing(update, tuple(told[position : position + count]))
        position += count


def _match(units: Sequence[Unit], updates: Iterable[Update]) -> Iterator[Outgoing]:
    """Which units each UPDATE took: the packer keeps their order."""
    position = 0
    for update in updates:
        part = update.mp_reach or update.mp_unreach
        left = len(part.nlris) if part is not None else 0
        told = []
        while left > 0:
            unit = units[position]
            told.append((unit.address, unit.after))
            left -= len(unit.nlris)
            position += 1
        yield Outgoing(update, tuple(told))
