# SPDX-License-Identifier: Apache-2.0
"""What all clients' NHIBs have on all members, by place instead of by address: with a thousand of them there
are a million pairs, and to hash an address costs more than all the rest. A picture of one moment; it decides
nothing."""

from collections.abc import Mapping

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.asking import order
from bfd_fastpath.routeserver.client import Client
from bfd_fastpath.routeserver.exchange import Exchange
from bfd_fastpath.routeserver.identity import Member
from bfd_fastpath.routeserver.records import Standing
from bfd_fastpath.routeserver.settings import Address

#: By place: what the NHIB has; None: it is not asked about that.
Row = list[Standing | None]
_STANDINGS = {Reachability.UP: Standing.UP, Reachability.DOWN: Standing.DOWN}


class Grid:
    """Places are of the addresses that anybody was asked about when it was made, in order."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._addresses = sorted(exchange.asking.addresses(), key=order)
        self._owners = [exchange.members.owner(address) for address in self._addresses]
        self._place: dict[int, dict[int, int]] = {4: {}, 6: {}}
        for place, address in enumerate(self._addresses):
            self._place[address.version][int(address)] = place

    def places(self, member: Member) -> list[int]:
        """Those of the member's addresses, in order."""
        found = (self._at(address) for address in sorted(member.addresses, key=order))
        return [place for place in found if place is not None]

    def version(self, place: int) -> int:
        return self._addresses[place].version

    def row(self, client: Client) -> Row:
        """The client's NHIB, as far as it is about these addresses."""
        if not client.reports:
            return [None] * len(self._addresses)
        asks, owners = self._exchange.asking.asks, self._owners
        row: Row = [
            Standing.UNANSWERED if asks(client, address, owner) else None
            for address, owner in zip(self._addresses, owners, strict=True)
        ]
        for session in client.sessions.values():
            for address in session.tells.states():
                if (place := self._at(address)) is not None:
                    row[place] = Standing.UNKNOWN
        for address, state in client.states().items():
            if (place := self._at(address)) is not None:
                row[place] = _STANDINGS[state]
        return row

    def spread(self, values: Mapping[Address, int]) -> list[int | None]:
        """By place what is known by address."""
        row: list[int | None] = [None] * len(self._addresses)
        for address, value in values.items():
            if (place := self._at(address)) is not None:
                row[place] = value
        return row

    def _at(self, address: Address) -> int | None:
        return self._place[address.version].get(int(address))
