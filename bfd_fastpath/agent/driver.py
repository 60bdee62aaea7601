# SPDX-License-Identifier: Apache-2.0
"""What drives a route server: the text of the file that it includes, a reload, and a look at its neighbours.

A driver blocks, keeps nothing between calls, and is used by one thread at a time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Protocol

from bfd_fastpath.config.model import Address


class DriverError(Exception):
    """The route server refused or did not answer: its own words, where it had any."""


class UnansweredError(DriverError):
    """Its time is over; what it was told it may do yet."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the route server has to leave out."""

    clients: tuple[Address, ...] = ()
    """Addresses of all members, sorted."""
    excluded: Mapping[Address, tuple[Address, ...]] = field(default_factory=dict)
    """Next hops, by the client's address, of those clients that have lost any."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A BGP neighbour of the route server. `identifier`: of its present session, None without one."""

    address: Address
    asn: int
    identifier: IPv4Address | None


class Driver(Protocol):
    """One route server. All methods raise DriverError."""

    def text(self, wanted: Wanted) -> str:
        """What the included file must say."""

    def reload(self) -> None:
        """Make the route server read its configuration; returns when it has."""

    def has(self, text: str) -> bool:
        """Whether it goes by this text, which is one of `text()`."""

    def neighbours(self) -> list[Neighbour]:
        """Everyone that it is configured to speak BGP with."""

    def next_hops(self) -> frozenset[Address]:
        """Next hops of its routes that are not the address of the neighbour they came from."""


def version(text: str) -> str:
    """A name of this text, by which the route server says what it has read."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def ordered(address: Address) -> tuple[int, int]:
    """Key to sort addresses of both families by."""
    return address.version, int(address)
