# SPDX-License-Identifier: Apache-2.0
"""What goes into the route server and what comes out of it, as records: no octets, no messages, no
sockets."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.entries import SeenLink, SeenNode, Unreadable
from bfd_fastpath.routeserver.outbound import Difference
from bfd_fastpath.routeserver.settings import Address, Prefix
from bfd_fastpath.routeserver.table import SessionId
from bfd_fastpath.wire.bgp.attributes import Attributes
from bfd_fastpath.wire.bgpls import Flag


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session that reached Established: who it is with and what both sides negotiated."""

    session: SessionId
    client: str
    identifier: IPv4Address
    peer_address: Address
    #: IP versions whose unicast routes are exchanged.
    versions: frozenset[int]
    #: True when BGP-LS (16388/71) was negotiated.
    link_state: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """Prefixes announced together: one next hop and one set of attributes. See Path for the fields."""

    prefixes: tuple[Prefix, ...]
    next_hops: tuple[Address, ...]
    attributes: Attributes
    as_path_length: int
    origin: int
    neighbour_as: int
    med: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """Everything that one UPDATE from a client says, to be judged as a whole."""

    withdrawn: tuple[Prefix, ...] = ()
    offers: tuple[Offer, ...] = ()
    entries: tuple[SeenLink | SeenNode | Unreadable, ...] = ()
    #: Octets of the BGP-LS NLRIs that were withdrawn.
    withdrawn_entries: tuple[bytes, ...] = ()
    #: Entries of another kind than this server reads.
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class MemberFlag:
    """What a client is told about one member address; see the participation TLV."""

    flag: Flag
    asn: int
    identifier: IPv4Address


@dataclass(slots=True)
class Tell:
    """What one session must be sent, in this order: routes, members, then the End-of-RIB markers."""

    difference: Difference = field(default_factory=Difference)
    #: Members by address; None withdraws the Node.
    members: dict[Address, MemberFlag | None] = field(default_factory=dict)
    #: IP versions whose End-of-RIB is due.
    end_of_routes: list[int] = field(default_factory=list)
    end_of_members: bool = False

    def __bool__(self) -> bool:
        return bool(self.difference or self.members or self.end_of_routes or self.end_of_members)


@dataclass(frozen=True, slots=True)
class ReachChange:
    """A client's NHIB changed: the server now believes something else about whether it reaches `address`."""

    client: str
    address: Address
    old: Reachability
    new: Reachability


@dataclass(slots=True)
class Outcome:
    """What follows from one thing that happened."""

    tells: dict[SessionId, Tell] = field(default_factory=dict)
    changes: list[ReachChange] = field(default_factory=list)

    def tell(self, session: SessionId) -> Tell:
        return self.tells.setdefault(session, Tell())
