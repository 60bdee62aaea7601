# SPDX-License-Identifier: Apache-2.0
"""BGP-LS entries as the route server reads them, from one client's NLRIs. It keeps no table; see reach.py."""

from dataclasses import dataclass

from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.wire.bgpls import LinkNlri, LinkStateNlri, NodeNlri
from bfd_fastpath.wire.bgpls.profile_l5 import HalfLink, Reader, Refusal, Refused, salvage_remote


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


@dataclass(frozen=True, slots=True)
class SeenNode:
    """A Node NLRI. `node_id` is TLV 515."""

    key: bytes
    node_id: bytes | None
    #: TLV 512, which profile L5 never sends: its presence means rs-bfd-01's form.
    asn: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An NLRI that might be a Link for anything."""

    key: bytes


_FOREIGN = (Refusal.TYPE, Refusal.PROTOCOL, Refusal.IDENTIFIER)


def read_entry(nlri: LinkStateNlri, reader: Reader) -> SeenLink | SeenNode | None:
    """None for what this server does not read at all: another protocol, identifier or type.

    A foreign Link to an address of the LAN is kept as one that does not count: whoever sends it does not mean
    Down.
    """
    meaning = reader.read(nlri)
    if isinstance(meaning, Refused) and meaning.reason in _FOREIGN:
        if isinstance(nlri, LinkNlri) and any(nlri.neighbour in lan for lan in reader.lans if nlri.neighbour):
            return SeenLink(nlri.encode(), nlri.neighbour, nlri.remote.igp_router_id, counts=False)
        return None
    if isinstance(nlri, NodeNlri):
        return SeenNode(nlri.encode(), nlri.local.igp_router_id, nlri.local.asn)
    if isinstance(nlri, LinkNlri):
        own = reader.client_addresses or frozenset()
        counts = isinstance(meaning, HalfLink) and meaning.remote not in own
        return SeenLink(nlri.encode(), nlri.neighbour, nlri.remote.igp_router_id, counts)
    return None


def read_fault(raw: bytes) -> SeenLink | Unreadable | None:
    """What a malformed NLRI still tells: that some Link could not be read. None for anything that is no
    Link."""
    if raw[:2] != b"\x00\x02":
        return None
    remote = salvage_remote(raw)
    if remote is None:
        return Unreadable(raw)
    return SeenLink(raw, remote, None, counts=False)
