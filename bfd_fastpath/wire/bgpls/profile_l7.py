# SPDX-License-Identifier: Apache-2.0
"""Profile L7: as profile L5, with Protocol-ID 7 and routers named by AS and BGP identifier, as in RFC 9086.

A Node then names a router and not an address, so the Identifier says which IP version it is about: the
configured value for IPv4, the next one for IPv6. Pure functions, as in profile_l5.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TypeAlias

from bfd_fastpath.wire.bgpls.descriptor import NodeDescriptor
from bfd_fastpath.wire.bgpls.nlri import LinkNlri, LinkStateNlri, NodeNlri, ProtocolId
from bfd_fastpath.wire.bgpls.profile_l5 import Address, Network, Refusal, Refused, inside, link_descriptors


@dataclass(frozen=True, slots=True)
class RouterName:
    """What names a router here: sub-TLVs 512 and 516. Raises ValueError for a zero in either."""

    asn: int
    router_id: IPv4Address

    def __post_init__(self) -> None:
        if not self.asn or not int(self.router_id):
            raise ValueError(f"AS {self.asn} with BGP identifier {self.router_id} names no router")

    @classmethod
    def of(cls, descriptor: NodeDescriptor) -> RouterName | None:
        """Whom a node descriptor names, None where it has not both sub-TLVs, or a zero in one."""
        asn, router_id = descriptor.asn, descriptor.bgp_router_id
        return cls(asn, router_id) if asn and router_id is not None and int(router_id) else None

    def descriptor(self) -> NodeDescriptor:
        return NodeDescriptor.make(asn=self.asn, bgp_router_id=self.router_id)


def identifier_of(version: int, identifier: int = 0) -> int:
    """The Identifier of entries about IP version 4 or 6 where `identifier` is the configured one."""
    return identifier if version == 4 else identifier + 1


def node(router: RouterName, version: int, *, identifier: int = 0) -> NodeNlri:
    """The Node NLRI that says "I track this router's address of this IP version"."""
    return NodeNlri(router.descriptor(), ProtocolId.BGP, identifier_of(version, identifier))


def link(
    router: RouterName, far: RouterName, local: Address, remote: Address, *, identifier: int = 0
) -> LinkNlri:
    """The Link NLRI that says "`router`, at `local`, reaches `far` at `remote`".

    Raises ValueError where the addresses are of different families, or link-local (RFC 9552 5.2.2).
    """
    return LinkNlri(
        router.descriptor(),
        far.descriptor(),
        link_descriptors(local, remote),
        ProtocolId.BGP,
        identifier_of(local.version, identifier),
    )


@dataclass(frozen=True, slots=True)
class TrackedRouter:
    """The sender tracks the address of this IP version that the router has."""

    router: RouterName
    version: int


@dataclass(frozen=True, slots=True)
class RouterLink:
    """The sender reaches `remote`, an address of `far`, from its own address `local`."""

    local: Address
    remote: Address
    far: RouterName


Meaning: TypeAlias = TrackedRouter | RouterLink | Refused


@dataclass(frozen=True, slots=True)
class Reader:
    """The rules by which one client's NLRIs are read: as profile_l5.Reader, and who the client is.

    With `client` None, the local node is not checked.
    """

    lans: tuple[Network, ...]
    identifier: int = 0
    client_addresses: frozenset[Address] | None = None
    client: RouterName | None = None

    def read(self, nlri: LinkStateNlri) -> Meaning:
        """What the NLRI says, or why it is ignored. Never raises."""
        if not isinstance(nlri, (NodeNlri, LinkNlri)):
            return Refused(Refusal.TYPE)
        remote = nlri.neighbour if isinstance(nlri, LinkNlri) else None
        if nlri.protocol_id != ProtocolId.BGP:
            return Refused(Refusal.PROTOCOL, remote)
        version = {self.identifier: 4, self.identifier + 1: 6}.get(nlri.identifier)
        if version is None:
            return Refused(Refusal.IDENTIFIER, remote)
        name = RouterName.of(nlri.local)
        if name is None:
            return Refused(Refusal.SHAPE, remote)
        return TrackedRouter(name, version) if isinstance(nlri, NodeNlri) else self._link(nlri, name, version)

    def _link(self, nlri: LinkNlri, name: RouterName, version: int) -> Meaning:
        local, remote, far = nlri.interface, nlri.neighbour, RouterName.of(nlri.remote)
        if local is None or remote is None or far is None or not local.version == remote.version == version:
            return Refused(Refusal.SHAPE, remote)
        if inside(remote, self.lans) is None:
            return Refused(Refusal.OUTSIDE_LAN, remote)
        if self.client_addresses is not None and local not in self.client_addresses:
            return Refused(Refusal.LOCAL_ADDRESS, remote)
        if self.client not in (None, name):
            return Refused(Refusal.LOCAL_NODE, remote)
        return RouterLink(local, remote, far)
