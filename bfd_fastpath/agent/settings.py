# SPDX-License-Identifier: Apache-2.0
"""What the agent is told before it starts. Plain records; the file's keys are in keys.py, its checks in
load.py."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path

from bfd_fastpath.config.model import Address, Control, Log, Network
from bfd_fastpath.wire.bgp import NH_REACH_SAFI
from bfd_fastpath.wire.bgpls import Flag

DEFAULT_SOCKET = Path("/run/bfd-fastpath/rs-agent.sock")
DEFAULT_RTR_PORT = 32323


class Kind(StrEnum):
    """Which route server is driven, and how."""

    OPENBGPD = "openbgpd"
    BIRD = "bird"


class Method(StrEnum):
    """How a route server hears what has changed."""

    RELOAD = "reload"
    """It reads its configuration again."""
    RTR = "rtr"
    """BIRD only: ROA tables that it is fed by RTR."""


@dataclass(frozen=True, slots=True)
class Member:
    """A router on the LAN. `addresses`: what others have as next hop, and where its BGP sessions come
    from."""

    name: str
    asn: int
    addresses: tuple[Address, ...]
    session_addresses: tuple[Address, ...] = ()
    """Where its session with the agent may come from besides."""
    router_id: IPv4Address | None = None
    """BGP identifier of a member that was learned from the route server."""
    password: bytes | None = field(default=None, repr=False)
    ttl_security: bool = False
    flag: Flag | None = None
    """What the others are told about it; None: what its capabilities say."""


@dataclass(frozen=True, slots=True)
class RouteServer:
    """The route server that is driven. Times in microseconds."""

    kind: Kind
    filter_file: Path
    method: Method = Method.RELOAD
    rtr_port: int = DEFAULT_RTR_PORT
    config_file: Path | None = None
    """What the server reads at its start; checked for the reason when OpenBGPD refuses a reload."""
    control_socket: Path | None = None
    min_interval_us: int = 1_000_000
    """From the end of one reload to the beginning of the next; a first change goes at once."""
    rest_most_us: int = 10_000_000
    """What four times as long as a reload took is cut to."""
    timeout_us: int = 60_000_000
    retry_first_us: int = 1_000_000
    retry_most_us: int = 60_000_000
    learn: bool = True
    """Members are also learned from the route server's own neighbours."""
    poll_us: int = 30_000_000
    next_hop_poll_us: int = 60_000_000
    """How often its routes' next hops are asked for; 0: never."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One whole configuration."""

    asn: int
    router_id: IPv4Address
    listen: tuple[Address, ...]
    lan: tuple[Network, ...]
    route_server: RouteServer
    port: int = 179
    hold_time_s: int = 90
    identifier: int = 0
    """Identifier field of BGP-LS entries, one value for the LAN."""
    nh_reach_safi: int | None = NH_REACH_SAFI
    """None: NH-Reach is not offered."""
    fail_open_after_us: int = 60_000_000
    restart_hold_us: int = 60_000_000
    """What the agent before left out is kept for so long at the start, for those who have not come back."""
    members: tuple[Member, ...] = ()
    control: Control = field(default_factory=lambda: Control(path=DEFAULT_SOCKET))
    log: Log = field(default_factory=Log)
