# SPDX-License-Identifier: Apache-2.0
"""The engine's next hops by what they are: routes that lead to the same share one, and what nothing uses
goes."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import pydp
from bfd_fastpath.router.target import Gateway, Group, Link, Target


class NextHopTable:
    """Gives targets their ids, lowest first. `size`: how many ids the engine has, 0 among them."""

    def __init__(self, nexthops: pydp.NextHops, size: int) -> None:
        self._nexthops = nexthops
        self._ids: dict[Target, int] = {}
        self._free = list(range(1, size))
        self.size = size

    def __len__(self) -> int:
        return len(self._ids)

    def id_of(self, target: Target) -> int:
        """The id; the next hop is made when it is not there, whole or not at all. PydpError."""
        known = self._ids.get(target)
        if known is not None:
            return known
        if not isinstance(target, Group):
            return self._make(target, _config(target))
        try:
            members = [pydp.Member(self.id_of(gateway), weight) for gateway, weight in target.members]
            backups = [self.id_of(gateway) for gateway in target.backups]
            return self._make(target, pydp.NextHopConfig.group(members, backups))
        except pydp.PydpError:
            self.collect(target.gateways())
            raise

    def number(self, target: Target) -> int | None:
        """The id of a target that is in use."""
        return self._ids.get(target)

    def collect(self, targets: Iterable[Target]) -> None:
        """Take those out that no route and no group uses."""
        for target in targets:
            number = self._ids.get(target)
            if number is None:
                continue
            try:
                self._nexthops.remove(number)
            except pydp.BusyError:
                continue
            del self._ids[target]
            heapq.heappush(self._free, number)
            if isinstance(target, Group):
                self.collect(target.gateways())

    def items(self) -> list[tuple[int, Target]]:
        """Ids and what they stand for, ascending."""
        return sorted((number, target) for target, number in self._ids.items())

    def _make(self, target: Target, config: pydp.NextHopConfig) -> int:
        if not self._free:
            raise pydp.OutOfMemoryError(
                f"all {len(self._ids)} next hops are in use; raise max-next-hops under [forwarding]"
            )
        number = heapq.heappop(self._free)
        try:
            self._nexthops.set(number, config)
        except pydp.PydpError as error:
            heapq.heappush(self._free, number)
            if isinstance(error, pydp.OutOfMemoryError):
                full, _, _ = str(error).partition(":")
                raise pydp.OutOfMemoryError(f"{full}; raise max-neighbours under [engine]") from None
            raise
        self._ids[target] = number
        return number


def _config(target: Gateway | Link | pydp.NextHopKind) -> pydp.NextHopConfig:
    match target:
        case Gateway(port, vlan, address):
            return pydp.NextHopConfig.adjacent(address, port, vlan=vlan)
        case Link(port, vlan):
            return pydp.NextHopConfig.connected(port, vlan=vlan)
    return pydp.NextHopConfig(target)
