# SPDX-License-Identifier: Apache-2.0
"""Routes and next hops of the engine in words: it asks the engine's own tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

import pydp
from bfd_fastpath.replay.forward_frame import Address, look
from pydp import NextHop, NextHopKind

_MOST: Final = 65536
_SPECIAL: Final = {
    NextHopKind.BLACKHOLE: "blackhole",
    NextHopKind.UNREACHABLE: "unreachable",
    NextHopKind.PROHIBITED: "prohibited",
    NextHopKind.LOCAL: "the host",
}


@dataclass(frozen=True, slots=True)
class Way:
    """The route of an address: "" where there is none."""

    route: str = ""
    next_hop: str = ""
    #: Of a group: addresses of its members and backups, by id.
    members: Mapping[int, Address] = field(default_factory=dict)


_NONE: Final = Way()


class Ways:
    """Remembers what it asked; `forget` when next hops or neighbours have changed."""

    def __init__(self, engine: pydp.Engine, names: Sequence[str]) -> None:
        self._engine, self._names = engine, names
        self._known: dict[bytes, Way] = {}
        self._taken: dict[tuple[str, int, bytes, int], str] = {}

    def forget(self) -> None:
        self._known.clear()
        self._taken.clear()

    def of(self, destination: bytes) -> Way:
        """The way of an address of 4 or 16 octets."""
        known = self._known.get(destination)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[destination] = self._ask(destination)
        return known

    def _ask(self, destination: bytes) -> Way:
        route = self._engine.routes.match(ip_address(destination))
        if route is None:
            return _NONE
        hop = self._engine.nexthops.read(route.next_hop)
        ids = (*(one.id for one in hop.config.members), *hop.config.backups)
        found = {one: self._engine.nexthops.read(one).config.address for one in ids}
        members = {one: address for one, address in found.items() if address is not None}
        return Way(str(route.prefix), self.text(hop), members)

    def text(self, hop: NextHop) -> str:
        """A next hop in words."""
        config = hop.config
        if config.kind in _SPECIAL:
            return _SPECIAL[config.kind]
        if config.kind is NextHopKind.GROUP:
            backups = f" with {len(config.backups)} in reserve" if config.backups else ""
            return f"group of {len(config.members)}{backups}"
        who = "the destination" if config.address is None else str(config.address)
        return f"{who} on {self.place(config.port, config.vlan)}"

    def place(self, port: int, vlan: int) -> str:
        return f"{self._names[port]}{f' vlan {vlan}' if vlan else ''}"

    def taken(self, way: Way, port: int, frame: bytes) -> str:
        """The next hop that a frame took which leaves by a port."""
        if not way.members:
            return way.next_hop
        place = way.route, port, frame[:6], look(frame).vlan
        known = self._taken.get(place)
        if known is None:
            known = self._taken[place] = self._member(way, port, frame[:6].hex(":"), place[3])
        return known

    def _member(self, way: Way, port: int, mac: str, vlan: int) -> str:
        wanted = set(way.members.values())
        for one in self._engine.neighbours():
            if (one.port, one.vlan, one.mac) == (port, vlan, mac) and one.address in wanted:
                return f"{one.address} on {self.place(port, vlan)}, of a {way.next_hop}"
        return way.next_hop
