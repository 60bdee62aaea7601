# SPDX-License-Identifier: Apache-2.0
"""Our addresses as forwarding sees them: the routes that they bring, and at which a neighbour is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

import pydp
from bfd_fastpath.router.events import Address, Prefix
from bfd_fastpath.router.rib import Offer
from bfd_fastpath.router.target import Gateway, Link, Target
from bfd_fastpath.session import Attachment

CONNECTED = 0


class Links:
    """The attachments of one engine, at one moment."""

    def __init__(self, attachments: Iterable[Attachment] = ()) -> None:
        self._attachments = sorted(attachments, key=lambda one: -one.network.prefixlen)
        self._own = {one.address for one in self._attachments}

    def offers(self) -> dict[Prefix, Offer]:
        """The connected prefixes, and our addresses for the host. Of two ports with the same prefix the first
        has it."""
        targets: dict[Prefix, Target] = {
            one.network: Link(one.port, one.vlan)
            for one in reversed(self._attachments)
            if not one.address.is_link_local
        }
        targets |= {ip_network(one.address): pydp.NextHopKind.LOCAL for one in self._attachments}
        return {prefix: Offer(CONNECTED, target) for prefix, target in targets.items()}

    def gateway(self, address: Address) -> Gateway | None:
        """The neighbour with this address; None for one of ours, and where no prefix of ours has it."""
        if address in self._own:
            return None
        for one in self._attachments:
            if one.address.version == address.version and address in one.network:
                return Gateway(one.port, one.vlan, address)
        return None
