# SPDX-License-Identifier: Apache-2.0
"""The configuration as checked records: what every other room reads. Frozen, compared by value, free of I/O.

Times carry their unit in the name. Keys and defaults are in schema.py; read.py makes these records from text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network
from pathlib import Path

from bfd_fastpath.config.addresses import Address as Address
from bfd_fastpath.config.addresses import Network as Network
from bfd_fastpath.config.model_engine import Eal as Eal
from bfd_fastpath.config.model_engine import Engine as Engine
from bfd_fastpath.config.model_engine import Hugepages as Hugepages
from bfd_fastpath.config.model_engine import Idle as Idle
from bfd_fastpath.config.model_forwarding import Forwarding as Forwarding
from bfd_fastpath.config.model_forwarding import RouteSource as RouteSource
from bfd_fastpath.config.model_forwarding import Rpf as Rpf
from bfd_fastpath.config.model_forwarding import SpecialNextHop as SpecialNextHop
from bfd_fastpath.config.model_forwarding import StaticRoute as StaticRoute
from bfd_fastpath.config.model_forwarding import Via as Via
from bfd_fastpath.config.model_report import Fuse as Fuse
from bfd_fastpath.config.model_report import Ipv6NodeId as Ipv6NodeId
from bfd_fastpath.config.model_report import Nhib as Nhib
from bfd_fastpath.config.model_report import Report as Report
from bfd_fastpath.config.model_report import Transport as Transport


class Neighbours(StrEnum):
    """Who resolves link-layer addresses on a port."""

    OWN = "own"
    KERNEL = "kernel"


class XdpRedirect(StrEnum):
    NONE = "none"
    BFD = "bfd"


class Host(StrEnum):
    """Who has what comes for a port's addresses and is not ours: nobody, or the kernel behind a TAP."""

    NONE = "none"
    TAP = "tap"


class Role(StrEnum):
    """RFC 9468's role of a session."""

    ACTIVE = "active"
    PASSIVE = "passive"


class PathType(StrEnum):
    """RFC 9314's path-type."""

    IP_SH = "path-ip-sh"
    IP_MH = "path-ip-mh"
    S_BFD = "path-s-bfd"
    UNAFFILIATED_ECHO = "path-unaffiliated-echo"


class BgpRole(StrEnum):
    PROVIDER = "provider"
    RS = "rs"
    RS_CLIENT = "rs-client"
    CUSTOMER = "customer"
    PEER = "peer"


class Family(StrEnum):
    IPV4_UNICAST = "ipv4-unicast"
    IPV6_UNICAST = "ipv6-unicast"
    BGP_LS = "bgp-ls"
    IPV4_NH_REACH = "ipv4-nh-reach"
    IPV6_NH_REACH = "ipv6-nh-reach"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Router:
    name: str = "bfd-fastpath"
    asn: int | None = None
    """None only where there is no neighbour."""
    router_id: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    address: Address
    prefix_length: int
    vlan: int = 0
    """0: untagged."""

    @property
    def network(self) -> Network:
        """The connected prefix."""
        if isinstance(self.address, IPv4Address):
            return IPv4Network((self.address, self.prefix_length), strict=False)
        return IPv6Network((self.address, self.prefix_length), strict=False)

    @property
    def host(self) -> Network:
        """The address alone, as a prefix."""
        return ip_network(self.address)

    def __str__(self) -> str:
        tag = f" vlan {self.vlan}" if self.vlan else ""
        return f"{self.address}/{self.prefix_length}{tag}"


@dataclass(frozen=True, slots=True)
class Port:
    name: str
    devargs: str
    addresses: tuple[InterfaceAddress, ...]
    lan: tuple[Network, ...]
    """Prefixes of the peering LAN."""
    neighbours: Neighbours = Neighbours.OWN
    kernel_interface: str | None = None
    """Given, or taken from iface= in devargs; always there when neighbours is kernel."""
    xdp_redirect: XdpRedirect = XdpRedirect.NONE
    host: Host = Host.NONE
    host_name: str | None = None
    """The TAP's name; always there with a TAP."""
    host_rate: int = 10_000
    """Packets a second."""
    queues: int | None = None
    """None: as many as there are workers."""
    mtu: int | None = None
    """Octets of an IP packet; None: what the driver begins with."""


class CryptoAlgorithm(StrEnum):
    """RFC 8177's crypto-algorithm, as far as RFC 5880 knows it."""

    SIMPLE_PASSWORD = "simple-password"
    MD5 = "md5"
    SHA_1 = "sha-1"


@dataclass(frozen=True, slots=True)
class KeySource:
    """A key of a chain and where its secret is; the secret itself is nowhere in a configuration."""

    key_id: int
    crypto_algorithm: CryptoAlgorithm
    key_file: Path | None = None
    key_env: str | None = None

    def __str__(self) -> str:
        return f"{self.key_id} {self.crypto_algorithm.value} {self.key_file or self.key_env}"


@dataclass(frozen=True, slots=True)
class KeyChain:
    """Keys in order of use."""

    name: str
    keys: tuple[KeySource, ...]


@dataclass(frozen=True, slots=True)
class Authentication:
    """How the packets of a session are signed and verified (RFC 9314)."""

    key_chain: str
    meticulous: bool = False

    def __str__(self) -> str:
        return f"{self.key_chain}{' meticulous' if self.meticulous else ''}"


@dataclass(frozen=True, slots=True)
class Timers:
    """What one BFD session is run with (RFC 5880 6.8.1)."""

    local_multiplier: int = 3
    desired_min_tx_us: int = 1_000_000
    required_min_rx_us: int = 1_000_000
    role: Role = Role.ACTIVE
    demand_enabled: bool = False
    demand_poll_us: int = 1_000_000
    required_min_echo_rx_us: int = 0
    desired_min_echo_tx_us: int = 0
    authentication: Authentication | None = None
    link_quality: bool = False

    @property
    def echo(self) -> bool:
        """Whether it has to do with echoes."""
        return self.required_min_echo_rx_us > 0 or self.desired_min_echo_tx_us > 0


@dataclass(frozen=True, slots=True)
class Dampening:
    """When next hops of sessions that flap are not believed yet."""

    enabled: bool = False
    hold_down_us: int = 0
    penalty: int = 1000
    half_life_us: int = 60_000_000
    suppress_threshold: int = 3000
    reuse_threshold: int = 1500
    max_suppress_us: int = 300_000_000


@dataclass(frozen=True, slots=True)
class Bfd:
    """Sessions to learned next hops, and what a [[session]] leaves out."""

    enabled: bool = True
    timers: Timers = field(default_factory=Timers)
    port: str | None = None
    """Only this port's subnets are looked in; None: all ports'."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that the configuration wants, complete: [bfd] has filled in what it left out."""

    interface: str
    dest_addr: Address
    source_addr: Address
    vlan: int
    timers: Timers
    admin_down: bool = False
    path_type: PathType = PathType.IP_SH
    gateway: Address | None = None
    """The neighbour that a routed path begins with; None: the destination is on link."""
    tx_ttl: int = 255
    rx_ttl: int | None = None
    """Always there for multihop."""
    echo_source: Address | None = None
    """None: the source address."""
    remote_discriminator: int | None = None
    """The reflector's; always there for S-BFD."""

    @property
    def key(self) -> tuple[PathType, Address, int | None]:
        """What makes two [[session]] tables the same session."""
        return self.path_type, self.dest_addr, self.remote_discriminator


@dataclass(frozen=True, slots=True)
class Reflector:
    """S-BFD that others ask (RFC 7881); without discriminators nothing is reflected."""

    discriminators: tuple[int, ...] = ()
    allowed_prefixes: tuple[Network, ...] = ()
    """The connected prefixes of the ports where the key is left out."""
    required_min_rx_us: int = 50_000
    rate_limit: int = 10_000
    """Answers a second."""
    admin_down: bool = False


@dataclass(frozen=True, slots=True)
class Lag:
    """A link aggregate, watched by a micro-BFD session on each member (RFC 7130)."""

    name: str
    members: tuple[str, ...]
    """Ports by name."""
    source_addr: Address
    dest_addr: Address
    vlan: int
    timers: Timers
    min_links: int = 1


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """Passive sessions to peers that begin (RFC 9468)."""

    enabled: bool = False
    timers: Timers = field(default_factory=lambda: Timers(role=Role.PASSIVE))
    allowed_prefixes: tuple[Network, ...] = ()
    """The peering LAN prefixes of the ports where the key is left out."""
    interfaces: tuple[str, ...] = ()
    """Empty: all ports."""
    max_sessions: int = 256
    max_sessions_per_prefix: int = 256


@dataclass(frozen=True, slots=True)
class Announcement:
    prefix: Network
    next_hop: Address


@dataclass(frozen=True, slots=True)
class Neighbor:
    """One BGP peer. `role` is ours towards it (RFC 9234)."""

    address: Address
    remote_as: int
    port: int = 179
    local_address: Address | None = None
    hold_time_s: int = 90
    connect_retry_us: int = 5_000_000
    password_file: Path | None = None
    password_env: str | None = None
    ttl_security: bool = False
    passive: bool = False
    families: tuple[Family, ...] = tuple(Family)
    nh_reach_safi: int = 241
    announce: tuple[Announcement, ...] = ()
    extended_next_hop: bool = False
    graceful_restart_helper: bool = True
    enforce_first_as: bool = False
    role: BgpRole | None = None
    strict_role: bool = False
    bfd: bool = False
    """Whether the BGP session ends with the BFD session to the peer."""
    learn_next_hops: bool = True
    shutdown_text: str = ""
    """For the peer's operator, when we end the session in order (RFC 9003)."""
    description: str = ""

    @property
    def key(self) -> tuple[Address, int]:
        """What makes two [[neighbor]] tables the same peer."""
        return self.address, self.port


@dataclass(frozen=True, slots=True)
class Control:
    path: Path = Path("/run/bfd-fastpath/control.sock")
    mode: int = 0o600
    owner: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Log:
    level: str = "info"
    format: LogFormat = LogFormat.CONSOLE


@dataclass(frozen=True, slots=True)
class Config:
    """One whole configuration."""

    router: Router = field(default_factory=Router)
    eal: Eal = field(default_factory=Eal)
    engine: Engine = field(default_factory=Engine)
    ports: tuple[Port, ...] = ()
    forwarding: Forwarding = field(default_factory=Forwarding)
    routes: tuple[StaticRoute, ...] = ()
    bfd: Bfd = field(default_factory=Bfd)
    dampening: Dampening = field(default_factory=Dampening)
    key_chains: tuple[KeyChain, ...] = ()
    sessions: tuple[Session, ...] = ()
    lags: tuple[Lag, ...] = ()
    reflector: Reflector = field(default_factory=Reflector)
    unsolicited: Unsolicited = field(default_factory=Unsolicited)
    neighbors: tuple[Neighbor, ...] = ()
    report: Report = field(default_factory=Report)
    fuse: Fuse = field(default_factory=Fuse)
    nhib: Nhib = field(default_factory=Nhib)
    control: Control = field(default_factory=Control)
    log: Log = field(default_factory=Log)
