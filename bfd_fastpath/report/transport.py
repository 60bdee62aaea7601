# SPDX-License-Identifier: Apache-2.0
"""By which address family and in which form a peer is told, and how that is chosen. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from bfd_fastpath.wire.bgp.family import BGP_LS, Family


class Transport(StrEnum):
    """How reachability is said."""

    BGP_LS = "bgp-ls"
    """Nodes and Links, profile L5."""
    BGP_LS_L7 = "bgp-ls-l7"
    """Nodes and Links, profile L7."""
    NH_REACH = "nh-reach"
    """ReachTells (draft-ietf-idr-rs-bfd-09 5)."""


class Preference(StrEnum):
    """Which of them is wanted."""

    AUTO = "auto"
    """BGP-LS in profile L5, or else NH-Reach, as the peer has them."""
    BGP_LS = "bgp-ls"
    BGP_LS_L7 = "bgp-ls-l7"
    NH_REACH = "nh-reach"


_ORDER = {
    Preference.AUTO: (Transport.BGP_LS, Transport.NH_REACH),
    Preference.BGP_LS: (Transport.BGP_LS,),
    Preference.BGP_LS_L7: (Transport.BGP_LS_L7,),
    Preference.NH_REACH: (Transport.NH_REACH,),
}


def families(transport: Transport, nh_reach: Collection[Family]) -> frozenset[Family]:
    """Those that it may use. `nh_reach`: the families of NH-Reach by the SAFI that it has."""
    return frozenset(nh_reach) if transport is Transport.NH_REACH else frozenset((BGP_LS,))


def choose(
    preference: Preference, usable: Collection[Family], nh_reach: Collection[Family]
) -> tuple[Transport, frozenset[Family]] | None:
    """The transport for a session on which these families can be used, and those of it; None: nothing can be
    told."""
    for transport in _ORDER[preference]:
        found = families(transport, nh_reach) & frozenset(usable)
        if found:
            return transport, found
    return None
