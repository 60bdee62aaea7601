# SPDX-License-Identifier: Apache-2.0
"""What goes into the route server and what comes out of it, as records: no octets, no messages, no
sockets."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.difference import Difference
from bfd_fastpath.routeserver.entries import SeenLink, SeenNode, Unreadable
from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.routeserver.table import Audience, SessionId
from bfd_fastpath.wire.bgp.attributes import Attributes
from bfd_fastpath.wire.bgpls import Flag
from bfd_fastpath.wire.nhreach import NhReachNlri


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
    #: IP versions of next hops for which NH-Reach was negotiated.
    nh_reach: frozenset[int] = frozenset()
    #: IPv4 routes may have an IPv6 next hop (RFC 8950).
    extended_next_hop: bool = False

    @property
    def reports(self) -> bool:
        """Whether a reachability family was negotiated."""
        return self.link_state or bool(self.nh_reach)


@dataclass(frozen=True, slots=True)
class Offer:
    """Prefixes announced together: one family, one next hop and one set of attributes. See Path for the
    fields."""

    prefixes: Run
    next_hops: tuple[Address, ...]
    attributes: Attributes
    as_path_length: int
    origin: int
    neighbour_as: int
    med: int
    audience: Audience | None = None
    graceful_shutdown: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """Everything that one UPDATE from a client says, to be judged as a whole."""

    withdrawn: tuple[Run, ...] = ()
    offers: tuple[Offer, ...] = ()
    entries: tuple[SeenLink | SeenNode | Unreadable, ...] = ()
    #: Octets of the BGP-LS NLRIs that were withdrawn.
    withdrawn_entries: tuple[bytes, ...] = ()
    #: Entries of another kind than this server reads.
    foreign: int = 0
    #: NH-Reach.
    told: tuple[NhReachNlri, ...] = ()
    untold: tuple[NhReachNlri, ...] = ()
    #: Prefixes that were offered and are leaks by their Only to Customer (RFC 9234 5).
    leaks: int = 0

    @property
    def about_reach(self) -> bool:
        """Whether it says anything about next hops."""
        return bool(self.entries or self.withdrawn_entries or self.foreign or self.told or self.untold)


@dataclass(frozen=True, slots=True)
class MemberFlag:
    """What a client is told about one member address; see the participation TLV."""

    flag: Flag
    asn: int
    identifier: IPv4Address


@dataclass(slots=True)
class Tell:
    """What one session must be sent, in this order: routes, members, asks, then the End-of-RIB markers."""

    difference: Difference = field(default_factory=Difference)
    #: Members by address; None withdraws the Node.
    members: dict[Address, MemberFlag | None] = field(default_factory=dict)
    #: ReachAsks by address; False withdraws one.
    asks: dict[Address, bool] = field(default_factory=dict)
    #: IP versions whose End-of-RIB is due.
    end_of_routes: list[int] = field(default_factory=list)
    end_of_members: bool = False
    end_of_asks: list[int] = field(default_factory=list)

    def key(self) -> Hashable:
        """Equal for those that say the same in the same order."""
        ends = (*self.end_of_routes, None, self.end_of_members, *self.end_of_asks)
        return self.difference.key(), tuple(self.members.items()), tuple(self.asks.items()), ends

    def __bool__(self) -> bool:
        said = self.difference or self.members or self.asks
        return bool(said or self.end_of_routes or self.end_of_members or self.end_of_asks)


class Standing(StrEnum):
    """What a client's NHIB has on an address. UNANSWERED, asked but nothing said, counts as UNKNOWN."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class ReachChange:
    """A client's NHIB changed: the server now believes something else about whether it reaches `address`."""

    client: str
    address: Address
    old: Reachability
    new: Reachability


@dataclass(frozen=True, slots=True)
class Claimed:
    """A session sent Links of somebody else, which were refused. Said once for each name."""

    session: SessionId
    client: str
    claimed: str


@dataclass(slots=True)
class Outcome:
    """What follows from one thing that happened."""

    tells: dict[SessionId, Tell] = field(default_factory=dict)
    changes: list[ReachChange] = field(default_factory=list)
    claims: list[Claimed] = field(default_factory=list)

    def tell(self, session: SessionId) -> Tell:
        return self.tells.setdefault(session, Tell())
