# SPDX-License-Identifier: Apache-2.0
"""Profile L7 applied to our addresses: routers are named by AS and BGP identifier, as the peer told us."""

from __future__ import annotations

from collections.abc import Callable

from bfd_fastpath.report.naming import Names, Untellable, octets
from bfd_fastpath.report.settings import Address, ReportSettings
from bfd_fastpath.wire.bgpls import NodeNlri, profile_l7
from bfd_fastpath.wire.bgpls.profile_l7 import RouterName

RouterOf = Callable[[Address], RouterName | Untellable]
"""Whose address a next hop is, as far as the peer told, or why that names nobody."""


def nobody(address: Address) -> RouterName | Untellable:
    """Of peers that tell nothing."""
    return Untellable.NO_ROUTER


class ProfileL7:
    """A Node stands for one address of its router in each family, so a router with two is not told."""

    lasting = False

    def __init__(self, router_of: RouterOf) -> None:
        self._router_of = router_of

    def names(self, address: Address, settings: ReportSettings) -> Names | Untellable:
        if address.is_link_local:
            return Untellable.LINK_LOCAL
        local, own = settings.local(address), _own(settings)
        if local is None or own is None:
            return Untellable.NO_LAN_ADDRESS
        far = self._router_of(address)
        if isinstance(far, Untellable):
            return far
        identifier = settings.identifier
        return Names(
            octets(profile_l7.node(far, address.version, identifier=identifier)),
            octets(profile_l7.link(own, far, local, address, identifier=identifier)),
        )

    def own_nodes(self, settings: ReportSettings) -> tuple[NodeNlri, ...]:
        own = _own(settings)
        versions = {one.address.version for one in settings.lan if not one.address.is_link_local}
        if own is None:
            return ()
        return tuple(
            profile_l7.node(own, version, identifier=settings.identifier) for version in sorted(versions)
        )


def _own(settings: ReportSettings) -> RouterName | None:
    return None if settings.router_id is None else RouterName(settings.asn, settings.router_id)
