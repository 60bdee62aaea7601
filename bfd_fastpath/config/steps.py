# SPDX-License-Identifier: Apache-2.0
"""What has to be done to get from one configuration to another: plain records, carried out by the router.

Every step states the whole wanted thing. On a start the old side is None and everything is a step.
"""

from __future__ import annotations

from dataclasses import dataclass

from bfd_fastpath.config.model import (
    Bfd,
    Control,
    Dampening,
    Eal,
    Engine,
    Forwarding,
    Fuse,
    InterfaceAddress,
    KeyChain,
    Lag,
    Log,
    Neighbor,
    Network,
    Nhib,
    Port,
    Reflector,
    Report,
    Router,
    Session,
    StaticRoute,
    Unsolicited,
)


@dataclass(frozen=True, slots=True)
class SetLog:
    old: Log | None
    new: Log


@dataclass(frozen=True, slots=True)
class StartRouter:
    """Only ever the start: identity, EAL and engine do not change while the process lives."""

    router: Router
    eal: Eal
    engine: Engine


@dataclass(frozen=True, slots=True)
class NeedsRestart:
    """A change that a running process cannot make. Nothing is done about it but to say so."""

    key: str
    """The configuration key, such as port[lan0].devargs or engine.cpu."""
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class OpenPort:
    """Only on a start. Its addresses follow as steps of their own."""

    port: Port


@dataclass(frozen=True, slots=True)
class AddAddress:
    port: str
    address: InterfaceAddress


@dataclass(frozen=True, slots=True)
class RemoveAddress:
    port: str
    address: InterfaceAddress


@dataclass(frozen=True, slots=True)
class SetLan:
    """The peering LAN prefixes of a running port changed."""

    port: str
    old: tuple[Network, ...]
    new: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class SetHostRate:
    """Packets a second to a port's host; on a start the port has it."""

    port: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class AddRoute:
    route: StaticRoute


@dataclass(frozen=True, slots=True)
class ChangeRoute:
    """Same prefix and route-preference, other next hops. What goes to those that stay is not disturbed."""

    old: StaticRoute
    new: StaticRoute


@dataclass(frozen=True, slots=True)
class RemoveRoute:
    route: StaticRoute


@dataclass(frozen=True, slots=True)
class SetForwarding:
    """Whether and how packets are forwarded; the routes are steps of their own."""

    old: Forwarding | None
    new: Forwarding


@dataclass(frozen=True, slots=True)
class SetKeyChain:
    """Its keys are replaced at once; sessions that use it stay Up."""

    old: KeyChain | None
    new: KeyChain


@dataclass(frozen=True, slots=True)
class RemoveKeyChain:
    chain: KeyChain


@dataclass(frozen=True, slots=True)
class SetBfd:
    """Sessions to learned next hops."""

    old: Bfd | None
    new: Bfd


@dataclass(frozen=True, slots=True)
class SetDampening:
    old: Dampening | None
    new: Dampening


@dataclass(frozen=True, slots=True)
class SetNhib:
    old: Nhib | None
    new: Nhib


@dataclass(frozen=True, slots=True)
class SetReport:
    old: Report | None
    new: Report


@dataclass(frozen=True, slots=True)
class SetFuse:
    old: Fuse | None
    new: Fuse


@dataclass(frozen=True, slots=True)
class AddSession:
    session: Session


@dataclass(frozen=True, slots=True)
class ChangeSession:
    """Same dest-addr, other values. It starts anew only if interface, source or vlan differ."""

    old: Session
    new: Session


@dataclass(frozen=True, slots=True)
class RemoveSession:
    session: Session


@dataclass(frozen=True, slots=True)
class SetReflector:
    old: Reflector | None
    new: Reflector


@dataclass(frozen=True, slots=True)
class SetUnsolicited:
    old: Unsolicited | None
    new: Unsolicited


@dataclass(frozen=True, slots=True)
class SetLag:
    """One that is not there any more has no new; members that go say AdminDown first."""

    old: Lag | None
    new: Lag | None


@dataclass(frozen=True, slots=True)
class AddNeighbor:
    neighbor: Neighbor


@dataclass(frozen=True, slots=True)
class ChangeNeighbor:
    old: Neighbor
    new: Neighbor

    @property
    def reconnects(self) -> bool:
        """True when the BGP session has to be closed for it; announcements change in place."""
        return _transport(self.old) != _transport(self.new)


@dataclass(frozen=True, slots=True)
class RemoveNeighbor:
    neighbor: Neighbor


@dataclass(frozen=True, slots=True)
class SetControl:
    old: Control | None
    new: Control


Step = (
    SetLog
    | StartRouter
    | NeedsRestart
    | OpenPort
    | AddAddress
    | RemoveAddress
    | SetLan
    | SetHostRate
    | AddRoute
    | ChangeRoute
    | RemoveRoute
    | SetForwarding
    | SetKeyChain
    | RemoveKeyChain
    | SetBfd
    | SetDampening
    | SetNhib
    | SetReport
    | SetFuse
    | AddSession
    | ChangeSession
    | RemoveSession
    | SetReflector
    | SetLag
    | SetUnsolicited
    | AddNeighbor
    | ChangeNeighbor
    | RemoveNeighbor
    | SetControl
)


def _transport(neighbor: Neighbor) -> tuple[object, ...]:
    return (
        neighbor.remote_as,
        neighbor.local_address,
        neighbor.hold_time_s,
        neighbor.password_file,
        neighbor.password_env,
        neighbor.ttl_security,
        neighbor.passive,
        neighbor.families,
        neighbor.extended_next_hop,
        neighbor.graceful_restart_helper,
        neighbor.enforce_first_as,
        neighbor.role,
        neighbor.strict_role,
        neighbor.nh_reach_safi,
    )
