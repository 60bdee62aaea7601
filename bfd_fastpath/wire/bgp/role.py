# SPDX-License-Identifier: Apache-2.0
"""BGP roles: who we are to the peer, which pairs may speak, and what that means for Only to Customer (RFC
9234)."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum


class Role(IntEnum):
    """Our own role towards the peer (RFC 9234 4.1)."""

    PROVIDER = 0
    RS = 1
    RS_CLIENT = 2
    CUSTOMER = 3
    PEER = 4


_COUNTERPARTS = {
    Role.PROVIDER: Role.CUSTOMER,
    Role.CUSTOMER: Role.PROVIDER,
    Role.RS: Role.RS_CLIENT,
    Role.RS_CLIENT: Role.RS,
    Role.PEER: Role.PEER,
}


def mismatch(own: Role, theirs: Collection[int], *, strict: bool) -> str:
    """Why the peer's roles do not go with ours (RFC 9234 4.2), empty where they do. `strict`: it must have
    one."""
    if not theirs:
        return "the peer sends no role, and strict mode wants one" if strict else ""
    if set(theirs) == {_COUNTERPARTS[own]}:
        return ""
    named = ", ".join(_name(role) for role in sorted(set(theirs)))
    return f"the peer's role is {named}; beside ours, {_name(own)}, it is {_name(_COUNTERPARTS[own])}"


def leaks(own: Role, customer_only: int | None, peer_asn: int) -> bool:
    """Whether a route received from the peer with this Only to Customer is a leak (RFC 9234 5, ingress 1
    and 2)."""
    if customer_only is None:
        return False
    return own in (Role.PROVIDER, Role.RS) or (own is Role.PEER and customer_only != peer_asn)


def marked_in(own: Role) -> bool:
    """Whether a route from the peer gets Only to Customer with the peer's AS where it has none (RFC 9234 5,
    ingress 3)."""
    return own in (Role.CUSTOMER, Role.PEER, Role.RS_CLIENT)


def marked_out(own: Role) -> bool:
    """Whether a route to the peer gets Only to Customer with our AS where it has none (RFC 9234 5, egress
    1)."""
    return own in (Role.PROVIDER, Role.PEER, Role.RS)


def _name(role: int) -> str:
    return Role(role).name.lower().replace("_", "-") if role in set(Role) else str(role)
