# SPDX-License-Identifier: Apache-2.0
"""The choice for one client, and that the differences sent add up to it whatever happens in whatever order."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bfd_fastpath.routeserver.table import Audience
from tests.routeserver.lan import LAN4, LAN6, Lan, number

P, Q = ip_network("203.0.113.0/24"), ip_network("203.0.112.0/24")
P6 = ip_network("2001:db8:1::/48")
PREFIXES = (P, Q, ip_network("203.0.0.0/17"), P6)


def lan_of(*names, extended="", **kwargs):
    lan = Lan(**kwargs)
    for name in names:
        lan.join(name, nh_reach=(4, 6), extended_next_hop=name in extended)
    return lan


def test_graceful_shutdown_is_taken_only_where_nothing_else_is_left():
    lan = lan_of(*"abc")
    lan.announce("b", P, length=1, graceful_shutdown=True)
    assert lan.ribs[1] == {P: LAN4["b"]}
    lan.announce("c", P, length=9)
    assert lan.ribs[1] == {P: LAN4["c"]}
    lan.withdraw("c", P)
    assert lan.ribs[1] == {P: LAN4["b"]}


def test_unknown_is_as_good_as_up_unless_the_server_is_told_otherwise():
    for prefer, expected in ((False, "b"), (True, "c")):
        lan = lan_of(*"abc", prefer_reached=prefer)
        lan.announce("b", P, length=1)
        lan.announce("c", P, length=9)
        lan.tells("a", (LAN4["c"], "up"))
        assert lan.ribs[1] == {P: LAN4[expected]}
        lan.tells("a", (LAN4["b"], "up"))
        assert lan.ribs[1] == {P: LAN4["b"]}
        lan.tells("a", (LAN4["b"], "unknown"), (LAN4["c"], "down"))
        assert lan.ribs[1] == {P: LAN4["b"]}


def test_routes_from_beyond_the_exchange_are_not_judged_where_that_is_limited():
    lan = lan_of(*"ab", as_path_limit=2)
    lan.announce("b", P, length=2)
    lan.announce("b", Q, length=3)
    lan.tells("a", (LAN4["b"], "down"))
    assert lan.ribs[1] == {Q: LAN4["b"]}


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        (Audience(frozenset({64500}), frozenset(), True), {3}),
        (Audience(frozenset(), frozenset({64500}), False), {1}),
        (Audience(frozenset({64500}), frozenset({64500}), True), {3}),
        (Audience(frozenset(), frozenset(), False), set()),
    ],
)
def test_a_route_goes_to_whom_its_sender_wants(audience, who):
    lan = lan_of(*"abc")
    lan.announce("b", P, audience=audience)
    assert {session for session, rib in lan.ribs.items() if rib} == who


def test_a_route_kept_from_a_client_hides_no_other_from_it():
    lan = lan_of(*"abc")
    lan.announce("b", P, audience=Audience(frozenset({64500}), frozenset(), True))
    lan.announce("c", P, length=9)
    assert lan.ribs[1] == {P: LAN4["c"]}


def test_an_ipv4_route_with_an_ipv6_next_hop_is_for_those_who_can_use_it_and_judged_by_that_next_hop():
    """RFC 8950, and GAP 10: the family of the next hop counts, not of the route."""
    lan = lan_of(*"abcd", extended="ad")
    lan.announce("b", P, next_hop=LAN6["b"])
    lan.announce("c", P, length=9)
    assert (lan.ribs[1], lan.ribs[4]) == ({P: LAN6["b"]}, {P: LAN6["b"]})
    assert lan.ribs[2] == {P: LAN4["c"]}
    assert lan.ribs[3] == {}
    lan.tells("a", (LAN4["b"], "down"))
    assert lan.ribs[1] == {P: LAN6["b"]}
    lan.tells("a", (LAN6["b"], "down"))
    assert (lan.ribs[1], lan.ribs[4]) == ({P: LAN4["c"]}, {P: LAN6["b"]})


def test_an_address_that_turns_out_to_be_the_clients_own_is_taken_out_of_its_routes():
    lan = lan_of(*"ab")
    address = ip_address("198.51.100.50")
    lan.announce("b", P, next_hop=address)
    assert lan.ribs[1] == {P: address}
    lan.server.exchange.members.claim(lan.server.clients["a"].member, [address])
    lan.join("a", session=9)
    assert lan.ribs[1] == {}
    lan.withdraw("b", P)


several = st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=4)
names, hops = st.sampled_from("abcd"), st.sampled_from([*LAN4.values(), *LAN6.values()])
steps = st.one_of(
    st.tuples(
        st.just("announce"),
        names,
        several,
        hops,
        st.integers(1, 3),
        st.booleans(),
        st.sampled_from([None, Audience(frozenset({64500}), frozenset(), True)]),
        st.lists(st.sampled_from(PREFIXES), max_size=3),
    ),
    st.tuples(st.just("withdraw"), names, several),
    st.tuples(st.just("tell"), names, hops, st.sampled_from(("up", "down", "unknown"))),
    st.tuples(st.just("untell"), names, hops),
    st.tuples(st.just("turn"), names, st.booleans()),
)


class Oracle:
    """What a client should have, from everything that was said, with nothing of the route server's code."""

    def __init__(self, prefer):
        self.prefer = prefer
        self.routes, self.told = {}, {}

    def leave(self, name):
        self.told.pop(name, None)
        self.routes = {key: route for key, route in self.routes.items() if key[0] != name}

    def withdraw(self, name, prefixes):
        for prefix in prefixes:
            self.routes.pop((name, prefix), None)

    def rib(self, client):
        told = self.told.get(client, {})
        found = {}
        for prefix in PREFIXES:
            usable = [
                (length, number(source), hop, leaving)
                for (source, p), (hop, length, leaving, audience) in self.routes.items()
                if p == prefix
                and source != client
                and hop not in (LAN4[client], LAN6[client])
                and told.get(hop) != "down"
                and (audience is None or client != "a")
                and (client in "ab" or hop.version == prefix.version)
            ]
            usable = [one for one in usable if not one[3]] or usable
            if self.prefer:
                usable = [one for one in usable if told.get(one[2]) == "up"] or usable
            if usable:
                found[prefix] = min(usable)[2]
        return found


@given(st.lists(steps, max_size=40), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_differences_add_up_to_what_each_session_should_have(history, prefer):
    """Each UPDATE is applied as a client would; the sum must be what follows from all that was said."""
    lan, oracle = Lan(prefer_reached=prefer), Oracle(prefer)
    here = set()
    for step, name, *what in history:
        if step == "turn" and name in here:
            lan.leave(number(name))
            oracle.leave(name)
            here.discard(name)
            continue
        if name not in here:
            lan.join(name, nh_reach=(4, 6), extended_next_hop=name in "ab")
            here.add(name)
        if step == "announce":
            prefixes, hop, length, leaving, audience, gone = what
            prefixes = [prefix for prefix in prefixes if prefix.version == 4 or hop.version == 6]
            policy = {"graceful_shutdown": leaving, "audience": audience, "withdrawn": gone}
            lan.announce(name, *prefixes, next_hop=hop, length=length, **policy)
            oracle.withdraw(name, gone)
            route = hop, length, leaving, audience
            oracle.routes.update({(name, prefix): route for prefix in prefixes})
        elif step == "withdraw":
            lan.withdraw(name, *what[0])
            oracle.withdraw(name, what[0])
        elif step == "tell":
            lan.tells(name, tuple(what))
            oracle.told.setdefault(name, {})[what[0]] = what[1]
        elif step == "untell":
            lan.tells(name, withdraw=what)
            oracle.told.get(name, {}).pop(*what, None)
        for other in here:
            assert lan.ribs[number(other)] == oracle.rib(other)
            given_now = lan.server.sent(number(other))
            assert {prefix: path.next_hop for prefix, path in given_now.items()} == oracle.rib(other)
            client = lan.server.clients[other]
            assert lan.asks[number(other)] == set(lan.server.exchange.asking.asked(client))
