# SPDX-License-Identifier: Apache-2.0
"""What holding sessions wants of a far end, wherever it is."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from bfd_fastpath.bench.gaps import Gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The peers that are to stand."""

    sessions: int
    interval_us: int
    multiplier: int
    #: Peers that start in a second.
    starts_per_second: int
    #: Of jitter; 0: from the kernel.
    seed: int
    #: Of the first peer; the others follow.
    address: IPv4Address
    #: The engine's.
    target: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A far end at one moment."""

    #: Peers that are Up.
    up: int
    #: Hellos so far.
    sent: int
    received: int
    #: Its hellos so far by how late they went out (bfd_fastpath.bench.gaps).
    late_us_log2: tuple[int, ...]
    #: Since they were reset.
    gaps: Gaps


class FarEnd(Protocol):
    """Peers that stand."""

    def start(self) -> None:
        """Its worker runs, and its peers begin."""

    def look(self) -> Look:
        """Ten times a second while sessions are held."""

    def missed(self) -> int:
        """Frames lost so far because its receive queue was full."""

    def reset_gaps(self) -> None:
        """Forget the poll gaps."""
