# SPDX-License-Identifier: Apache-2.0
"""Only to Customer at a route server (RFC 9234 5): a client's route that carries it is a leak, and what is
passed on to clients carries the route server's AS."""

from collections.abc import Iterator
from dataclasses import replace

from bfd_fastpath.routeserver.records import Inbound, Offer
from bfd_fastpath.wire.bgp.attributes import AttributeType, only_to_customer


def by_roles(inbound: Inbound, asn: int) -> Inbound:
    """The same, its leaks withdrawn and counted, its routes marked. `asn` is the route server's."""
    leaks = [offer for offer in inbound.offers if _marked(offer)]
    return replace(
        inbound,
        withdrawn=(*inbound.withdrawn, *(offer.prefixes for offer in leaks)),
        offers=tuple(_marks(inbound, asn)),
        leaks=sum(len(offer.prefixes) for offer in leaks),
    )


def _marks(inbound: Inbound, asn: int) -> Iterator[Offer]:
    for offer in inbound.offers:
        if not _marked(offer):
            unknown = (*offer.attributes.unknown, only_to_customer(asn))
            yield replace(offer, attributes=replace(offer.attributes, unknown=unknown))


def _marked(offer: Offer) -> bool:
    return any(raw.type == AttributeType.ONLY_TO_CUSTOMER for raw in offer.attributes.unknown)
