# SPDX-License-Identifier: Apache-2.0
"""Which neighbours a next hop that is on no link is reached by, and when it is reached by none."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

import pytest

import pydp
from bfd_fastpath.router.events import Prefix
from bfd_fastpath.router.recursion import DEPTH, Recursion
from bfd_fastpath.router.target import Gateway, Group, Link, Remote, Through, Wanted, of_gateways, of_hops

A, B, C = (Gateway(0, 0, ip_address(f"192.0.2.{number}")) for number in (2, 3, 4))
HOLE = pydp.NextHopKind.BLACKHOLE


def far(text: str) -> Remote:
    return Remote(ip_address(text))


def via(*texts: str, backups: Iterable[str] = ()) -> Through:
    """Next hops, each with the share 1."""
    made = of_hops([(far(text), 1) for text in texts], [far(text) for text in backups])
    assert isinstance(made, Through)
    return made


class Routes:
    """Of one source, or of several where a prefix has several."""

    def __init__(self) -> None:
        self.table: dict[Prefix, list[Wanted]] = {}
        self.recursion = Recursion(lambda prefix: self.table.get(prefix, ()))

    def set(self, prefix: str, *wanted: Wanted) -> None:
        self.table[ip_network(prefix)] = list(wanted)


@pytest.fixture
def routes() -> Routes:
    made = Routes()
    made.set("192.0.2.0/24", Link(0, 0))
    made.set("192.0.2.1/32", pydp.NextHopKind.LOCAL)
    return made


def test_hops_that_are_all_on_links_need_no_other_route() -> None:
    assert of_hops([(A, 2), (B, 4)], [C]) == of_gateways([(A, 1), (B, 2)], [C])


def test_a_next_hop_is_reached_by_the_longest_prefix(routes: Routes) -> None:
    routes.set("10.0.0.0/8", A)
    routes.set("10.9.0.0/16", B)
    assert routes.recursion.of(via("10.8.0.1")).target == A
    assert routes.recursion.of(via("10.9.0.1")).target == B


def test_in_a_connected_prefix_it_is_the_neighbour_itself(routes: Routes) -> None:
    assert routes.recursion.of(via("192.0.2.77")).target == Gateway(0, 0, ip_address("192.0.2.77"))


def test_ipv6_likewise(routes: Routes) -> None:
    routes.set("::/120", A)
    assert routes.recursion.of(via("::5")).target == A


@pytest.mark.parametrize("address", ["10.9.0.1", "192.0.2.1", "172.16.0.1"])
def test_no_route_a_route_that_drops_and_our_own_address_lead_to_nobody(routes: Routes, address: str) -> None:
    routes.set("0.0.0.0/0", A)
    routes.set("172.0.0.0/8", A)
    routes.set("172.16.0.0/12", HOLE)
    found = routes.recursion.of(via(address))
    assert (found.target, found.why) == (None, f"no route leads to {address}")


def test_shares_multiply_and_reserves_stay(routes: Routes) -> None:
    routes.set("10.1.0.0/16", of_gateways([(A, 1), (B, 3)], [C]))
    routes.set("10.2.0.0/16", C)
    found = routes.recursion.of(Through(((far("10.1.0.1"), 1), (far("10.2.0.1"), 1)))).target
    assert found == Group(((A, 1), (B, 3), (C, 4)))
    found = routes.recursion.of(via("10.1.0.1")).target
    assert found == Group(((A, 1), (B, 3)), (C,))


def test_the_first_in_reserve_stands_in_for_members_that_are_not_reached(routes: Routes) -> None:
    routes.set("10.2.0.0/16", B)
    routes.set("10.3.0.0/16", C)
    wanted = via("10.1.0.1", backups=("10.2.0.1", "10.3.0.1"))
    assert routes.recursion.of(wanted).target == Group(((B, 1),), (C,))
    routes.set("10.1.0.0/16", A)
    assert routes.recursion.again([wanted]) == {wanted}
    assert routes.recursion.of(wanted).target == Group(((A, 1),), (B, C))


def test_a_route_by_a_route_by_a_route_and_no_further(routes: Routes) -> None:
    for depth in range(DEPTH + 2):
        routes.set(f"10.{depth}.0.0/16", via(f"10.{depth + 1}.0.1"))
    routes.set(f"10.{DEPTH + 2}.0.0/16", A)
    assert routes.recursion.of(via("10.2.0.1")).target == A
    assert routes.recursion.of(via("10.1.0.1")).target is None


def test_loops_are_refused(routes: Routes) -> None:
    routes.set("10.1.0.0/16", via("10.2.0.1"))
    routes.set("10.2.0.0/16", via("10.1.0.1"))
    found = routes.recursion.of(via("10.1.0.9"))
    assert (found.target, found.why) == (None, "10.1.0.1 is reached by 10.1.0.0/16, which leads there itself")


def test_a_less_preferred_route_is_taken_where_the_first_leads_nowhere(routes: Routes) -> None:
    routes.set("10.1.0.0/16", via("172.16.0.1"), A)
    assert routes.recursion.of(via("10.1.0.1")).target == A
    routes.set("10.1.0.0/16", via("172.16.0.1"))
    routes.set("10.0.0.0/8", B)
    wanted = via("10.1.0.1")
    assert routes.recursion.again([wanted]) == {wanted}
    assert routes.recursion.of(wanted).target == B


def test_what_may_change_it_is_watched(routes: Routes) -> None:
    routes.set("10.1.0.0/16", via("172.16.0.1"))
    routes.recursion.of(via("10.1.0.1"))
    watched = routes.recursion.news()
    assert {ip_network(one) for one in ("10.1.0.1/32", "10.0.0.0/7", "172.16.0.0/12")} <= set(watched)
    assert ip_network("0.0.0.0/0") not in watched
    routes.recursion.of(via("10.1.0.1", "10.1.0.3"))
    assert ip_network("10.1.0.3/32") in routes.recursion.news()
    assert routes.recursion.news() == []
    assert routes.recursion.again([via("10.1.0.1")]) == set()
    assert sorted(routes.recursion.news()) == sorted(watched)
