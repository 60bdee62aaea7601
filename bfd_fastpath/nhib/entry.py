# SPDX-License-Identifier: Apache-2.0
"""The records that the base hands out: an entry as it stands, and a change as it happens."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from bfd_fastpath.nhib.observation import Observation
from bfd_fastpath.nhib.state import Reachability, Reason

Address = IPv4Address | IPv6Address


@dataclass(slots=True)
class Change:
    """One transition of one next hop. old is None for an entry just made, new is None for one that left.
    Never changed once made; freezing would cost a storm dear."""

    address: Address
    old: Reachability | None
    new: Reachability | None
    reason: Reason
    time_ns: int
    evidence: Observation | None = None
    """The observation that caused it, where one did."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A snapshot of one entry. Times are CLOCK_MONOTONIC nanoseconds; None means never or not running."""

    address: Address
    state: Reachability
    reason: Reason
    since_ns: int
    """When it got its present state."""
    askers: tuple[str, ...]
    """Who wants it, sorted; empty while it lingers or is kept because it is Down."""
    created_ns: int
    last_up_ns: int | None
    last_down_ns: int | None
    down_count: int
    observation: Observation | None
    """The latest one."""
    failure: Observation | None
    """The one that made it Down most recently."""
    leaves_ns: int | None
    """When it leaves because nobody asks."""
    retry_until_ns: int | None
    """When a Down becomes Unknown by itself."""
