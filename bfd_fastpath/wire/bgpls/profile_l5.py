# SPDX-License-Identifier: Apache-2.0
"""Profile L5: how a client says "I track X" (Node) and "I reach X" (Link) with Protocol-ID 5, and how that
is read.

Pure functions between addresses and NLRIs; which of them to send, and what they mean for routes, is decided
elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

from bfd_fastpath.wire.bgpls import codes
from bfd_fastpath.wire.bgpls.descriptor import NodeDescriptor
from bfd_fastpath.wire.bgpls.nlri import LinkNlri, LinkStateNlri, NlriType, NodeNlri, ProtocolId
from bfd_fastpath.wire.bgpls.tlv import Tlv

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


def node_id(address: Address, *, full: bool = False) -> bytes:
    """id(address): 4 octets for IPv4; for IPv6 the low 8 octets, or all 16 where `full`."""
    return address.packed if full or address.version == 4 else address.packed[8:]


def node(address: Address, *, identifier: int = 0, full: bool = False) -> NodeNlri:
    """The Node NLRI that says "I track this address"."""
    return NodeNlri(
        NodeDescriptor.make(igp_router_id=node_id(address, full=full)), ProtocolId.STATIC, identifier
    )


def link(local: Address, remote: Address, *, identifier: int = 0, full: bool = False) -> LinkNlri:
    """The Link NLRI that says "from `local` I reach `remote`".

    Raises ValueError where the two are of different families, or link-local (RFC 9552 5.2.2).
    """
    return LinkNlri(
        NodeDescriptor.make(igp_router_id=node_id(local, full=full)),
        NodeDescriptor.make(igp_router_id=node_id(remote, full=full)),
        link_descriptors(local, remote),
        ProtocolId.STATIC,
        identifier,
    )


def link_descriptors(local: Address, remote: Address) -> tuple[Tlv, Tlv]:
    """TLVs 259 and 260, or 261 and 262; raises ValueError as link() does."""
    if local.version != remote.version:
        raise ValueError(f"{local} and {remote} are of different families")
    if local.is_link_local or remote.is_link_local:
        raise ValueError(
            f"{local} -> {remote}: a link-local address must not stand in an address TLV (RFC 9552 5.2.2)"
        )
    ipv4 = local.version == 4
    return (
        Tlv(codes.IPV4_INTERFACE if ipv4 else codes.IPV6_INTERFACE, local.packed),
        Tlv(codes.IPV4_NEIGHBOUR if ipv4 else codes.IPV6_NEIGHBOUR, remote.packed),
    )


def address_of(octets: bytes, lans: Collection[Network]) -> Address | None:
    """The address inside one of the peering LANs that a node id stands for, None where there is none.

    An id of 8 octets is completed with the upper half of each IPv6 LAN of length 64 or more.
    """
    if len(octets) == 4:
        return inside(IPv4Address(octets), lans)
    if len(octets) == 16:
        return inside(IPv6Address(octets), lans)
    if len(octets) != 8:
        return None
    for lan in lans:
        if isinstance(lan, IPv6Network) and lan.prefixlen >= 64:
            candidate = IPv6Address(lan.network_address.packed[:8] + octets)
            if candidate in lan:
                return candidate
    return None


def tellable(address: Address, lans: Collection[Network], *, full: bool = False) -> bool:
    """Whether a receiver that knows the LANs gets this very address back from its node id."""
    return address_of(node_id(address, full=full), lans) == address


class Refusal(Enum):
    """Why a well-formed NLRI is counted and ignored."""

    TYPE = "nlri-type"
    PROTOCOL = "protocol-id"
    IDENTIFIER = "identifier"
    SHAPE = "shape"
    LOCAL_ADDRESS = "local-address"
    LOCAL_NODE = "local-node"
    OUTSIDE_LAN = "outside-lan"


@dataclass(frozen=True, slots=True)
class TrackedNode:
    """The sender tracks `address`."""

    address: Address


@dataclass(frozen=True, slots=True)
class RouterNode:
    """The sender names a router by `router_id`, outside every LAN: the form of rs-bfd-01. `asn` where 512
    came along.
    """

    router_id: IPv4Address
    asn: int | None


@dataclass(frozen=True, slots=True)
class HalfLink:
    """The sender reaches `remote` from its own address `local`. `remote_id` is the octets of the far node's
    515.
    """

    local: Address
    remote: Address
    remote_id: bytes | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Ignored for `reason`. `remote` is the address a refused Link spoke of, so that its Node can be
    ignored too.
    """

    reason: Refusal
    remote: Address | None = None


Meaning: TypeAlias = TrackedNode | RouterNode | HalfLink | Refused


@dataclass(frozen=True, slots=True)
class Reader:
    """The rules by which one client's NLRIs are read: LANs, Identifier, and the addresses that are the
    client's own.

    With `client_addresses` None the sender's own addresses are not checked (a client reading a route
    server's Nodes).
    """

    lans: tuple[Network, ...]
    identifier: int = 0
    client_addresses: frozenset[Address] | None = None

    def read(self, nlri: LinkStateNlri) -> Meaning:
        """What the NLRI says, or why it is ignored. Never raises."""
        if isinstance(nlri, NodeNlri):
            return Refused(reason) if (reason := self._foreign(nlri)) else self._node(nlri)
        if isinstance(nlri, LinkNlri):
            return Refused(reason, nlri.neighbour) if (reason := self._foreign(nlri)) else self._link(nlri)
        return Refused(Refusal.TYPE)

    def _foreign(self, nlri: NodeNlri | LinkNlri) -> Refusal | None:
        if nlri.protocol_id != ProtocolId.STATIC:
            return Refusal.PROTOCOL
        return None if nlri.identifier == self.identifier else Refusal.IDENTIFIER

    def _node(self, nlri: NodeNlri) -> Meaning:
        octets = nlri.local.igp_router_id
        if octets is None:
            return Refused(Refusal.SHAPE)
        address = address_of(octets, self.lans)
        if address is not None:
            return TrackedNode(address)
        if len(octets) == 4:
            return RouterNode(IPv4Address(octets), nlri.local.asn)
        return Refused(Refusal.OUTSIDE_LAN)

    def _link(self, nlri: LinkNlri) -> Meaning:
        local, remote = nlri.interface, nlri.neighbour
        if local is None or remote is None or local.version != remote.version:
            return Refused(Refusal.SHAPE, remote)
        if inside(remote, self.lans) is None:
            return Refused(Refusal.OUTSIDE_LAN, remote)
        if self.client_addresses is not None and local not in self.client_addresses:
            return Refused(Refusal.LOCAL_ADDRESS, remote)
        return HalfLink(local, remote, nlri.remote.igp_router_id)


def salvage_remote(raw: bytes) -> Address | None:
    """The neighbour address in a Link NLRI too malformed to decode, as far as it can be made out.

    Serves the rule that a fault in an announcement gives Unknown, never Down: the Node of that address is
    ignored.
    """
    if int.from_bytes(raw[:2], "big") != NlriType.LINK:
        return None
    position = 13
    while position + 4 <= len(raw):
        code = int.from_bytes(raw[position : position + 2], "big")
        length = int.from_bytes(raw[position + 2 : position + 4], "big")
        value = raw[position + 4 : position + 4 + length]
        if code == codes.IPV4_NEIGHBOUR and len(value) == 4:
            return IPv4Address(value)
        if code == codes.IPV6_NEIGHBOUR and len(value) == 16:
            return IPv6Address(value)
        position += 4 + length
    return None


def inside(address: Address, lans: Collection[Network]) -> Address | None:
    """The address, None where it is outside every LAN."""
    return address if any(address.version == lan.version and address in lan for lan in lans) else None
