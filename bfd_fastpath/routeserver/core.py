# SPDX-License-Identifier: Apache-2.0
"""The route server itself, without I/O: what clients say goes in, what each session must be sent comes out
(RFC 7947).

All routes are in one table. What a client is given follows from the table and from its view: what it declared
Down is excluded before the choice, so another client's route takes the place (no path hiding, RFC 7947 2.3).
Nothing is kept per client but its view: a change is worked out by choosing with what was before and with what
is now.
"""

from collections.abc import Collection, Iterable, Mapping, Set
from ipaddress import IPv4Address

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.client import Client
from bfd_fastpath.routeserver.entries import Readers
from bfd_fastpath.routeserver.exchange import Exchange
from bfd_fastpath.routeserver.records import Inbound, Offer, Outcome, SessionFacts
from bfd_fastpath.routeserver.settings import Address, ClientSettings, Prefix, ServerSettings
from bfd_fastpath.routeserver.table import Path, RouteTable, SessionId
from bfd_fastpath.routeserver.view import Choice, Contest, Setting, View


class RouteServer:
    """Sessions come and go, UPDATEs arrive; every method returns what follows. It reads no clock and opens
    nothing."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.exchange = Exchange(settings)
        self.table = RouteTable()
        self._views: dict[SessionId, View] = {}
        #: What a session has not repeated of what it is repeating (RFC 7313), by IP version.
        self._stale: dict[tuple[SessionId, int], set[Prefix]] = {}

    @property
    def clients(self) -> dict[str, Client]:
        return self.exchange.clients

    def add(self, settings: ClientSettings) -> Outcome:
        """One more client; see Exchange.add."""
        outcome = self.exchange.add(settings)
        for client in self.clients.values():
            for number, session in client.sessions.items():
                self._views[number] = self._view(client, session.facts)
        return outcome

    def remove(self, client: str) -> Outcome:
        """A client whose sessions have ended is forgotten; see Exchange.remove."""
        return self.exchange.remove(client)

    def identify(self, client: str, identifier: IPv4Address) -> Outcome:
        """See Exchange.identify."""
        return self._reached(self.exchange.identify(client, identifier))

    def established(self, facts: SessionFacts) -> Outcome:
        """A session came up: it gets everything, and the others may learn something about its client."""
        outcome = self.exchange.established(facts)
        client = self.clients[facts.client]
        self._look_again(client, outcome)
        self._reached(outcome)
        view = self._views[facts.session] = self._view(client, facts)
        self._all(facts.session, view, view.versions, outcome)
        outcome.tell(facts.session).end_of_routes = sorted(facts.versions)
        return outcome

    def lost(self, session: SessionId) -> Outcome:
        """A session ended: its routes go, and what it said about next hops is Unknown (rule 7)."""
        client = self.exchange.client_of(session)
        self._views.pop(session, None)
        for version in (4, 6):
            self._stale.pop((session, version), None)
        outcome = self.exchange.lost(session)
        if client is not None:
            self._reached(outcome)
            before = self._before(self.table.offered(session))
            self.table.flush(session)
            self._changed(client, before, outcome)
        return outcome

    def received(self, session: SessionId, inbound: Inbound) -> Outcome:
        """One UPDATE, judged after all of it is in."""
        client = self.exchange.client_of(session)
        assert client is not None
        outcome = Outcome()
        if inbound.about_reach:
            outcome = self.exchange.received(session, inbound)
            self._reached(outcome)
        client.sessions[session].reach.counters.leaks += inbound.leaks
        facts = client.sessions[session].facts
        touched = [*inbound.withdrawn, *(p for offer in inbound.offers for p in offer.prefixes)]
        if touched:
            for version in (4, 6):
                self._stale.get((session, version), set()).difference_update(touched)
            before = self._before(touched)
            for prefix in inbound.withdrawn:
                self.table.withdraw(prefix, session)
            for offer in inbound.offers:
                path = _path(facts, offer)
                for prefix in offer.prefixes:
                    self.table.announce(prefix, path)
            self._changed(client, before, outcome)
        return outcome

    def excess(self, session: SessionId) -> str:
        """What a session has too much of, in words; empty when it keeps to the limits."""
        client = self.exchange.client_of(session)
        assert client is not None
        own = {4: client.settings.prefix_limit_ipv4, 6: client.settings.prefix_limit_ipv6}
        for version, limit in own.items():
            most = self.settings.prefix_limit if limit is None else limit
            count = self.table.count(session, version)
            if most is not None and count > most:
                return f"{count} prefixes of IPv{version}, the limit is {most}"
        return self.exchange.excess(session)

    def entries_complete(self, session: SessionId) -> Outcome:
        """End-of-RIB of BGP-LS came: from here on a Node without a Link is Down."""
        return self._reached(self.exchange.entries_complete(session))

    def entries_disabled(self, session: SessionId) -> Outcome:
        """An error cost the session BGP-LS: everything that it said by that is Unknown."""
        return self._reached(self.exchange.entries_disabled(session))

    def tells_disabled(self, session: SessionId, version: int) -> Outcome:
        """An error cost the session NH-Reach of one IP version: what it told by that is Unknown."""
        return self._reached(self.exchange.tells_disabled(session, version))

    def routes_disabled(self, session: SessionId, version: int) -> Outcome:
        """An error cost the session a unicast family: its routes of that family go (RFC 4760 7)."""
        self._stale.pop((session, version), None)
        return self._gone(session, [p for p in self.table.offered(session) if p.version == version])

    def refresh_begun(self, session: SessionId, version: int) -> None:
        """The client begins to send the family again; what it has not repeated at the end of it goes."""
        offered = self.table.offered(session)
        self._stale[session, version] = {prefix for prefix in offered if prefix.version == version}

    def refresh_ended(self, session: SessionId, version: int) -> Outcome:
        """The client has sent all of the family again (RFC 7313 4)."""
        return self._gone(session, list(self._stale.pop((session, version), ())))

    def _gone(self, session: SessionId, gone: list[Prefix]) -> Outcome:
        outcome = Outcome()
        client = self.exchange.client_of(session)
        assert client is not None
        before = self._before(gone)
        for prefix in gone:
            self.table.withdraw(prefix, session)
        self._changed(client, before, outcome)
        return outcome

    def ask(self, on: bool) -> Outcome:
        """The operator's switch; see Exchange.ask."""
        return self.exchange.ask(on)

    def refresh_routes(self, session: SessionId, version: int) -> Outcome:
        """Everything of one IP version again, and End-of-RIB (RFC 2918)."""
        outcome = Outcome()
        view = self._views.get(session)
        if view is not None and version in view.versions:
            self._all(session, view, {version}, outcome)
            outcome.tell(session).end_of_routes = [version]
        return outcome

    def sent(self, session: SessionId) -> dict[Prefix, Path]:
        """What a session has been given."""
        view = self._views[session]
        given = (
            (p, self._contest(p).winner(view)) for p in self.table.prefixes() if p.version in view.versions
        )
        return {prefix: path for prefix, path in given if path is not None}

    def readers(self, client: str) -> Readers:
        """The rules by which this client's BGP-LS entries are read."""
        return self.exchange.readers(client)

    def _view(self, client: Client, facts: SessionFacts) -> View:
        return View(
            client=client.name,
            asn=client.member.asn,
            own=frozenset(client.member.addresses),
            excluded=client.excluded(),
            versions=facts.versions,
            extended=facts.extended_next_hop,
            reached=client.reached() if self.settings.prefer_reached else None,
            as_path_limit=self.settings.as_path_limit,
            apart=self.exchange.asking.apart(client.name),
        )

    def _reached(self, outcome: Outcome) -> Outcome:
        """NHIBs changed: only routes through these next hops are looked at, each for that client alone."""
        changed: dict[str, set[Address]] = {}
        for change in outcome.changes:
            if self.settings.prefer_reached or Reachability.DOWN in (change.old, change.new):
                changed.setdefault(change.client, set()).add(change.address)
        for name, hops in changed.items():
            self._look_again(self.clients[name], outcome, hops)
        return outcome

    def _look_again(self, client: Client, outcome: Outcome, hops: Set[Address] | None = None) -> None:
        """The client's view may be another, in what concerns these next hops (None: any): give its sessions
        what follows from that."""
        for number, session in client.sessions.items():
            old = self._views.get(number)
            if old is None or not old.versions:
                continue
            new = self._view(client, session.facts)
            differing = _difference_of(old, new) if hops is None else hops
            if not differing:
                continue
            self._views[number] = new
            before, after = Choice(old), Choice(new)
            changed: dict[Prefix, Path | None] = {}
            for prefix in (p for hop in differing for p in self.table.through(hop)):
                paths = self.table.candidates(prefix)
                given = after.winner(paths)
                if given is not before.winner(paths) and prefix.version in new.versions:
                    changed[prefix] = given
            if changed:
                outcome.tell(number).difference.routes.update(changed)

    def _all(self, session: SessionId, view: View, versions: Collection[int], outcome: Outcome) -> None:
        if versions:
            for prefix in self.table.prefixes():
                if prefix.version in versions:
                    self._offer(session, prefix, None, self._contest(prefix).winner(view), outcome)

    def _before(self, prefixes: Iterable[Prefix]) -> dict[Prefix, Contest]:
        return {prefix: self._contest(prefix) for prefix in prefixes}

    def _contest(self, prefix: Prefix) -> Contest:
        return Contest(self.table.candidates(prefix))

    def _changed(self, source: Client, before: Mapping[Prefix, Contest], outcome: Outcome) -> None:
        """The paths to these prefixes changed by what `source` did."""
        after = {prefix: self._contest(prefix) for prefix in before}
        setting = Setting.of((*before.values(), *after.values()))
        alike: dict[frozenset[int], dict[Prefix, Path | None]] = {}
        for number, view in self._views.items():
            if view.client == source.name or not view.versions:
                continue
            if not view.sees_as_others(setting):
                changed = _difference(view, before, after)
            elif view.versions in alike:
                changed = alike[view.versions]
            else:
                changed = alike[view.versions] = _difference(view, before, after)
            if changed:
                outcome.tell(number).difference.routes.update(changed)
        followed = self.exchange.next_hops(source.name, self.table.next_hops(source.name))
        for number, tell in followed.tells.items():
            outcome.tell(number).members.update(tell.members)
            outcome.tell(number).asks.update(tell.asks)

    def _offer(
        self, session: SessionId, prefix: Prefix, old: Path | None, new: Path | None, outcome: Outcome
    ) -> None:
        """The session has been given `old` for the prefix, and should have `new`."""
        if old is not new and prefix.version in self._views[session].versions:
            outcome.tell(session).difference.routes[prefix] = new


def _difference_of(old: View, new: View) -> Set[Address]:
    """Next hops that are something else in the one view than in the other."""
    hops = (old.own ^ new.own) | (old.excluded ^ new.excluded)
    if old.reached is not None and new.reached is not None:
        hops |= old.reached ^ new.reached
    return hops


def _difference(
    view: View, before: Mapping[Prefix, Contest], after: Mapping[Prefix, Contest]
) -> dict[Prefix, Path | None]:
    """What is to be sent to whoever looks so at the table."""
    changed = {}
    for prefix, contest in before.items():
        if prefix.version in view.versions:
            new = after[prefix].winner(view)
            if new is not contest.winner(view):
                changed[prefix] = new
    return changed


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
        audience=offer.audience,
        graceful_shutdown=offer.graceful_shutdown,
        extended=any(prefix.version == 4 for prefix in offer.prefixes) and offer.next_hops[0].version == 6,
    )
