# SPDX-License-Identifier: Apache-2.0
"""What a BGP session is set to: who we are, whom we expect, what we offer. Transport is not part of it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from bfd_fastpath.wire.bgp.capability import Capabilities, ExtendedNextHop
from bfd_fastpath.wire.bgp.family import IPV4_UNICAST, NH_REACH_SAFI, Family
from bfd_fastpath.wire.bgp.graceful import GracefulRestart
from bfd_fastpath.wire.bgp.open import Open
from bfd_fastpath.wire.bgp.role import Role


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """Settings of one session.

    `peer_asn` and `peer_router_id` None: any. `hold_time_s` in seconds, 0 (no keepalives) or at least 3.
    `extended_next_hop`: families whose NLRIs may have a next hop of the other AFI (RFC 8950).
    `enforce_first_as`: routes whose path does not begin with the peer's AS are treated as withdrawn (RFC
    4271 6.3); must stay off towards a route server (RFC 7947 2.2.2.2). `role`: RFC 9234, None sends none;
    with `strict_role` the peer must send one. `graceful_restart_helper`: say that routes are kept while the
    peer restarts (RFC 4724).
    `nh_reach_safi`: families of IPv4 and IPv6 with this SAFI are read as NH-Reach.
    """

    local_asn: int
    router_id: IPv4Address
    families: tuple[Family, ...] = (IPV4_UNICAST,)
    peer_asn: int | None = None
    peer_router_id: IPv4Address | None = None
    hold_time_s: int = 90
    route_refresh: bool = True
    enhanced_refresh: bool = False
    extended_message: bool = True
    extended_next_hop: tuple[ExtendedNextHop, ...] = ()
    enforce_first_as: bool = False
    role: Role | None = None
    strict_role: bool = False
    graceful_restart_helper: bool = False
    nh_reach_safi: int = NH_REACH_SAFI

    def __post_init__(self) -> None:
        if not 0 < self.local_asn < 1 << 32:
            raise ValueError(f"local AS {self.local_asn} is not in 1..4294967295")
        if self.hold_time_s in (1, 2) or not 0 <= self.hold_time_s < 1 << 16:
            raise ValueError(f"hold time {self.hold_time_s} s: it is 0 or 3..65535 (RFC 4271 4.2)")
        if not 241 <= self.nh_reach_safi <= 254:
            raise ValueError(
                f"SAFI {self.nh_reach_safi} for NH-Reach: private ones are 241..254 (RFC 4760 8)"
            )
        if not int(self.router_id):
            raise ValueError("BGP identifier 0.0.0.0 is not allowed (RFC 6286 2.1)")

    def open(self) -> Open:
        """The OPEN these settings send."""
        return Open(
            self.local_asn,
            self.hold_time_s,
            self.router_id,
            Capabilities(
                families=self.families,
                asn=self.local_asn,
                route_refresh=self.route_refresh,
                enhanced_refresh=self.enhanced_refresh,
                extended_message=self.extended_message,
                extended_next_hop=self.extended_next_hop,
                role=self.role,
                graceful_restart=GracefulRestart() if self.graceful_restart_helper else None,
            ),
        )
