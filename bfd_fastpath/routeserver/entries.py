# SPDX-License-Identifier: Apache-2.0
"""BGP-LS entries as the route server reads them, from one client's NLRIs. It keeps no table; see reach.py."""

from dataclasses import dataclass

from bfd_fastpath.routeserver.identity import Member
from bfd_fastpath.routeserver.settings import Address, Prefix
from bfd_fastpath.wire.bgpls import LinkNlri, LinkStateNlri, NodeNlri
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls import profile_l7 as l7
from bfd_fastpath.wire.bgpls.nlri import ProtocolId
from bfd_fastpath.wire.bgpls.profile_l5 import Refusal, Refused, salvage_remote


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A Link NLRI. `key` is the NLRI's octets, which its withdrawal repeats."""

    key: bytes
    #: TLV 260 or 262, the next hop; None when absent.
    remote: Address | None
    #: TLV 515 of the remote node; None when absent.
    remote_id: bytes | None
    #: False when it must be discarded: it then only stops the Node from meaning Down.
    counts: bool = True
    #: Whose it says it is, where that is not the client; empty otherwise.
    claimed: str = ""


@dataclass(frozen=True, slots=True)
class SeenNode:
    """A Node NLRI. `node_id` is TLV 515."""

    key: bytes
    node_id: bytes | None
    #: TLV 512, which profile L5 never sends: its presence means rs-bfd-01's form.
    asn: int | None = None
    #: Set in profile L7, instead of the others: whose address of which IP version.
    router: l7.TrackedRouter | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An NLRI that might be a Link for anything."""

    key: bytes


@dataclass(frozen=True, slots=True)
class Readers:
    """How one client's NLRIs are read: by both profiles, told apart by the Protocol-ID."""

    static: l5.Reader
    bgp: l7.Reader

    @classmethod
    def of(cls, member: Member, lan: tuple[Prefix, ...], identifier: int) -> "Readers":
        own = frozenset(member.addresses)
        return cls(l5.Reader(lan, identifier, own), l7.Reader(lan, identifier, own, _name(member)))

    def suits(self, member: Member) -> bool:
        """Whether the member is still as it was when these were made."""
        own = frozenset(member.addresses)
        return self.static.client_addresses == own and self.bgp.client == _name(member)

    def read(self, nlri: LinkStateNlri) -> l5.Meaning | l7.Meaning:
        """What the NLRI says, or why it is ignored."""
        if isinstance(nlri, (NodeNlri, LinkNlri)) and nlri.protocol_id == ProtocolId.BGP:
            return self.bgp.read(nlri)
        return self.static.read(nlri)


def _name(member: Member) -> l7.RouterName | None:
    """By which profile L7 names it; None as long as it has no name there."""
    if not member.asn or member.identifier is None or not int(member.identifier):
        return None
    return l7.RouterName(member.asn, member.identifier)


_FOREIGN = (Refusal.TYPE, Refusal.PROTOCOL, Refusal.IDENTIFIER)


def read_entry(nlri: LinkStateNlri, readers: Readers) -> SeenLink | SeenNode | None:
    """None for what this server does not read at all: another protocol, identifier or type.

    A foreign Link to an address of the LAN is kept as one that does not count: whoever sends it does not mean
    Down.
    """
    meaning = readers.read(nlri)
    refused = meaning.reason if isinstance(meaning, Refused) else None
    if refused in _FOREIGN:
        lans = readers.static.lans
        if isinstance(nlri, LinkNlri) and any(nlri.neighbour in lan for lan in lans if nlri.neighbour):
            return SeenLink(nlri.encode(), nlri.neighbour, nlri.remote.igp_router_id, counts=False)
        return None
    if isinstance(nlri, NodeNlri):
        if nlri.protocol_id == ProtocolId.BGP:
            router = meaning if isinstance(meaning, l7.TrackedRouter) else None
            return SeenNode(nlri.encode(), None, router=router)
        return SeenNode(nlri.encode(), nlri.local.igp_router_id, nlri.local.asn)
    if isinstance(nlri, LinkNlri):
        own = readers.static.client_addresses or frozenset()
        good = isinstance(meaning, (l5.HalfLink, l7.RouterLink)) and meaning.remote not in own
        return SeenLink(
            nlri.encode(), nlri.neighbour, nlri.remote.igp_router_id, good, _claimed(nlri, refused)
        )
    return None


def _claimed(nlri: LinkNlri, refused: Refusal | None) -> str:
    if refused == Refusal.LOCAL_ADDRESS:
        return str(nlri.interface)
    if refused == Refusal.LOCAL_NODE:
        return f"AS {nlri.local.asn} with BGP identifier {nlri.local.bgp_router_id}"
    return ""


def read_fault(raw: bytes) -> SeenLink | Unreadable | None:
    """What a malformed NLRI still tells: that some Link could not be read. None for anything that is no
    Link."""
    if raw[:2] != b"\x00\x02":
        return None
    remote = salvage_remote(raw)
    if remote is None:
        return Unreadable(raw)
    return SeenLink(raw, remote, None, counts=False)
