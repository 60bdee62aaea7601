# SPDX-License-Identifier: Apache-2.0
"""The route server itself, without I/O: what clients say goes in, what each session must be sent comes out
(RFC 7947).

All routes are in one table. What a client is given follows from the table and from its view: what it declared
Down is excluded before the choice, so another client's route takes the place (no path hiding, RFC 7947 2.3).
Nothing is kept per client but its view: a change is worked out by choosing with what was before and with what
is now.
"""

from collections.abc import Collection, Iterable, Iterator, Set
from ipaddress import IPv4Address

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.prefixes import Run, latest
from bfd_fastpath.routeserver.client import Client
from bfd_fastpath.routeserver.difference import Given
from bfd_fastpath.routeserver.entries import Readers
from bfd_fastpath.routeserver.exchange import Exchange
from bfd_fastpath.routeserver.records import Inbound, Offer, Outcome, SessionFacts
from bfd_fastpath.routeserver.settings import Address, ClientSettings, Prefix, ServerSettings
from bfd_fastpath.routeserver.table import Moved, Path, Paths, RouteTable, SessionId
from bfd_fastpath.routeserver.view import Choice, Contest, Setting, View


class RouteServer:
    """Sessions come and go, UPDATEs arrive; every method returns what follows. It reads no clock and opens
    nothing."""

    def __init__(self, settings: ServerSettings, seed: int = 0) -> None:
        self.settings = settings
        self.exchange = Exchange(settings)
        self.table = RouteTable(seed)
        self._views: dict[SessionId, View] = {}
        #: What a session offered when it began to repeat it (RFC 7313), by IP version.
        self._stale: dict[tuple[SessionId, int], frozenset[Path]] = {}

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
            paths = [path for version in (4, 6) for path in self.table.offers(session, version)]
            self._gone(client, paths, outcome)
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
        said: list[tuple[Path | None, Run]] = [(None, run) for run in inbound.withdrawn]
        said += [(_path(facts, offer), offer.prefixes) for offer in inbound.offers]
        if said:
            moved: list[Moved] = []
            for path, run in said if len(said) == 1 else latest(said):
                if path is None:
                    moved += self.table.withdraw(run, session)
                else:
                    moved += self.table.announce(run, path)
            self._changed(client, moved, outcome)
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
        return self._withdrawn(session, self.table.offers(session, version))

    def refresh_begun(self, session: SessionId, version: int) -> None:
        """The client begins to send the family again; what it has not repeated at the end of it goes."""
        self._stale[session, version] = frozenset(self.table.offers(session, version))

    def refresh_ended(self, session: SessionId, version: int) -> Outcome:
        """The client has sent all of the family again (RFC 7313 4)."""
        stale = self._stale.pop((session, version), frozenset())
        return self._withdrawn(
            session, [path for path in self.table.offers(session, version) if path in stale]
        )

    def _withdrawn(self, session: SessionId, paths: Iterable[Path]) -> Outcome:
        client = self.exchange.client_of(session)
        assert client is not None
        return self._gone(client, paths, Outcome())

    def _gone(self, client: Client, paths: Iterable[Path], outcome: Outcome) -> Outcome:
        self._changed(client, [moved for path in paths for moved in self.table.retire(path)], outcome)
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
        given = self._given(view, view.versions)
        return {prefix: path for path, run in given if path is not None for prefix in run}

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
            changed: list[Given] = []
            for paths, run in self._through(differing):
                given = after.winner(paths)
                if given is not before.winner(paths) and run.version in new.versions:
                    changed.append((given, run))
            if changed:
                outcome.tell(number).difference.update(changed)

    def _through(self, hops: Iterable[Address]) -> Iterator[tuple[Paths, Run]]:
        """All prefixes to which a path goes through one of these, each once: where the first of these paths
        is looked at."""
        through = dict.fromkeys(path for hop in hops for path in self.table.through(hop))
        for path in through:
            for paths, run in self.table.contests(path):
                if len(paths) == 1 or path is next(one for one in paths if one in through):
                    yield paths, run

    def _all(self, session: SessionId, view: View, versions: Collection[int], outcome: Outcome) -> None:
        given = [(path, run) for path, run in self._given(view, versions) if path is not None]
        if given:
            outcome.tell(session).difference.update(given)

    def _given(self, view: View, versions: Iterable[int]) -> list[Given]:
        """What whoever looks so at the table has of these IP versions."""
        choice = Choice(view)
        everything = (one for version in versions for one in self.table.runs(version))
        return [(choice.winner(paths), run) for paths, run in everything]

    def _changed(self, source: Client, moved: Iterable[Moved], outcome: Outcome) -> None:
        """The paths to these prefixes changed by what `source` did."""
        contests = [(one.run, Contest(one.before), Contest(one.after)) for one in moved]
        setting = Setting.of(contest for _, *both in contests for contest in both)
        alike: dict[frozenset[int], list[Given]] = {}
        for number, view in self._views.items():
            if view.client == source.name or not view.versions:
                continue
            if not view.sees_as_others(setting):
                changed = _difference(view, contests)
            elif view.versions in alike:
                changed = alike[view.versions]
            else:
                changed = alike[view.versions] = _difference(view, contests)
            if changed:
                outcome.tell(number).difference.update(changed)
        followed = self.exchange.next_hops(source.name, self.table.next_hops(source.name))
        for number, tell in followed.tells.items():
            outcome.tell(number).members.update(tell.members)
            outcome.tell(number).asks.update(tell.asks)


def _difference_of(old: View, new: View) -> Set[Address]:
    """Next hops that are something else in the one view than in the other."""
    hops = (old.own ^ new.own) | (old.excluded ^ new.excluded)
    if old.reached is not None and new.reached is not None:
        hops |= old.reached ^ new.reached
    return hops


def _difference(view: View, contests: Iterable[tuple[Run, Contest, Contest]]) -> list[Given]:
    """What is to be sent to whoever looks so at the table."""
    changed: list[Given] = []
    for run, before, after in contests:
        if run.version in view.versions:
            new = after.winner(view)
            if new is not before.winner(view):
                changed.append((new, run))
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
        extended=offer.prefixes.version == 4 and offer.next_hops[0].version == 6,
    )
