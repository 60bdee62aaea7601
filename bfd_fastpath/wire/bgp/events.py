# SPDX-License-Identifier: Apache-2.0
"""What a BGP session tells its user, as frozen records. Nothing here acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from bfd_fastpath.wire.bgp.capability import Capabilities
from bfd_fastpath.wire.bgp.errors import Fault
from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgp.notification import Notification
from bfd_fastpath.wire.bgp.update import Update


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of the TCP connection."""

    address: IPv4Address | IPv6Address
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if self.address.version == 6 else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class PeerInfo:
    """The peer of an established session.

    `families`: what both sides can do. `hold_time_s`: as negotiated, 0 for none. `as4`: the peer reads
    four-octet AS numbers. `extended_message`: it takes messages of up to 65535 octets. Endpoints are None
    where none were given. `enhanced_refresh`: both mark the repetition of a family. `extended_next_hop`:
    families whose NLRIs may have a next hop of the other AFI.
    """

    asn: int
    router_id: IPv4Address
    families: frozenset[Family]
    capabilities: Capabilities
    hold_time_s: int
    as4: bool
    extended_message: bool
    local: Endpoint | None = None
    remote: Endpoint | None = None
    enhanced_refresh: bool = False
    extended_next_hop: frozenset[Family] = frozenset()


@dataclass(frozen=True, slots=True)
class Established:
    """OPENs and KEEPALIVEs are exchanged: routes may flow."""

    peer: PeerInfo


@dataclass(frozen=True, slots=True)
class UpdateReceived:
    """One UPDATE, or a part of one, after RFC 7606 handling: it may be applied as it stands. `faults`: what
    was wrong with the whole UPDATE; `octets`: its body then, for logs (RFC 7606 6).
    """

    update: Update
    faults: tuple[Fault, ...] = ()
    octets: bytes = b""


@dataclass(frozen=True, slots=True)
class EndOfRib:
    """The peer has sent all it had for the family (RFC 4724 2)."""

    family: Family


@dataclass(frozen=True, slots=True)
class RefreshRequested:
    """The peer wants everything of the family again (RFC 2918)."""

    family: Family


@dataclass(frozen=True, slots=True)
class RefreshBegun:
    """The peer begins to send the family again: what it has not repeated when RefreshEnded comes is gone
    (RFC 7313).
    """

    family: Family


@dataclass(frozen=True, slots=True)
class RefreshEnded:
    """The peer has sent all of the family again (RFC 7313)."""

    family: Family


@dataclass(frozen=True, slots=True)
class FamilyDisabled:
    """An error cost this family for the rest of the session: forget all its routes (RFC 4760 7)."""

    family: Family
    fault: Fault


@dataclass(frozen=True, slots=True)
class NotificationReceived:
    """The peer ends the session. Closed follows."""

    notification: Notification


@dataclass(frozen=True, slots=True)
class NotificationSent:
    """We end the session; what we send is in the output. `text` says why, for our operator; `octets` is the
    message that it is about, if it is about one, or the header of it. Closed follows.
    """

    notification: Notification
    text: str
    octets: bytes = b""


class CloseCause(Enum):
    """What ended a session."""

    LOCAL = "closed-by-us"
    PEER = "closed-by-peer"
    PROTOCOL_ERROR = "protocol-error"
    HOLD_TIMER = "hold-timer-expired"
    COLLISION = "connection-collision"
    TRANSPORT = "connection-lost"


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over. `was_established`: Established had come. `text` for people."""

    cause: CloseCause
    text: str
    was_established: bool


Event: TypeAlias = (
    Established
    | UpdateReceived
    | EndOfRib
    | RefreshRequested
    | RefreshBegun
    | RefreshEnded
    | FamilyDisabled
    | NotificationReceived
    | NotificationSent
    | Closed
)
