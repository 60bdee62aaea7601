# SPDX-License-Identifier: Apache-2.0
"""Next hops: what routes lead to, by ids that the caller chooses. A next hop that BFD finds dead, or that
becomes another, costs the same with one route or a million.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydp.addresses import Address, as_address, fill, read
from pydp.errors import InvalidArgumentError, raise_status
from pydp.ffi import ffi, lib
from pydp.states import NeighbourState, NextHopKind, NextHopState

if TYPE_CHECKING:
    from pydp.engine import Engine


@dataclass(frozen=True, slots=True)
class Member:
    """Of a group: the id of an adjacent next hop, and its share of the flows, 1 to 65535."""

    id: int
    weight: int = 1


@dataclass(frozen=True, slots=True)
class NextHopConfig:
    """What a next hop is to be. The three functions below make the kinds that have something to say."""

    kind: NextHopKind
    #: ADJACENT: of either family, whatever that of the packets (RFC 8950).
    address: Address | None = None
    #: ADJACENT and CONNECTED; VLAN 0: untagged.
    port: int = 0
    vlan: int = 0
    #: GROUP: at least one member or backup, nobody twice. Backups are ids, taken in order while no member is
    #: live.
    members: tuple[Member, ...] = ()
    backups: tuple[int, ...] = ()

    @classmethod
    def adjacent(cls, address: Address | str, port: int = 0, *, vlan: int = 0) -> "NextHopConfig":
        """A neighbour: packets go to its MAC address."""
        return cls(NextHopKind.ADJACENT, as_address(address), port, vlan)

    @classmethod
    def connected(cls, port: int = 0, *, vlan: int = 0) -> "NextHopConfig":
        """The packet's own destination is the neighbour."""
        return cls(NextHopKind.CONNECTED, None, port, vlan)

    @classmethod
    def group(cls, members: Iterable[Member | int], backups: Iterable[int] = ()) -> "NextHopConfig":
        """Several neighbours, each flow to one of them; an id alone has weight 1."""
        taken = tuple(one if isinstance(one, Member) else Member(one) for one in members)
        return cls(NextHopKind.GROUP, members=taken, backups=tuple(backups))


@dataclass(frozen=True, slots=True)
class NextHop:
    """A next hop as it is."""

    id: int
    config: NextHopConfig
    #: How many routes lead to it, and how many groups it is in.
    routes: int
    groups: int
    #: Packets can go there: a neighbour that is resolved and not dead, a group with one such member or
    #: backup.
    live: bool
    #: ADJACENT: what BFD says, and how well the MAC address is known. Others: UNKNOWN and None.
    state: NextHopState
    neighbour_state: NeighbourState | None
    #: GROUP: how many of the 256 buckets each member has; the flows in them are its own while it is live.
    buckets: tuple[int, ...]


class NextHops:
    """The next hops of one engine; made by `Engine.nexthops`."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def set(self, nexthop: int, config: NextHopConfig) -> None:
        """Make the next hop (id 1 to max_nexthops - 1), or make it another; repeating it changes nothing. A
        group that becomes another moves as few flows as its new weights allow. Raises InvalidArgumentError,
        NotFoundError (a member), BusyError (a group's member is to be no neighbour any more),
        OutOfMemoryError (the table of neighbours is full).
        """
        raw = ffi.new("struct pydp_nexthop_config *")
        _fill(raw, config)
        raise_status(lib.pydp_nexthop_set(self._engine._c, nexthop, raw))

    def remove(self, nexthop: int) -> None:
        """Remove it; one that is not there is removed already. BusyError while routes or groups use it."""
        raise_status(lib.pydp_nexthop_remove(self._engine._c, nexthop))

    def read(self, nexthop: int) -> NextHop:
        """How it is now. NotFoundError."""
        raw = ffi.new("struct pydp_nexthop *")
        raise_status(lib.pydp_nexthop_read(self._engine._c, nexthop, raw))
        return _read(raw)

    def flow(self, nexthop: int, packet: bytes, version: int) -> tuple[int, int]:
        """Which of a group's 256 shares the flow of a packet (from its IP header on) is in, and the id of the
        member whose share that is, 0 for a group of backups alone. StateError while a worker runs.
        """
        share, member = ffi.new("uint32_t *"), ffi.new("uint32_t *")
        octets = ffi.from_buffer(packet)
        raise_status(
            lib.pydp_nexthop_flow(self._engine._c, nexthop, version, octets, len(packet), share, member)
        )
        return int(share[0]), int(member[0])

    def list(self) -> list[int]:
        """The ids, ascending."""
        count = ffi.new("uint32_t *")
        capacity = 256
        while True:
            room = ffi.new("uint32_t[]", capacity)
            raise_status(lib.pydp_nexthop_list(self._engine._c, room, capacity, count))
            if count[0] <= capacity:
                return [int(room[i]) for i in range(count[0])]
            capacity = 2 * count[0]


def _fill(raw: Any, config: NextHopConfig) -> None:
    if len(config.members) > len(raw.members) or len(config.backups) > len(raw.backups):
        raise InvalidArgumentError(
            f"{len(config.members)} members and {len(config.backups)} backups: a group has at most "
            f"{len(raw.members)} and {len(raw.backups)}"
        )
    try:
        raw.kind, raw.port, raw.vlan = config.kind, config.port, config.vlan
        if config.address is not None:
            fill(ffi.addressof(raw, "address"), config.address)
        raw.member_count, raw.backup_count = len(config.members), len(config.backups)
        for place, member in zip(raw.members, config.members, strict=False):
            place.id, place.weight = member.id, member.weight
        for i, backup in enumerate(config.backups):
            raw.backups[i] = backup
    except OverflowError as error:
        raise InvalidArgumentError(f"a number of the next hop is out of range: {error}") from None


def _read(raw: Any) -> NextHop:
    wanted = raw.config
    kind = NextHopKind(wanted.kind)
    config = NextHopConfig(kind, None, wanted.port, wanted.vlan)
    buckets: tuple[int, ...] = ()
    if kind is NextHopKind.ADJACENT:
        config = replace(config, address=read(wanted.address))
    elif kind is NextHopKind.GROUP:
        members = (wanted.members[i] for i in range(wanted.member_count))
        backups = tuple(wanted.backups[i] for i in range(wanted.backup_count))
        config = NextHopConfig.group((Member(one.id, one.weight) for one in members), backups)
        buckets = tuple(raw.buckets[i] for i in range(wanted.member_count))
    return NextHop(
        id=raw.id,
        config=config,
        routes=raw.routes,
        groups=raw.groups,
        live=bool(raw.live),
        state=NextHopState(raw.state),
        neighbour_state=NeighbourState(raw.neighbour_state) if kind is NextHopKind.ADJACENT else None,
        buckets=buckets,
    )
