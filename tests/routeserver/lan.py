# SPDX-License-Identifier: Apache-2.0
"""A route server with clients a to d on one LAN, and what each session has been sent so far."""

from ipaddress import IPv4Address, ip_address, ip_network

from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.core import RouteServer
from bfd_fastpath.routeserver.entries import read_entry
from bfd_fastpath.routeserver.records import Inbound, Offer, SessionFacts
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgp.attributes import NO_ATTRIBUTES
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

LAN = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
LAN4 = {name: ip_address(f"198.51.100.{i}") for i, name in enumerate("abcd", 1)}
LAN6 = {name: ip_address(f"2001:db8::{i}") for i, name in enumerate("abcd", 1)}
IDS = {name: IPv4Address(f"192.0.2.{i}") for i, name in enumerate("abcd", 1)}
ASNS = {name: 64500 + i for i, name in enumerate("abcd")}


def client_settings(name, **settings):
    addresses = settings.pop("lan_addresses", (LAN4[name], LAN6[name]))
    return ClientSettings(name, ASNS[name], addresses, IDS[name], **settings)


class Lan:
    """`clients` has settings by the client's name, the other keywords are the server's."""

    def __init__(self, clients=None, **settings):
        members = tuple(client_settings(n, **(clients or {}).get(n, {})) for n in "abcd")
        self.server = RouteServer(ServerSettings(64510, IPv4Address("192.0.2.254"), LAN, members, **settings))
        self.ribs = {}
        self.members = {}
        self.asks = {}

    def join(self, name, session=None, versions=(4, 6), link_state=True, nh_reach=(), **facts):
        session = session if session is not None else number(name)
        self.ribs[session], self.members[session], self.asks[session] = {}, {}, set()
        peer = ip_address(f"127.0.0.{session}")
        return self.take(
            self.server.established(
                SessionFacts(
                    session,
                    name,
                    IDS[name],
                    peer,
                    frozenset(versions),
                    link_state,
                    frozenset(nh_reach),
                    **facts,
                )
            )
        )

    def take(self, outcome):
        """Apply what is sent, as the clients would; what is taken away must be there."""
        for session, tell in outcome.tells.items():
            rib, members, asks = self.ribs[session], self.members[session], self.asks[session]
            for run in tell.difference.withdrawn:
                for prefix in run:
                    del rib[prefix]
            for path, run in tell.difference.announced:
                rib.update(dict.fromkeys(run, path.next_hop))
            for address, flag in tell.members.items():
                if flag is None:
                    del members[address]
                else:
                    members[address] = flag
            for address, on in tell.asks.items():
                if on:
                    asks.add(address)
                else:
                    asks.remove(address)
        return outcome

    def leave(self, session):
        for held in (self.ribs, self.members, self.asks):
            held.pop(session)
        return self.take(self.server.lost(session))

    def announce(self, name, *prefixes, next_hop=None, length=1, session=None, withdrawn=(), **policy):
        offers = []
        for run in Run.of(prefixes):
            hop = next_hop or (LAN4 if run.version == 4 else LAN6)[name]
            offers.append(Offer(run, (hop,), NO_ATTRIBUTES, length, 0, ASNS.get(name, 64999), 0, **policy))
        inbound = Inbound(withdrawn=tuple(Run.of(withdrawn)), offers=tuple(offers))
        return self.take(self.server.received(session or number(name), inbound))

    def withdraw(self, name, *prefixes):
        return self.take(self.server.received(number(name), Inbound(withdrawn=tuple(Run.of(prefixes)))))

    def says(self, name, announce=(), withdraw=(), session=None, end=False):
        """By BGP-LS."""
        readers = self.server.readers(name)
        inbound = Inbound(
            entries=tuple(read_entry(n, readers) for n in announce),
            withdrawn_entries=tuple(n.encode() for n in withdraw),
        )
        session = session or number(name)
        outcome = self.take(self.server.received(session, inbound))
        if end:
            self.take(self.server.entries_complete(session))
        return outcome

    def up(self, name, other, hops=LAN4, session=None):
        return self.says(name, [link(hops[name], hops[other]), node(hops[other])], session=session, end=True)

    def down(self, name, other, hops=LAN4, session=None):
        return self.says(name, withdraw=[link(hops[name], hops[other])], session=session)

    def tells(self, name, *said, withdraw=(), session=None):
        """By NH-Reach: addresses with their states."""
        told = tuple(NhReachNlri(address, True, NhState[state.upper()]) for address, state in said)
        untold = tuple(NhReachNlri(address, True) for address in withdraw)
        inbound = Inbound(told=told, untold=untold)
        return self.take(self.server.received(session or number(name), inbound))

    def state(self, name, address):
        return self.server.clients[name].state(address)


def number(name):
    return "abcd".index(name) + 1
