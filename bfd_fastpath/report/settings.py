# SPDX-License-Identifier: Apache-2.0
"""What a reporter is told of ourselves and of the BGP session it reports over. Plain records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from bfd_fastpath.report.link_quality import QualityPolicy
from bfd_fastpath.report.transport import Preference, Transport, choose
from bfd_fastpath.wire.bgp.family import BGP_LS, NH_REACH_SAFI, Family, nh_reach
from bfd_fastpath.wire.bgp.message import STANDARD_LIMIT

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class LanAddress:
    """An address of ours on a peering LAN, with the LAN's prefixes."""

    address: Address
    prefixes: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What is said by. identifier is one value for a LAN; full_ipv6_id sends 16 octets instead of 8."""

    asn: int
    lan: tuple[LanAddress, ...]
    router_id: IPv4Address | None = None
    """Our BGP identifier, by which profile L7 names us."""
    identifier: int = 0
    full_ipv6_id: bool = False
    announce_unverified: bool = False
    transport: Preference = Preference.AUTO
    nh_reach_safi: int = NH_REACH_SAFI
    node_name: str | None = None
    """1 to 255 ASCII characters."""
    link_quality: QualityPolicy | None = None
    """None: nothing is said of the links' quality."""

    @property
    def prefixes(self) -> tuple[Network, ...]:
        return tuple(dict.fromkeys(prefix for one in self.lan for prefix in one.prefixes))

    def choose(self, usable: Collection[Family]) -> tuple[Transport, frozenset[Family]] | None:
        """How a session is told on which these families can be used, and by which of them; None: not."""
        return choose(self.transport, usable, [nh_reach(version, self.nh_reach_safi) for version in (4, 6)])

    def local(self, address: Address) -> Address | None:
        """Our address on the LAN that this one is on."""
        for one in self.lan:
            mine = one.address
            if mine.version != address.version or mine.is_link_local:
                continue
            if any(prefix.version == address.version and address in prefix for prefix in one.prefixes):
                return mine
        return None


@dataclass(frozen=True, slots=True)
class Session:
    """One established BGP session over which something can be told."""

    local: Address
    """Its own end."""
    peer_as: int
    limit: int = STANDARD_LIMIT
    """Octets that the peer takes in one message."""
    as4: bool = True
    """The peer reads four-octet AS numbers."""
    transport: Transport = Transport.BGP_LS
    families: frozenset[Family] = frozenset((BGP_LS,))
    """Those of the transport that can be used."""
