# SPDX-License-Identifier: Apache-2.0
"""What is wanted of a session, as plain records: parameters, the rules for learned next hops, and the whole
session as the engine gets it. No decisions; those are in manager.py and path.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class PathType(IntEnum):
    """What a session watches; enum pydp_path_type."""

    IP_SH = 0
    IP_MH = 1
    S_BFD = 2
    LAG = 3
    UNAFFILIATED_ECHO = 4


@dataclass(frozen=True, slots=True)
class Timers:
    """Parameters of one BFD session (RFC 5880 6.8.1), microseconds."""

    local_multiplier: int = 3
    desired_min_tx_us: int = 1_000_000
    required_min_rx_us: int = 1_000_000
    passive: bool = False
    demand: bool = False
    """Ask the peer to send nothing periodic while both ends are Up (RFC 5880 6.6)."""
    demand_poll_us: int = 1_000_000
    """In Demand mode, how often to ask whether the peer is there; 0: never by itself."""
    required_min_echo_rx_us: int = 0
    """Echoes of the peer to reflect; 0: none."""
    desired_min_echo_tx_us: int = 0
    """Echoes of ours; 0: none."""
    key_chain: str | None = None
    """By name; None: packets are not authenticated (RFC 5880 6.7)."""
    meticulous: bool = False
    link_quality: bool = False
    """Count what hellos and echoes say of the link."""


class PathSignal(StrEnum):
    """What is known of a path otherwise than by BFD, and told to the peer by a diagnostic."""

    UP = "up"
    PATH_DOWN = "path-down"
    """The session is held in AdminDown (RFC 5880 6.8.16)."""
    CONCATENATED_PATH_DOWN = "concatenated-path-down"
    """The path is broken beyond us; the session runs on (RFC 5880 6.8.17)."""
    REVERSE_CONCATENATED_PATH_DOWN = "reverse-concatenated-path-down"


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """A session that an operator wrote down. It wins over the rules for learned next hops."""

    timers: Timers = field(default_factory=Timers)
    interface: str | None = None
    """Port by name; None: the port with the longest connected prefix round the destination."""
    source: Address | None = None
    """None: the port's address in the destination's subnet."""
    vlan: int | None = None
    admin_down: bool = False
    echo_source: Address | None = None
    """None: the source."""


@dataclass(frozen=True, slots=True)
class LearnedPolicy:
    """Sessions to next hops that nobody wrote down."""

    enabled: bool = True
    timers: Timers = field(default_factory=Timers)
    interface: str | None = None
    """Only this port's subnets are looked in; None: all ports'."""
    allowed: tuple[Network, ...] | None = None
    """Where such next hops may lie; None: the peering LAN prefixes of the ports."""
    max_sessions: int = 2048


@dataclass(frozen=True, slots=True)
class UnsolicitedPolicy:
    """Which strangers get a passive session (RFC 9468)."""

    enabled: bool = False
    timers: Timers = field(default_factory=Timers)
    allowed: tuple[Network, ...] | None = None
    """Where they may be; None: the peering LAN prefixes of the ports."""
    interfaces: tuple[str, ...] = ()
    """Ports by name; empty: all."""
    max_sessions: int = 256
    max_per_prefix: int = 256
    """Of each of the prefixes."""


@dataclass(frozen=True, slots=True)
class EngineSession:
    """The whole wanted session."""

    port: int
    vlan: int
    source: Address
    destination: Address
    timers: Timers
    admin_down: bool = False
    path_type: PathType = PathType.IP_SH
    gateway: Address | None = None
    """Of routed paths: the neighbour to send through; None: the destination is one itself."""
    tx_ttl: int = 255
    rx_ttl: int = 0
    path: PathSignal = PathSignal.UP
    echo_source: Address | None = None
    remote_discriminator: int = 0
    """Of S-BFD: the reflector's."""
    guards_next_hop: bool = True
    """False: forwarding does not heed it."""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two of them the same session to the engine."""
        if self.path_type is PathType.IP_MH:
            return self.path_type, self.source, self.destination
        if self.path_type is PathType.S_BFD:
            return self.path_type, self.source, self.destination, self.remote_discriminator
        return self.path_type, self.port, self.vlan, self.source, self.destination

    @property
    def neighbour(self) -> Address:
        """Whose link-layer address its packets carry."""
        return self.gateway or self.destination
