# SPDX-License-Identifier: Apache-2.0
"""The route server itself, without I/O: what clients say goes in, what each session must be sent comes out
(RFC 7947).

Each client gets the best route that it can use: what it declared Down is excluded before the choice, so
another client's
route takes the place (no path hiding, RFC 7947 2.3), and only the difference to what it has been sent goes
out.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.client import Client, ClientSession
from bfd_fastpath.routeserver.decision import best, eligible
from bfd_fastpath.routeserver.identity import Member, Members
from bfd_fastpath.routeserver.outbound import AdjRibOut
from bfd_fastpath.routeserver.reach import SessionReach
from bfd_fastpath.routeserver.records import Inbound, MemberFlag, Offer, Outcome, ReachChange, SessionFacts
from bfd_fastpath.routeserver.settings import Address, Prefix, ServerSettings
from bfd_fastpath.routeserver.table import Path, RouteTable, SessionId
from bfd_fastpath.wire.bgpls import Flag
from bfd_fastpath.wire.bgpls.profile_l5 import Reader, tellable


class RouteServer:
    """Sessions come and go, UPDATEs arrive; every method returns what follows. It reads no clock and opens
    nothing."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.table = RouteTable()
        self.members = Members(settings.lan)
        self.clients: dict[str, Client] = {}
        self._client_of: dict[SessionId, Client] = {}
        self._asking = True
        for client in settings.clients:
            flag = Flag.UNKNOWN if client.flag is None else client.flag
            member = Member(client.name, client.asn, set(client.lan_addresses), client.identifier, flag)
            self.members.add(member)
            self.clients[client.name] = Client(member)

    def established(self, facts: SessionFacts) -> Outcome:
        """A session came up: it gets everything, and the others may learn something about its client."""
        client = self.clients[facts.client]
        outcome = Outcome()
        self._learn(client, facts, outcome)
        session = ClientSession(facts, AdjRibOut(facts.versions), SessionReach(client.member, self.members))
        client.open(session)
        self._client_of[facts.session] = client
        self._offer(client, [session], self.table.prefixes(), outcome)
        tell = outcome.tell(facts.session)
        tell.end_of_routes = sorted(facts.versions)
        tell.end_of_members = facts.link_state
        self._tell_members(outcome)
        return outcome

    def lost(self, session: SessionId) -> Outcome:
        """A session ended: its routes go, and what it said about next hops is Unknown (rule 7)."""
        outcome = Outcome()
        client = self._client_of.pop(session, None)
        if client is None:
            return outcome
        changes = client.close(session)
        self._reached(client, changes, outcome)
        self._changed(client, self.table.flush(session), outcome)
        return outcome

    def received(self, session: SessionId, inbound: Inbound) -> Outcome:
        """One UPDATE, judged after all of it is in."""
        outcome = Outcome()
        client = self._client_of[session]
        reach = client.sessions[session].reach
        reach.counters.foreign += inbound.foreign
        for key in inbound.withdrawn_entries:
            reach.withdraw(key)
        for entry in inbound.entries:
            reach.announce(entry)
        self._reached(client, client.combine(reach.judge()), outcome)
        touched: dict[Prefix, None] = {}
        for prefix in inbound.withdrawn:
            if self.table.withdraw(prefix, session):
                touched[prefix] = None
        for offer in inbound.offers:
            path = self._path(client.sessions[session].facts, offer)
            for prefix in offer.prefixes:
                self.table.announce(prefix, path)
                touched[prefix] = None
        self._changed(client, touched, outcome)
        return outcome

    def excess(self, session: SessionId) -> str:
        """What a session has too much of, in words; empty when it keeps to the limits."""
        entries = len(self._client_of[session].sessions[session].reach)
        if entries > self.settings.entry_limit:
            return f"{entries} BGP-LS entries, the limit is {self.settings.entry_limit}"
        limit, prefixes = self.settings.prefix_limit, len(self.table.offered(session))
        return f"{prefixes} prefixes, the limit is {limit}" if limit is not None and prefixes > limit else ""

    def entries_complete(self, session: SessionId) -> Outcome:
        """End-of-RIB of BGP-LS came: from here on a Node without a Link is Down."""
        outcome = Outcome()
        client = self._client_of[session]
        reach = client.sessions[session].reach
        reach.end_of_rib()
        self._reached(client, client.combine(reach.judge()), outcome)
        return outcome

    def routes_disabled(self, session: SessionId, version: int) -> Outcome:
        """An error cost the session a unicast family: its routes of that family go (RFC 4760 7)."""
        outcome = Outcome()
        client = self._client_of[session]
        gone = [p for p in self.table.offered(session) if p.version == version]
        for prefix in gone:
            self.table.withdraw(prefix, session)
        self._changed(client, gone, outcome)
        return outcome

    def entries_disabled(self, session: SessionId) -> Outcome:
        """An error cost the session BGP-LS: everything that it said about next hops is Unknown."""
        outcome = Outcome()
        client = self._client_of[session]
        running = client.sessions[session]
        said = running.reach.states()
        running.reach = SessionReach(client.member, self.members)
        self._reached(client, client.combine(said), outcome)
        return outcome

    def ask(self, on: bool) -> Outcome:
        """The operator's switch: tell clients of each other, or stop that. What they track by then is theirs
        to keep."""
        outcome = Outcome()
        self._asking = on
        self._tell_members(outcome)
        return outcome

    def refresh_routes(self, session: SessionId, version: int) -> Outcome:
        """Everything of one IP version again, and End-of-RIB (RFC 2918)."""
        outcome = Outcome()
        client = self._client_of.get(session)
        if client is not None and version in client.sessions[session].facts.versions:
            tell = outcome.tell(session)
            tell.difference = client.sessions[session].out.everything(version)
            tell.end_of_routes = [version]
        return outcome

    def refresh_members(self, session: SessionId) -> Outcome:
        """All members' Nodes again, and End-of-RIB."""
        outcome = Outcome()
        client = self._client_of.get(session)
        if client is not None and client.sessions[session].facts.link_state:
            tell = outcome.tell(session)
            tell.members = dict(client.sessions[session].members)
            tell.end_of_members = True
        return outcome

    def reader(self, client: str) -> Reader:
        """The rules by which this client's BGP-LS entries are read."""
        own = frozenset(self.clients[client].member.addresses)
        return Reader(self.settings.lan, self.settings.bgpls_identifier, own)

    def _learn(self, client: Client, facts: SessionFacts, outcome: Outcome) -> None:
        member = client.member
        self.members.claim(member, [facts.peer_address])
        configured = next(c for c in self.settings.clients if c.name == client.name)
        if configured.flag is None and facts.link_state:
            member.flag = Flag.TAKES_PART
        if member.identifier == facts.identifier:
            return
        member.identifier = facts.identifier
        # Sessions that name nodes by BGP identifier may mean this member.
        for other in self.clients.values():
            for session in other.sessions.values():
                session.reach.touch_everything()
                self._reached(other, other.combine(session.reach.judge()), outcome)

    def _reached(self, client: Client, changes: list[ReachChange], outcome: Outcome) -> None:
        """Only the routes through next hops that became or ceased to be Down are looked at, for this client
        alone."""
        outcome.changes += changes
        flipped = [c.address for c in changes if Reachability.DOWN in (c.old, c.new)]
        if flipped:
            prefixes = dict.fromkeys(p for address in flipped for p in self.table.through(address))
            self._offer(client, client.sessions.values(), prefixes, outcome)

    def _changed(self, source: Client, prefixes: Iterable[Prefix], outcome: Outcome) -> None:
        prefixes = list(prefixes)
        for client in self.clients.values():
            if client is not source and client.sessions:
                self._offer(client, client.sessions.values(), prefixes, outcome)

    def _offer(
        self, client: Client, sessions: Iterable[ClientSession], prefixes: Iterable[Prefix], outcome: Outcome
    ) -> None:
        """Bring the sessions' routes for these prefixes to what the client may have."""
        excluded, own = client.excluded(), client.member.addresses
        targets = [(s.out, outcome.tell(s.facts.session).difference) for s in sessions if s.out.versions]
        for prefix in prefixes:
            path = best(eligible(self.table.candidates(prefix), client.name, own, excluded))
            for out, difference in targets:
                out.offer(prefix, path, difference)

    def _tell_members(self, outcome: Outcome) -> None:
        """Both ends are asked (rule 4): whoever negotiated BGP-LS is told of every other member, routes or no
        routes."""
        for client in self.clients.values():
            wanted: dict[Address, MemberFlag] | None = None
            for number, session in client.sessions.items():
                if not session.facts.link_state:
                    continue
                wanted = wanted if wanted is not None else self._members_for(client)
                for address in session.members.keys() - wanted.keys():
                    outcome.tell(number).members[address] = None
                for address, flag in wanted.items():
                    if session.members.get(address) != flag:
                        outcome.tell(number).members[address] = flag
                session.members = dict(wanted)

    def _members_for(self, client: Client) -> dict[Address, MemberFlag]:
        if not self._asking:
            return {}
        return {
            address: MemberFlag(member.flag, member.asn, member.identifier or IPv4Address(0))
            for member in self.members
            if member is not client.member
            for address in sorted(member.addresses, key=lambda a: (a.version, int(a)))
            if tellable(address, self.settings.lan)
        }

    @staticmethod
    def _path(facts: SessionFacts, offer: Offer) -> Path:
        return Path(
            session=facts.session,
            client=facts.client,
            next_hops=offer.next_hops,
            attributes=offer.attributes,
            as_path_length=offer.as_path_length,
            origin=offer.origin,
            neighbour_as=offer.neighbour_as,
            med=offer.med,
            peer_identifier=facts.identifier,
            peer_address=facts.peer_address,
        )
