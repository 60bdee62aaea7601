# SPDX-License-Identifier: Apache-2.0
"""Which port and source address reach a next hop. A look-up in connected prefixes; no routing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bfd_fastpath.session.spec import Address, Network


@dataclass(frozen=True, slots=True)
class Attachment:
    """One address of ours on one port."""

    port: int
    """The engine's index of the port."""
    interface: str
    """The port's name in the configuration."""
    address: Address
    network: Network
    """The connected prefix."""
    vlan: int = 0
    lan: tuple[Network, ...] = ()
    """The peering LAN prefixes of the port; empty: the connected prefix."""

    @property
    def peering(self) -> tuple[Network, ...]:
        return self.lan or (self.network,)


def find_path(
    attachments: Iterable[Attachment],
    destination: Address,
    *,
    interface: str | None = None,
    source: Address | None = None,
    vlan: int | None = None,
) -> Attachment | None:
    """The attachment whose subnet holds the destination, the longest prefix first, then the order given.

    RFC 5881 6: on a multi-access network both addresses are of that subnet, so without one there is no path.
    """
    fitting = [
        one
        for one in attachments
        if one.network.version == destination.version
        and destination in one.network
        and interface in (None, one.interface)
        and source in (None, one.address)
        and vlan in (None, one.vlan)
    ]
    return max(fitting, key=lambda one: one.network.prefixlen, default=None)


def inside(destination: Address, prefixes: Iterable[Network]) -> bool:
    return any(one.version == destination.version and destination in one for one in prefixes)
