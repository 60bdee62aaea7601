# SPDX-License-Identifier: Apache-2.0
"""The route server behind real BGP sessions, octet by octet, with the connection between the two ends as
lists."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.records import Claimed, ReachChange
from bfd_fastpath.routeserver.service import (
    EXTENDED_NEXT_HOP,
    Joined,
    Left,
    Refused,
    RouteService,
    RoutesSent,
    session_settings,
)
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    BgpSession,
    Cease,
    CloseCause,
    Closed,
    EndOfRib,
    Endpoint,
    ErrorCode,
    Established,
    MpReach,
    MpUnreach,
    Notification,
    NotificationReceived,
    OpaqueNlri,
    Origin,
    SessionError,
    SessionSettings,
    Update,
    UpdateReceived,
    end_of_rib,
    nh_reach,
)
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

LAN = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
A, B = ip_address("198.51.100.1"), ip_address("198.51.100.2")
LOOPBACK = ip_address("127.0.0.1")
PREFIX = ip_network("203.0.113.0/24")
NH4 = nh_reach(4)
FAMILIES = IPV4_UNICAST, IPV6_UNICAST, BGP_LS
ID_A, ID_B, ID_RS = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"), IPv4Address("192.0.2.254")
SETTINGS = ServerSettings(
    64510, ID_RS, LAN, (ClientSettings("a", 64500, (A,), ID_A), ClientSettings("b", 64501, (B,), ID_B))
)


class Connection:
    """A client's session and the server's end of it."""

    def __init__(self, service, number, asn, identifier, families=FAMILIES, **settings):
        self.service, self.number = service, number
        self.client = BgpSession(SessionSettings(asn, identifier, families, **settings))
        ends = replace(
            session_settings(service.settings, service.settings.clients[0]),
            peer_asn=None,
            peer_router_id=None,
        )
        self.end = BgpSession(ends)
        here, there = Endpoint(LOOPBACK, 179), Endpoint(LOOPBACK, 40000 + number)
        self.heard = []
        self.client.connected(0, there, here)
        self.end.connected(0, here, there)
        self.settle()

    # What the service wants of a session

    def send(self, *updates):
        for update in updates:
            self.end.send(update, 0)

    def refuse(self, text, subcode=Cease.REJECTED):
        self.end.close(Notification(ErrorCode.CEASE, subcode))

    def mark(self, family, kind):
        if self.end.peer.enhanced_refresh:
            self.end.send_refresh(family, kind)

    @property
    def limit(self):
        return self.end.limit

    def settle(self):
        """Carry octets to and fro until nobody has anything to say."""
        while True:
            up, down = self.client.data_to_send(), self.end.data_to_send()
            self.end.receive(up, 0)
            self.client.receive(down, 0)
            events = self.end.events()
            for event in events:
                self.service.handle(self.number, self, event)
            self.heard += self.client.events()
            if not up and not down and not events:
                return

    def say(self, *updates):
        for update in updates:
            self.client.send(update, 0)
        self.settle()

    def updates(self):
        found = [e.update for e in self.heard if isinstance(e, UpdateReceived)]
        self.heard.clear()
        return found


class Lab:
    def __init__(self):
        self.events = []
        self.service = RouteService(SETTINGS, self.events.append)
        self.ends = {}

    def connect(self, name, **kwargs):
        number = "ab".index(name) + 1
        self.ends[name] = Connection(
            self.service, number, 64499 + number, IPv4Address(f"192.0.2.{number}"), **kwargs
        )
        return self.ends[name]

    def settle(self):
        for end in self.ends.values():
            end.settle()


@pytest.fixture
def lab():
    return Lab()


def route(next_hop=B, asn=64501):
    attributes = Attributes(Origin.IGP, AsPath.sequence(asn), next_hop)
    return Update(attributes=attributes, announced=(PREFIX,))


def reach(*nlris, next_hop=LOOPBACK):
    attributes = Attributes(Origin.IGP, AsPath.sequence(64500))
    return Update(attributes=attributes, mp_reach=MpReach(BGP_LS, (next_hop,), nlris))


def test_new_client_is_sent_members_and_end_of_rib_of_every_family(lab):
    a = lab.connect("a")
    assert [type(e) for e in a.heard][:1] == [Established]
    assert {e.family for e in a.heard if isinstance(e, EndOfRib)} == {IPV4_UNICAST, IPV6_UNICAST, BGP_LS}
    (member,) = a.updates()
    assert member.mp_reach.nlris == (node(B),)
    assert lab.events == [Joined(1, "a", LOOPBACK)]


def test_the_whole_road_up_down_and_up_again(lab):
    a, b = lab.connect("a"), lab.connect("b")
    b.say(route())
    a.settle()
    assert a.updates()[-1].announced == (PREFIX,)
    a.say(reach(link(A, B), node(B)), end_of_rib(BGP_LS))
    lab.events.clear()
    a.say(Update(mp_unreach=MpUnreach(BGP_LS, (link(A, B),))))
    assert a.updates() == [Update(withdrawn=(PREFIX,))]
    assert lab.events == [
        ReachChange("a", B, Reachability.UP, Reachability.DOWN),
        RoutesSent(1, "a", tuple(Run.of([PREFIX])), ()),
    ]
    a.say(reach(link(A, B)))
    (back,) = a.updates()
    assert (back.announced, back.attributes.next_hop) == ((PREFIX,), B)
    assert b.updates()[-1].mp_reach.nlris == (node(A),)


def test_stranger_is_refused_with_cease(lab):
    stranger = Connection(lab.service, 7, 64999, IPv4Address("192.0.2.77"))
    (said,) = [e for e in stranger.heard if isinstance(e, NotificationReceived)]
    assert (said.notification.code, said.notification.subcode) == (ErrorCode.CEASE, Cease.REJECTED)
    assert isinstance(lab.events[0], Refused)


def test_session_loss_takes_the_routes_away_from_the_others(lab):
    a, b = lab.connect("a"), lab.connect("b")
    b.say(route())
    a.settle()
    a.updates()
    b.client.close()
    b.settle()
    assert any(isinstance(e, Closed) for e in b.heard)
    a.settle()
    assert a.updates() == [Update(withdrawn=(PREFIX,))]
    assert any(isinstance(e, Left) and e.client == "b" for e in lab.events)


@pytest.mark.parametrize("family", [IPV4_UNICAST, BGP_LS])
def test_route_refresh_brings_the_family_again(lab, family):
    a, b = lab.connect("a"), lab.connect("b")
    b.say(route())
    a.settle()
    a.heard.clear()
    a.client.send_refresh(family)
    a.settle()
    assert EndOfRib(family) in a.heard
    (again,) = a.updates()
    assert again.announced == (PREFIX,) if family == IPV4_UNICAST else again.mp_reach.nlris == (node(B),)


def test_a_path_that_does_not_begin_with_the_clients_as_is_no_route(lab):
    a, b = lab.connect("a"), lab.connect("b")
    b.say(route())
    b.say(route(asn=64999))
    a.settle()
    assert [(u.announced, u.withdrawn) for u in a.updates() if u.mp_reach is None] == [
        ((PREFIX,), ()),
        ((), (PREFIX,)),
    ]


def test_client_without_bgp_ls_gets_routes_and_no_nodes(lab):
    a = lab.connect("a", families=(IPV4_UNICAST,))
    lab.connect("b").say(route())
    a.settle()
    assert [u.announced for u in a.updates()] == [(PREFIX,)]


def test_a_session_that_is_ending_keeps_nothing_from_the_others(lab):
    class Ending:
        limit = 4096

        def send(self, *updates):
            raise SessionError("the session is not established but closed")

    a, b = lab.connect("a"), lab.connect("b")
    _, envelope, client = lab.service._senders[1]
    lab.service._senders[1] = Ending(), envelope, client
    c = Connection(lab.service, 3, 64500, ID_A)
    b.say(route())
    c.settle()
    assert [u.announced for u in c.updates() if u.announced] == [(PREFIX,)]
    assert not [e for e in lab.events if isinstance(e, RoutesSent) and e.session == 1]
    assert a.client.state is b.client.state


def test_a_session_that_ends_as_it_is_established_was_never_there(lab):
    class Gone:
        @property
        def limit(self):
            raise SessionError("no BGP session")

    ends = Endpoint(LOOPBACK, 179), Endpoint(LOOPBACK, 40001)
    peer = replace(lab.connect("a").end.peer, local=ends[0], remote=ends[1])
    lab.events.clear()
    lab.service.handle(9, Gone(), Established(peer))
    lab.service.handle(9, Gone(), Closed(CloseCause.TRANSPORT, "connection lost", True))
    assert lab.events == []
    assert list(lab.service.server.clients["a"].sessions) == [1]


def tell(head, *addresses):
    nlris = tuple(NhReachNlri(address, True, head) for address in addresses)
    attributes = Attributes(Origin.IGP, AsPath.sequence(64500))
    return Update(attributes=attributes, mp_reach=MpReach(NH4, (), nlris))


def test_nh_reach_from_end_to_end(lab):
    a = lab.connect("a", families=(IPV4_UNICAST, NH4, nh_reach(6)))
    b = lab.connect("b", families=(IPV4_UNICAST,))
    assert {e.family for e in a.heard if isinstance(e, EndOfRib)} == {IPV4_UNICAST, NH4, nh_reach(6)}
    (asked,) = a.updates()
    assert asked.mp_reach == MpReach(NH4, (), (NhReachNlri(B),))
    assert asked.attributes == Attributes(Origin.IGP, AsPath.sequence(64510))
    b.say(route())
    a.settle()
    a.updates()
    a.say(tell(NhState.DOWN, B))
    assert a.updates() == [Update(withdrawn=(PREFIX,))]
    a.say(Update(mp_unreach=MpUnreach(NH4, (NhReachNlri(B, True, NhState.UP),))))
    assert [u.announced for u in a.updates()] == [(PREFIX,)]
    a.client.send_refresh(NH4)
    a.settle()
    assert [e for e in a.heard if isinstance(e, EndOfRib)] == [EndOfRib(NH4)]
    assert a.updates() == [asked]


def test_a_malformed_tell_costs_the_family_and_makes_it_unknown(lab):
    a = lab.connect("a", families=(IPV4_UNICAST, NH4))
    lab.connect("b").say(route())
    a.settle()
    a.say(tell(NhState.DOWN, B))
    a.updates()
    broken = replace(tell(NhState.DOWN), mp_reach=MpReach(NH4, (), (OpaqueNlri(b"\x82\xc6"),)))
    a.say(broken)
    assert [u.announced for u in a.updates()] == [(PREFIX,)]
    a.say(tell(NhState.DOWN, B))
    assert a.updates() == []
    assert not a.client.closed


def test_a_member_without_any_reachability_family_keeps_its_routes_and_is_asked_about(lab):
    a = lab.connect("a", families=(IPV4_UNICAST, NH4))
    b = lab.connect("b", families=(IPV4_UNICAST,))
    a.say(Update(attributes=Attributes(Origin.IGP, AsPath.sequence(64500), A), announced=(PREFIX,)))
    b.settle()
    assert [u.announced for u in b.updates()] == [(PREFIX,)]
    assert a.updates()[0].mp_reach.nlris == (NhReachNlri(B),)


def test_claims_on_others_links_are_told_to_whoever_watches(lab):
    a = lab.connect("a")
    a.say(reach(link(B, A + 2), node(A + 2)))
    assert Claimed(1, "a", str(B)) in lab.events


def test_an_ipv4_route_with_an_ipv6_next_hop_goes_to_those_who_negotiated_that(lab):
    far = ip_address("2001:db8:9::2")
    b = lab.connect("b", extended_next_hop=(EXTENDED_NEXT_HOP,))
    a = lab.connect("a", extended_next_hop=(EXTENDED_NEXT_HOP,))
    a.updates()
    plain = Connection(lab.service, 3, 64500, ID_A)
    plain.updates()
    attributes = Attributes(Origin.IGP, AsPath.sequence(64501))
    b.say(Update(attributes=attributes, mp_reach=MpReach(IPV4_UNICAST, (far,), (PREFIX,))))
    a.settle()
    plain.settle()
    (sent,) = a.updates()
    assert sent.mp_reach == MpReach(IPV4_UNICAST, (far,), (PREFIX,))
    assert sent.attributes == attributes
    assert plain.updates() == []
    b.say(Update(withdrawn=(PREFIX,)))
    a.settle()
    assert a.updates() == [Update(withdrawn=(PREFIX,))]


def flood_of_entries(number):
    return reach(node(A + number))


def flood_of_links_that_go_again(number):
    other = link(A, A + number)
    return replace(reach(other), mp_unreach=MpUnreach(BGP_LS, (link(A, A + number - 1),)))


def flood_of_prefixes(number):
    return replace(route(A, 64500), announced=(ip_network(f"10.{number}.0.0/16"),))


def flood_of_tells(number):
    return tell(NhState.UP, A + number + 1)


def flood_of_prefixes_beyond_its_own_limit(number):
    return replace(
        route(A, 64500), announced=tuple(ip_network(f"10.{number}.{half}.0/24") for half in range(10))
    )


@pytest.mark.parametrize(
    "flood",
    [
        flood_of_entries,
        flood_of_links_that_go_again,
        flood_of_prefixes,
        flood_of_tells,
        flood_of_prefixes_beyond_its_own_limit,
    ],
)
def test_a_session_beyond_the_limits_ends_and_leaves_nothing(flood):
    lab = Lab()
    first = SETTINGS.clients[0]
    if flood is flood_of_prefixes_beyond_its_own_limit:
        first = replace(first, prefix_limit_ipv4=200, prefix_limit_ipv6=0)
    clients = first, *SETTINGS.clients[1:]
    limited = replace(SETTINGS, entry_limit=20, prefix_limit=20, clients=clients)
    lab.service = RouteService(limited, lab.events.append)
    a, b = lab.connect("a", families=(*FAMILIES, NH4)), lab.connect("b")
    for number in range(1, 12):
        a.say(flood(number))
    assert a.client.state is b.client.state
    for number in range(12, 22):
        if not a.client.closed:
            a.say(flood(number))
    (said,) = [e.notification for e in a.heard if isinstance(e, NotificationReceived)]
    assert (said.code, said.subcode) == (ErrorCode.CEASE, Cease.MAX_PREFIXES)
    assert len(lab.service.server.table) == 0
    assert not b.client.closed
