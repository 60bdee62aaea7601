# SPDX-License-Identifier: Apache-2.0
"""Observations as the engine would make them, with only the telling parts spelled out."""

from dataclasses import replace
from ipaddress import ip_address

from bfd_fastpath.nhib import (
    Address,
    BfdState,
    Change,
    Diagnostic,
    Entry,
    Neighbour,
    Nhib,
    Observation,
    Reachability,
    Slot,
)

S = 1_000_000_000
X = ip_address("198.51.100.2")
Y = ip_address("2001:db8::3")
UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN


def up() -> Observation:
    return Observation(BfdState.UP, BfdState.INIT, BfdState.INIT, slot=Slot.LIVE, last_hello_ns=1)


def expired(**more) -> Observation:
    """Up -> Down because the detection time ran out."""
    seen = Observation(
        BfdState.DOWN, BfdState.UP, BfdState.UP, Diagnostic.CONTROL_EXPIRY, slot=Slot.DEAD, last_hello_ns=1
    )
    return replace(seen, **more)


def signalled() -> Observation:
    """Up -> Down because the peer says Down."""
    return expired(diagnostic=Diagnostic.NEIGHBOR_DOWN)


def peer_admin_down(old: BfdState = BfdState.UP) -> Observation:
    """The peer says AdminDown; our FSM goes Down with diagnostic 3 (RFC 5880 6.8.6)."""
    return Observation(
        BfdState.DOWN, old, BfdState.ADMIN_DOWN, diagnostic=Diagnostic.NEIGHBOR_DOWN, last_hello_ns=1
    )


def local_admin_down(old: BfdState = BfdState.UP) -> Observation:
    return Observation(BfdState.ADMIN_DOWN, old, BfdState.UP, diagnostic=Diagnostic.ADMIN_DOWN)


def silent(neighbour: Neighbour = Neighbour.REACHABLE) -> Observation:
    """Down from the start, nothing heard."""
    return Observation(BfdState.DOWN, BfdState.DOWN, neighbour=neighbour)


def heard(state: BfdState = BfdState.INIT) -> Observation:
    return Observation(state, BfdState.DOWN, BfdState.DOWN, last_hello_ns=1)


def moves(changes: list[Change]) -> list[tuple[Reachability | None, Reachability | None]]:
    return [(one.old, one.new) for one in changes]


def at(nhib: Nhib, address: Address) -> Entry:
    """The entry, which has to be there."""
    entry = nhib.get(address)
    assert entry is not None
    return entry
