# SPDX-License-Identifier: Apache-2.0
"""What a running client router tells whoever watches it: one frozen record for each thing that happened.

Only records; the Router makes them and never reads one back. Every `time_ns` is CLOCK_MONOTONIC nanoseconds:
for what the engine did, the moment the worker did it (not when Python heard of it); for the rest, the moment
the Router handled it.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

from bfd_fastpath.prefixes import Prefix as Prefix
from bfd_fastpath.prefixes import Run

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class BgpUp:
    """A BGP session with a neighbour reached Established."""

    name: ClassVar[str] = "bgp-up"
    time_ns: int
    peer: Address
    peer_as: int
    #: "ipv4-unicast", "ipv6-unicast", "link-state": what both sides negotiated.
    families: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BgpDown:
    """A BGP session left Established; what was learned from it is forgotten after this event."""

    name: ClassVar[str] = "bgp-down"
    time_ns: int
    peer: Address
    #: One sentence for people.
    reason: str


@dataclass(frozen=True, slots=True)
class RoutesLearned:
    """A neighbour announced these prefixes, or announced them again in another way."""

    name: ClassVar[str] = "routes-learned"
    time_ns: int
    peer: Address
    prefixes: Run
    next_hop: Address


@dataclass(frozen=True, slots=True)
class RoutesWithdrawn:
    """A neighbour no longer offers these prefixes."""

    name: ClassVar[str] = "routes-withdrawn"
    time_ns: int
    peer: Address
    prefixes: Run
    #: The next hop that they had.
    next_hop: Address


@dataclass(frozen=True, slots=True)
class NodeLearned:
    """The route server named a member address that takes part, may take part, or has no BFD (flag 2)."""

    name: ClassVar[str] = "node-learned"
    time_ns: int
    peer: Address
    address: Address
    #: 0 unknown, 1 takes part, 2 known to have no BFD.
    flag: int


@dataclass(frozen=True, slots=True)
class NodeWithdrawn:
    """The route server no longer names this member address."""

    name: ClassVar[str] = "node-withdrawn"
    time_ns: int
    peer: Address
    address: Address


@dataclass(frozen=True, slots=True)
class AskLearned:
    """The route server asks about this next hop (ReachAsk)."""

    name: ClassVar[str] = "ask-learned"
    time_ns: int
    peer: Address
    address: Address


@dataclass(frozen=True, slots=True)
class AskWithdrawn:
    """The route server asks no more."""

    name: ClassVar[str] = "ask-withdrawn"
    time_ns: int
    peer: Address
    address: Address


@dataclass(frozen=True, slots=True)
class BfdState:
    """A BFD session changed its local state. States and diagnostics are RFC 9314's names."""

    name: ClassVar[str] = "bfd-state"
    time_ns: int
    address: Address
    old: str
    new: str
    remote: str
    local_diagnostic: str
    remote_diagnostic: str
    #: Detection time at that moment, microseconds; for a detection the one that expired, 0 while none runs.
    detection_time_us: int
    #: The last valid packet before the change; 0 when there was none.
    last_rx_ns: int
    #: When the detection time ran out, for a detection; otherwise 0.
    deadline_ns: int
    #: The worker's own longest poll gap within the last detection time, microseconds.
    poll_gap_us: int


@dataclass(frozen=True, slots=True)
class BfdTimers:
    """Negotiated intervals or the detection time of a session changed. Microseconds."""

    name: ClassVar[str] = "bfd-timers"
    time_ns: int
    address: Address
    negotiated_tx_us: int
    negotiated_rx_us: int
    detection_time_us: int


@dataclass(frozen=True, slots=True)
class BfdRemoved:
    """A BFD session is gone from the engine."""

    name: ClassVar[str] = "bfd-removed"
    time_ns: int
    address: Address


@dataclass(frozen=True, slots=True)
class NextHopChanged:
    """The NHIB's answer about a next hop changed; None stands for "no entry"."""

    name: ClassVar[str] = "next-hop"
    time_ns: int
    address: Address
    #: "unknown", "up", "down".
    old: str | None
    new: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """An UPDATE that changes what this neighbour knows of a next hop went to the socket."""

    name: ClassVar[str] = "told"
    time_ns: int
    peer: Address
    address: Address
    #: What the neighbour now believes: "up", "down" (Link withdrawn) or "unknown" (Node withdrawn as well).
    state: str


@dataclass(frozen=True, slots=True)
class FuseBlown:
    """Nearly all next hops of a port missed a hello at once while BGP stayed up: reports of Down are held."""

    name: ClassVar[str] = "fuse-blown"
    time_ns: int
    port: str
    #: Whose failure it was.
    address: Address
    #: That were Up a moment ago, and how many of them miss a hello.
    next_hops: int
    missing: int
    hold_us: int
    #: Of the port itself.
    link_up: bool
    #: The worker's own longest poll gap within the last detection time, microseconds.
    poll_gap_us: int


@dataclass(frozen=True, slots=True)
class FuseMended:
    """The hold is over: what is Down still is reported now."""

    name: ClassVar[str] = "fuse-mended"
    time_ns: int
    port: str
    reported: int
    #: Those that came back, or are no failure any more.
    spared: int


@dataclass(frozen=True, slots=True)
class PortLink:
    """A port's link is another."""

    name: ClassVar[str] = "port-link"
    time_ns: int
    port: str
    #: "up", "down", or "gone": the kernel's interface below the port is no more, and only a restart takes
    #: another one of its name.
    link: str


RouterEvent = (
    BgpUp
    | BgpDown
    | RoutesLearned
    | RoutesWithdrawn
    | NodeLearned
    | NodeWithdrawn
    | AskLearned
    | AskWithdrawn
    | BfdState
    | BfdTimers
    | BfdRemoved
    | NextHopChanged
    | Told
    | FuseBlown
    | FuseMended
    | PortLink
)
