# SPDX-License-Identifier: Apache-2.0
"""What clients ask of the route server by communities: to whom a route goes. All others are passed on as they
came (RFC 7947 2.2.4), NO_EXPORT and its like included."""

from dataclasses import replace

from bfd_fastpath.routeserver.table import Audience
from bfd_fastpath.wire.bgp.attributes import Attributes
from bfd_fastpath.wire.bgp.community import GRACEFUL_SHUTDOWN, LargeCommunity

_NOT_TO, _TO = 0, 1


def audience(attributes: Attributes, asn: int) -> Audience | None:
    """To whom a route with these attributes goes, where the route server's AS is `asn`; None: to all.

    0:PEER and ASN:0:PEER keep it from AS PEER; ASN:PEER and ASN:1:PEER give it to PEER; 0:ASN and ASN:0:0
    keep it from all but those. Large ones (RFC 8092) serve AS numbers of four octets.
    """
    denied: set[int] = set()
    allowed: set[int] = set()
    for community in attributes.communities:
        high, low = community >> 16, community & 0xFFFF
        if high == _NOT_TO:
            denied.add(low)
        elif high == asn:
            allowed.add(low)
    for large in attributes.large_communities:
        if large.global_administrator == asn and large.local_1 in (_NOT_TO, _TO):
            chosen = denied if large.local_1 == _NOT_TO else allowed
            chosen.add(large.local_2 or asn)
    if not denied:
        return None
    return Audience(frozenset(denied), frozenset(allowed), asn not in denied)


def without_instructions(attributes: Attributes, asn: int) -> Attributes:
    """The attributes without the communities that were meant for the route server (RFC 7947 2.2.4)."""
    communities = tuple(c for c in attributes.communities if c >> 16 not in (_NOT_TO, asn))
    large = tuple(c for c in attributes.large_communities if not _instructs(c, asn))
    if len(communities) == len(attributes.communities) and len(large) == len(attributes.large_communities):
        return attributes
    return replace(attributes, communities=communities, large_communities=large)


def leaves_soon(attributes: Attributes) -> bool:
    """Whether the route carries GRACEFUL_SHUTDOWN (RFC 8326)."""
    return GRACEFUL_SHUTDOWN in attributes.communities


def _instructs(large: LargeCommunity, asn: int) -> bool:
    return large.global_administrator == asn and large.local_1 in (_NOT_TO, _TO)
