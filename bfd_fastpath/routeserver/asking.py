# SPDX-License-Identifier: Apache-2.0
"""Whom each client is told of and asked about (rs-bfd-09 4.1), computed from what is known when something
changes. It sends nothing and remembers nothing of what was sent."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address

from bfd_fastpath.routeserver.client import Client
from bfd_fastpath.routeserver.identity import Member, Members
from bfd_fastpath.routeserver.records import MemberFlag, SessionFacts, Tell
from bfd_fastpath.routeserver.settings import Address, ServerSettings
from bfd_fastpath.wire.bgpls import Flag
from bfd_fastpath.wire.bgpls.profile_l5 import tellable

#: Stands for the client where it is not known whose routes have a next hop.
SOMEBODY = ""
_NOBODY = MemberFlag(Flag.UNKNOWN, 0, IPv4Address(0))

#: What each client was shown of some addresses.
Shown = dict[str, dict[Address, MemberFlag | None]]


class Asking:
    """The rule: both ends of every pair between which routes may flow (rule 4), the next hops of routes that
    are nobody's own address, and what is configured."""

    def __init__(self, settings: ServerSettings, members: Members, clients: Mapping[str, Client]) -> None:
        self.on = True
        self._settings = settings
        self._members = members
        self._clients = clients
        self._apart: set[frozenset[str]] = set()
        self._beside: dict[str, frozenset[Address]] = {}
        #: Next hops of third parties beyond the limit, which nobody is asked about, by client.
        self.dropped: dict[str, int] = {}
        self.learn_pairs()

    def learn_pairs(self) -> None:
        """Clients came or went: who is apart from whom."""
        clients = self._clients.values()
        self._apart = {frozenset((c.name, other)) for c in clients for other in c.settings.apart}

    def forget(self, client: str) -> None:
        """A client is gone, and with it the next hops of its routes."""
        self._beside.pop(client, None)
        self.dropped.pop(client, None)
        self.learn_pairs()

    def apart(self, client: str) -> frozenset[str]:
        """The clients with which this one exchanges no routes."""
        return frozenset(name for pair in self._apart if client in pair for name in pair - {client})

    def beside(self, source: str, next_hops: Iterable[Address]) -> None:
        """The client's routes have these next hops; `source` may be SOMEBODY. Ask `affected` first whose
        showing that changes."""
        self._beside[source] = frozenset(self._bounded(source, next_hops))

    def affected(self, source: str, next_hops: Iterable[Address]) -> set[Address]:
        """Addresses whose showing may change when the client's routes have these next hops."""
        changed = self._beside.get(source, frozenset()) ^ frozenset(self._bounded(source, next_hops))
        if not self._apart:
            return {address for address in changed if self._members.owner(address) is None}
        return self.addresses() | changed if changed else set()

    def addresses(self) -> set[Address]:
        """Everything that anybody may be asked about."""
        found = {address for member in self._members for address in member.addresses}
        found.update(*self._beside.values())
        found.update(*(client.settings.ask for client in self._clients.values()))
        return found

    def shown(self, addresses: Iterable[Address]) -> Shown:
        """What each client that reports is shown of these addresses now."""
        addresses = tuple(addresses)
        return {
            name: {address: self.about(client, address) for address in addresses}
            for name, client in self._clients.items()
            if client.reports
        }

    def about(self, client: Client, address: Address) -> MemberFlag | None:
        """What the client is shown of an address; None: nothing."""
        if not self.on or address in client.member.addresses:
            return None
        owner = self._members.owner(address)
        if owner is None:
            return _NOBODY if self._nobodys(client, address) else None
        if address in client.settings.ask or self._meet(client.member, owner):
            return MemberFlag(owner.flag, owner.asn, owner.identifier or IPv4Address(0))
        return None

    def asks(self, client: Client, address: Address, owner: Member | None) -> bool:
        """Whether the client is asked about an address, which is `owner`'s: it is shown it, and not as one
        that has no BFD."""
        if not self.on or owner is client.member:
            return False
        if owner is None:
            return self._nobodys(client, address)
        if owner.flag == Flag.NO_BFD:
            return False
        return not self._apart or address in client.settings.ask or self._meet(client.member, owner)

    def asked(self, client: Client) -> list[Address]:
        """The addresses that the client is asked about, in order."""
        owner = self._members.owner
        return sorted((a for a in self.addresses() if self.asks(client, a, owner(a))), key=order)

    def tell(
        self,
        facts: SessionFacts,
        before: Mapping[Address, MemberFlag | None],
        after: Mapping[Address, MemberFlag | None],
        tell: Tell,
    ) -> None:
        """Put into `tell` what changes for this session between what was shown and what is now."""
        for address, flag in after.items():
            old = before.get(address)
            if flag == old:
                continue
            if facts.link_state and tellable(address, self._settings.lan):
                tell.members[address] = flag
            wanted = flag is not None and flag.flag != Flag.NO_BFD
            asked = old is not None and old.flag != Flag.NO_BFD
            if wanted is not asked and address.version in facts.nh_reach:
                tell.asks[address] = wanted

    def _bounded(self, source: str, next_hops: Iterable[Address]) -> list[Address]:
        """Those of the LAN that are not its own. Of too many the first in order are taken."""
        own = self._clients[source].member.addresses if source in self._clients else ()
        found = sorted((a for a in next_hops if a not in own and self._members.on_lan(a)), key=order)
        limit = self._settings.third_party_limit
        self.dropped[source] = max(len(found) - limit, 0)
        return found[:limit]

    def _nobodys(self, client: Client, address: Address) -> bool:
        sources = (s for s, hops in self._beside.items() if address in hops and s != client.name)
        return address in client.settings.ask or any(not self._parted(client.name, s) for s in sources)

    def _parted(self, one: str, other: str) -> bool:
        return bool(self._apart) and frozenset((one, other)) in self._apart

    def _meet(self, one: Member, other: Member) -> bool:
        """Whether traffic may go between the two, so that both are asked about each other."""
        if not self._parted(one.name, other.name):
            return True
        return self._led(one, other) or self._led(other, one)

    def _led(self, one: Member, other: Member) -> bool:
        """Whether some third client's routes lead the one to the other."""
        return any(
            not self._parted(one.name, source) and source != one.name and hops & other.addresses
            for source, hops in self._beside.items()
        )


def order(address: Address) -> tuple[int, int]:
    """IPv4 first, then by number."""
    return address.version, int(address)
