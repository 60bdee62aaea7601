# SPDX-License-Identifier: Apache-2.0
"""What every transport can do on one session: say the difference between what was told and what is so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.report.naming import Untellable
from bfd_fastpath.report.outgoing import Outgoing
from bfd_fastpath.report.settings import Address, ReportSettings
from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgpls import LinkPerformance

States = Mapping[Address, Reachability | None]
"""What is so of some next hops; None for "no entry"."""


class Telling(Protocol):
    """One session's. Every method that returns Outgoings wants them sent, in order."""

    def begin(self, states: States) -> list[Outgoing]:
        """All there is to say, then End-of-RIB."""

    def say(self, states: States) -> list[Outgoing]:
        """What differs from what was told, of these next hops."""

    def set_settings(self, settings: ReportSettings) -> list[Outgoing]:
        """Other settings: what they alone make different. What is said of next hops is for say()."""

    def refresh(self, family: Family) -> list[Outgoing]:
        """All of the family that was told, again, then End-of-RIB."""

    def leave(self) -> list[Outgoing]:
        """Take back everything that was told."""

    def measured(self, links: Mapping[Address, LinkPerformance | None], now_ns: int) -> list[Outgoing]:
        """What the links to these next hops are like, where that is told and differs enough."""

    def told(self) -> dict[Address, Reachability]:
        """Each next hop that the peer was told of, and what it believes of it."""

    def untellable(self) -> dict[Address, Untellable]:
        """Those with something to be said of them that cannot be said."""

    def quality(self) -> dict[Address, LinkPerformance]:
        """The links whose quality was told."""
