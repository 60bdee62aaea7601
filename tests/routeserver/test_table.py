# SPDX-License-Identifier: Apache-2.0
"""The shared table of received routes, the choice for one client, and how clients are told apart."""

from ipaddress import IPv4Address, ip_address, ip_network
from itertools import permutations

import pytest

from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.decision import best
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings, find_client
from bfd_fastpath.routeserver.table import Path, RouteTable
from bfd_fastpath.routeserver.view import Contest, View
from bfd_fastpath.wire.bgp.attributes import NO_ATTRIBUTES

P = ip_network("203.0.113.0/24")
B, C = ip_address("198.51.100.2"), ip_address("198.51.100.3")


def path(session=2, client="b", next_hop=B, **kwargs):
    rank = {"as_path_length": 1, "origin": 0, "neighbour_as": 64501, "med": 0, **kwargs}
    return Path(
        session,
        client,
        (next_hop,),
        NO_ATTRIBUTES,
        peer_identifier=IPv4Address(session),
        peer_address=next_hop,
        **rank,
    )


def run_of(*prefixes):
    (run,) = Run.of(map(ip_network, prefixes))
    return run


def moves(moved):
    return [(tuple(map(str, one.run)), one.before, one.after) for one in moved]


def test_next_hop_index_follows_every_change():
    table, run = RouteTable(), run_of("203.0.113.0/24")
    first, other, second = path(2, "b", B), path(3, "c", C), path(2, "b", C)
    table.announce(run, first)
    table.announce(run, other)
    assert (table.through(B), table.next_hops("b")) == ([first], frozenset({B}))
    table.announce(run, second)
    assert (table.through(B), table.through(C)) == ([], [other, second])
    assert (table.next_hops("b"), table.next_hops("c")) == (frozenset({C}), frozenset({C}))
    assert table.withdraw(run, 2)
    assert (table.through(C), table.next_hops("b"), table.offers(2, 4)) == ([other], frozenset(), [])
    assert table.retire(other)
    assert (table.through(C), len(table), table.count(3, 4)) == ([], 0, 0)
    assert not table.withdraw(run, 3)


def test_prefixes_move_together_from_what_they_had_together():
    table = RouteTable()
    one, other, later = path(2, "b"), path(3, "c"), path(3, "c")
    assert moves(table.announce(run_of("10.1.0.0/16", "10.2.0.0/16"), one)) == [
        (("10.1.0.0/16", "10.2.0.0/16"), (), (one,))
    ]
    assert moves(table.announce(run_of("10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"), other)) == [
        (("10.2.0.0/16",), (one,), (one, other)),
        (("10.3.0.0/16", "10.4.0.0/16"), (), (other,)),
    ]
    assert moves(table.announce(run_of("10.4.0.0/16", "10.2.0.0/16"), later)) == [
        (("10.4.0.0/16",), (other,), (later,)),
        (("10.2.0.0/16",), (one, other), (one, later)),
    ]
    assert moves(table.withdraw(run_of("10.1.0.0/16", "10.3.0.0/16", "10.9.0.0/16"), 3)) == [
        (("10.3.0.0/16",), (other,), ())
    ]
    assert moves(table.retire(one)) == [
        (("10.1.0.0/16",), (one,), ()),
        (("10.2.0.0/16",), (one, later), (later,)),
    ]


def test_a_prefix_that_is_twice_in_an_update_is_one():
    table = RouteTable()
    one, other = path(2, "b"), path(2, "b")
    twice = run_of("10.1.0.0/16", "10.2.0.0/16", "10.1.0.0/16")
    for each in (one, other):
        table.announce(twice, each)
        assert (len(table), table.count(2, 4)) == (2, 2)
        assert [len(run) for _, run in table.contests(each)] == [2]
    assert table.offers(2, 4) == [other]
    table.withdraw(twice, 2)
    assert (len(table), table.count(2, 4), table.offers(2, 4)) == (0, 0, [])


@pytest.mark.parametrize("prefixes", [("10.1.0.0/16",), ("10.1.0.0/16", "10.2.0.0/16")])
def test_a_prefix_is_contested_by_all_that_offer_it(prefixes):
    table, mine, theirs = RouteTable(), path(3, "c", C), path(2, "b")
    run = run_of(*prefixes)
    table.announce(run, mine)
    assert table.contests(mine) == [((mine,), run)]
    table.announce(run, theirs)
    assert table.contests(mine) == table.contests(theirs) == [((theirs, mine), run)]
    table.withdraw(run, 3)
    assert table.contests(theirs) == [((theirs,), run)]


def test_what_a_path_was_announced_for_is_forgotten_with_its_prefixes():
    table, first = RouteTable(), path(2, "b")
    several = run_of(*(f"10.{number}.0.0/16" for number in range(100)))
    table.announce(several, first)
    for prefix in several[:99]:
        table.announce(Run.of([prefix])[0], path(2, "b"))
        left = sum(len(run) for _, run in table.contests(first))
        others = len(table.offers(2, 4)) - 1
        assert (left + others, table.count(2, 4)) == (100, 100)
        assert table.kept <= 2 * left + others


def test_client_gets_neither_its_own_route_nor_one_that_points_at_itself_nor_an_excluded_next_hop():
    own, mirror, dead, good = (
        path(1, "a"),
        path(2, "b", B),
        path(3, "c", C),
        path(4, "d", ip_address("198.51.100.4")),
    )
    view = View("a", 64500, frozenset({B}), frozenset({C}), frozenset({4}))
    assert [one for one in (own, mirror, dead, good) if view.admits(one)] == [good]
    assert Contest([own, mirror, dead, good]).winner(view) is good
    assert Contest([own, mirror, dead]).winner(view) is None


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (path(9, as_path_length=1), path(2, as_path_length=2)),
        (path(9, origin=0), path(2, origin=2)),
        (path(9, med=5), path(2, med=10)),
        (path(2), path(9)),
    ],
)
def test_decision_prefers(better, worse):
    assert all(best(list(order)) is better for order in permutations([better, worse]))


def test_med_of_different_neighbour_ases_is_not_compared_and_order_does_not_matter():
    a, b, c = (
        path(3, neighbour_as=1, med=10),
        path(2, neighbour_as=2, med=50),
        path(1, neighbour_as=2, med=60),
    )
    # c loses to b by MED although it has the lowest identifier; between a and b the identifier decides.
    assert {id(best(order)) for order in permutations([a, b, c])} == {id(b)}


def client(name, asn, **kwargs):
    return ClientSettings(name, asn, **kwargs)


def test_client_is_found_by_address_then_by_as_and_identifier_then_by_as_alone():
    by_address = client("by-address", 64500, session_addresses=(B,))
    by_identifier = client("by-identifier", 64500, identifier=IPv4Address("192.0.2.1"))
    by_as = client("by-as", 64501)
    clients = (by_address, by_identifier, by_as)
    assert find_client(clients, 64500, IPv4Address("192.0.2.9"), B) is by_address
    assert find_client(clients, 64999, IPv4Address("192.0.2.9"), B) is None
    assert find_client(clients, 64500, IPv4Address("192.0.2.1"), C) is by_identifier
    assert find_client(clients, 64501, IPv4Address("192.0.2.5"), C) is by_as
    assert find_client(clients, 64500, IPv4Address("192.0.2.5"), C) is None


@pytest.mark.parametrize(
    ("clients", "words"),
    [
        ((client("a", 1), client("a", 2)), "two clients are called"),
        ((client("a", 1, lan_addresses=(B,)), client("b", 2, lan_addresses=(B,))), "LAN address of both"),
        ((client("a", 1, lan_addresses=(ip_address("203.0.113.1"),)),), "outside the peering LAN"),
        (
            (client("a", 1, identifier=IPv4Address(1)), client("b", 1, identifier=IPv4Address(1))),
            "same AS and BGP identifier",
        ),
        ((client("a", 1, apart=("b",)),), "which is no other client"),
        ((client("a", 1, apart=("a",)),), "which is no other client"),
    ],
)
def test_clients_that_could_be_mistaken_for_each_other_are_refused(clients, words):
    with pytest.raises(ValueError, match=words):
        ServerSettings(64510, IPv4Address("192.0.2.254"), (ip_network("198.51.100.0/24"),), clients)
