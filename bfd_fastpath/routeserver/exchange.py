# SPDX-License-Identifier: Apache-2.0
"""The reachability half of a route server, without routes: sessions, members, who is asked about whom, and
the NHIB of each client (rs-bfd-09 4). An agent beside another route server needs no more than this."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from bfd_fastpath.routeserver.asking import Asking, Shown, order
from bfd_fastpath.routeserver.client import Client, ClientSession
from bfd_fastpath.routeserver.entries import Readers
from bfd_fastpath.routeserver.identity import Member, Members
from bfd_fastpath.routeserver.reach import SessionReach
from bfd_fastpath.routeserver.records import Claimed, Inbound, Outcome, SessionFacts, Standing, Tell
from bfd_fastpath.routeserver.settings import Address, ClientSettings, ServerSettings
from bfd_fastpath.routeserver.table import SessionId
from bfd_fastpath.routeserver.tells import TellTable
from bfd_fastpath.wire.bgpls import Flag


class Exchange:
    """Sessions come and go, clients tell; every method returns what follows. It reads no clock and opens
    nothing."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.members = Members(settings.lan)
        self.clients: dict[str, Client] = {}
        self._client_of: dict[SessionId, Client] = {}
        self._readers: dict[str, Readers] = {}
        for client in settings.clients:
            self._know(client)
        self.asking = Asking(settings, self.members, self.clients)

    def add(self, settings: ClientSettings) -> Outcome:
        """One more client; the others are told of it. Raises ValueError, naming it, for a name or an address
        that another has."""
        if settings.name in self.clients:
            raise ValueError(f"there is a client called {settings.name!r} already")
        for address in settings.lan_addresses:
            owner = self.members.owner(address)
            if owner is not None:
                raise ValueError(f"{address} of client {settings.name!r} belongs to {owner.name!r}")
        outcome = Outcome()
        about = {*settings.lan_addresses, *settings.ask}
        before = self.asking.shown(sorted(about, key=order))
        self._know(settings)
        self.asking.learn_pairs()
        self._tell_all(before, outcome)
        return outcome

    def remove(self, client: str) -> Outcome:
        """A client whose sessions have ended is forgotten; the others are told no more of it. Raises
        ValueError while a session stands."""
        gone = self.clients[client]
        if gone.sessions:
            raise ValueError(f"client {client!r} has a session")
        outcome = Outcome()
        before = self.asking.shown(sorted(self.asking.addresses(), key=order))
        self.members.remove(gone.member)
        del self.clients[client]
        self._readers.pop(client, None)
        self.asking.forget(client)
        self._tell_all(before, outcome)
        return outcome

    def identify(self, client: str, identifier: IPv4Address) -> Outcome:
        """Somebody else knows the BGP identifier of a client that never had a session here: the others are
        told it. What a session said stands above that."""
        outcome = Outcome()
        one = self.clients[client]
        if not one.introduced and one.member.identifier != identifier:
            before = self.asking.shown(sorted(one.member.addresses, key=order))
            self._identify(one.member, identifier, outcome)
            self._tell_all(before, outcome)
        return outcome

    def client_of(self, session: SessionId) -> Client | None:
        """Whose session this is; None for one that is not established."""
        return self._client_of.get(session)

    def nhib(self, client: str) -> dict[Address, Standing]:
        """Every address that the client is asked about or tells of, with what is known of it."""
        one = self.clients[client]
        addresses = {*self.asking.asked(one), *one.told_of()} if one.reports else set()
        return {address: one.standing(address) for address in sorted(addresses, key=order)}

    def readers(self, client: str) -> Readers:
        """The rules by which this client's BGP-LS entries are read."""
        member = self.clients[client].member
        known = self._readers.get(client)
        if known is None or not known.suits(member):
            known = Readers.of(member, self.settings.lan, self.settings.bgpls_identifier)
            self._readers[client] = known
        return known

    def established(self, facts: SessionFacts) -> Outcome:
        """A session came up: it is told of everybody, and the others may learn something about its client."""
        client = self.clients[facts.client]
        outcome = Outcome()
        about = {*client.member.addresses, facts.peer_address}
        before = self.asking.shown(about)
        reach, tells = SessionReach(client.member, self.members), TellTable(client.member, self.members)
        client.open(ClientSession(facts, reach, tells))
        self._client_of[facts.session] = client
        self._learn(client, facts, outcome)
        self._tell_all(before, outcome, but=facts.session)
        tell = self._again(client, facts.session, outcome)
        tell.end_of_members = facts.link_state
        tell.end_of_asks = sorted(facts.nh_reach)
        return outcome

    def lost(self, session: SessionId) -> Outcome:
        """A session ended: what it said about next hops is Unknown (rule 7)."""
        client = self._client_of.pop(session, None)
        return Outcome(changes=client.close(session) if client is not None else [])

    def received(self, session: SessionId, inbound: Inbound) -> Outcome:
        """What one UPDATE says of next hops, judged after all of it is in."""
        client = self._client_of[session]
        running = client.sessions[session]
        reach, tells = running.reach, running.tells
        reach.counters.foreign += inbound.foreign
        for key in inbound.withdrawn_entries:
            reach.withdraw(key)
        for entry in inbound.entries:
            reach.announce(entry)
        touched = reach.judge() | tells.withdraw(inbound.untold) | tells.announce(inbound.told)
        claims = [Claimed(session, client.name, claimed) for claimed in reach.claims()]
        return Outcome(changes=client.combine(touched), claims=claims)

    def entries_complete(self, session: SessionId) -> Outcome:
        """End-of-RIB of BGP-LS came: from here on a Node without a Link is Down."""
        client = self._client_of[session]
        reach = client.sessions[session].reach
        reach.end_of_rib()
        return Outcome(changes=client.combine(reach.judge()))

    def entries_disabled(self, session: SessionId) -> Outcome:
        """An error cost the session BGP-LS: everything that it said by that is Unknown."""
        client = self._client_of[session]
        running = client.sessions[session]
        said = running.reach.states()
        running.reach = SessionReach(client.member, self.members)
        return Outcome(changes=client.combine(said))

    def tells_disabled(self, session: SessionId, version: int) -> Outcome:
        """An error cost the session NH-Reach of one IP version: what it told by that is Unknown."""
        client = self._client_of[session]
        return Outcome(changes=client.combine(client.sessions[session].tells.forget(version)))

    def next_hops(self, client: str, next_hops: Iterable[Address]) -> Outcome:
        """The routes of a client, or of asking's SOMEBODY, have these next hops, all of them. Others are
        asked about those of the LAN that are not the client's own."""
        outcome = Outcome()
        next_hops = tuple(next_hops)
        affected = self.asking.affected(client, next_hops)
        before = self.asking.shown(sorted(affected, key=order)) if affected else {}
        self.asking.beside(client, next_hops)
        self._tell_all(before, outcome)
        return outcome

    def ask(self, on: bool) -> Outcome:
        """The operator's switch: tell clients of each other, or stop that. What they track by then is theirs
        to keep."""
        outcome = Outcome()
        addresses = sorted(self.asking.addresses(), key=order)
        before = self.asking.shown(addresses)
        self.asking.on = on
        self._tell_all(before, outcome)
        return outcome

    def refresh_members(self, session: SessionId) -> Outcome:
        """All members' Nodes again, and End-of-RIB."""
        outcome = Outcome()
        client = self._client_of.get(session)
        if client is not None and client.sessions[session].facts.link_state:
            tell = self._again(client, session, outcome)
            tell.asks.clear()
            tell.end_of_members = True
        return outcome

    def refresh_asks(self, session: SessionId, version: int) -> Outcome:
        """All ReachAsks of one IP version again, and End-of-RIB."""
        outcome = Outcome()
        client = self._client_of.get(session)
        if client is not None and version in client.sessions[session].facts.nh_reach:
            tell = self._again(client, session, outcome)
            tell.members.clear()
            tell.asks = {address: on for address, on in tell.asks.items() if address.version == version}
            tell.end_of_asks = [version]
        return outcome

    def excess(self, session: SessionId) -> str:
        """What a session has too much of, in words; empty when it keeps to the limits."""
        running = self._client_of[session].sessions[session]
        limit = self.settings.entry_limit
        for count, name in ((len(running.reach), "BGP-LS"), (len(running.tells), "NH-Reach")):
            if count > limit:
                return f"{count} {name} entries, the limit is {limit}"
        return ""

    def _know(self, settings: ClientSettings) -> None:
        flag = Flag.UNKNOWN if settings.flag is None else settings.flag
        member = Member(settings.name, settings.asn, set(settings.lan_addresses), settings.identifier, flag)
        self.members.add(member)
        self.clients[settings.name] = Client(member, settings)

    def _again(self, client: Client, session: SessionId, outcome: Outcome) -> Tell:
        """Everything that the session is shown, as if it had never been told of it."""
        tell = outcome.tell(session)
        shown = {a: self.asking.about(client, a) for a in sorted(self.asking.addresses(), key=order)}
        self.asking.tell(client.sessions[session].facts, {}, shown, tell)
        return tell

    def _tell_all(self, before: Shown, outcome: Outcome, but: SessionId | None = None) -> None:
        """Tell each session what its client is shown otherwise than it was `before`; `but` is told all by
        itself."""
        for name, old in before.items():
            client = self.clients[name]
            shown = {address: self.asking.about(client, address) for address in old}
            for number, session in client.sessions.items():
                if number != but and session.facts.reports:
                    self.asking.tell(session.facts, old, shown, outcome.tell(number))

    def _learn(self, client: Client, facts: SessionFacts, outcome: Outcome) -> None:
        member = client.member
        self.members.claim(member, [facts.peer_address])
        if client.settings.flag is None:
            # A session that lost its reachability families takes the flag back: what the router can do now
            # is what counts.
            member.flag = Flag.TAKES_PART if client.reports else Flag.UNKNOWN
        if member.identifier != facts.identifier:
            self._identify(member, facts.identifier, outcome)

    def _identify(self, member: Member, identifier: IPv4Address, outcome: Outcome) -> None:
        self.members.identify(member, identifier)
        # Sessions that name nodes by BGP identifier may mean this member.
        for other in self.clients.values():
            for session in other.sessions.values():
                session.reach.touch(member.addresses)
                outcome.changes += other.combine(session.reach.judge())
