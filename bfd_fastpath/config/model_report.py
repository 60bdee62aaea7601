# SPDX-License-Identifier: Apache-2.0
"""What is told to BGP peers, and how long next hops are kept, as checked records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bfd_fastpath.config.addresses import Network


class Transport(StrEnum):
    """By which family, and in which form, peers are told; auto: by what they have."""

    AUTO = "auto"
    BGP_LS = "bgp-ls"
    BGP_LS_L7 = "bgp-ls-l7"
    NH_REACH = "nh-reach"


class Ipv6NodeId(StrEnum):
    """How much of an IPv6 address a BGP-LS node descriptor carries: 8 or 16 octets."""

    IID = "iid"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Report:
    transport: Transport = Transport.AUTO
    merge: bool = True
    """False: a neighbour is told only of next hops that it asked for or its routes named."""
    identifier: int = 0
    ipv6_node_id: Ipv6NodeId = Ipv6NodeId.IID
    announce_unverified: bool = False
    node_name: str | None = None
    bounce_window_us: int = 60_000_000
    bounce_hold_us: int = 10_000_000
    """0: off."""
    coalesce_us: int = 50_000
    """0: off."""
    link_quality: bool = False
    link_quality_interval_us: int = 30_000_000
    link_quality_threshold: int = 10
    """Percent of what was told."""
    link_quality_delay_floor_us: int = 100
    link_quality_loss_floor: int = 1
    """Percentage points."""


@dataclass(frozen=True, slots=True)
class Nhib:
    down_retry_us: int = 86_400_000_000
    linger_us: int = 60_000_000
    max_sessions: int = 2048
    """Most sessions that learned next hops may cause."""
    allowed_prefixes: tuple[Network, ...] = ()
    """Where learned next hops may lie: the ports' LAN prefixes where the key is left out."""


@dataclass(frozen=True, slots=True)
class Fuse:
    """When reports of Down are held because nearly all next hops of a port fall silent at once."""

    enabled: bool = True
    share: int = 80
    """Percent."""
    at_least: int = 10
    hold_us: int | None = None
    """None: the detection time of the session that failed first."""
