# SPDX-License-Identifier: Apache-2.0
"""The embedded route server on a LAN, between a member of ours, FRR with bfdd, BIRD with BFD and BIRD without: what it
prefers, what it does not judge, and IPv4 by IPv6 next hops.

Only A tells it what it reaches. P's BGP identifier is lower than Q's, so P's path is the better one of two."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.interop.exchange.members import (
    SERVER,
    SHARED,
    A,
    BirdMember,
    FrrMember,
    Ours,
    Running,
    Session,
    Who,
    places,
)
from tests.interop.exchange.servers import EmbeddedServer
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird"), pytest.mark.timeout(300)]
BOUND = 60.0
P, Q, R = Who("p", 2, shares=True), Who("q", 3, shares=True, detour=True), Who("r", 4, detour=True)
REPORTS = '"bgp-ls"'


@dataclass
class Scene:
    lan: Lan
    server: EmbeddedServer
    a: Ours
    frr: FrrMember
    bird: BirdMember

    def cut(self, one: Who, two: Who, only: str = "") -> None:
        for source, target in ((one, two), (two, one)):
            self.lan.cut(source.name, only=f'oifname "{target.name}" {only}')

    def until_routes(self, who: Running, wanted: dict[str, str]) -> None:
        until(
            who.routes,
            lambda seen: seen == wanted,
            bound=BOUND,
            what=f"{wanted}\n{self.server.log.read_text()}",
        )


def by(who: Who, *prefixes: str) -> dict[str, str]:
    """These with the member as their next hop."""
    return {prefix: who.addresses[":" in prefix] for prefix in prefixes}


@contextmanager
def scene(
    more: str, a: Callable[[Lan], Ours], servers: tuple[str, str] = SERVER, shared: bool = True
) -> Iterator[Scene]:
    """`more`: keys of [route-server]; `a`: begins A; `servers`: FRR's; `shared`: with P."""
    members = (P, Q, R) if shared else (Q, R)
    with Lan() as lan:
        space = lan.member("rs", *(f"{address}/{24 if '.' in address else 64}" for address in SERVER))
        spaces = places(lan, (A, *members))
        server = EmbeddedServer(space, (A, *members), more)
        frr = FrrMember(spaces["q"], Q, servers)
        bird = BirdMember(spaces["r"], R, bfd=True)
        if shared:
            BirdMember(spaces["p"], P, bfd=False)
        yield Scene(lan, server, a(lan), frr, bird)


def reporting(lan: Lan) -> Ours:
    """A with a session for each IP version."""
    sessions = (
        Session(SERVER[0], f'"ipv4-unicast", {REPORTS}', A.of(4)),
        Session(SERVER[1], '"ipv6-unicast"', A.of(6)),
    )
    return Ours(lan.members["a"], A, sessions=sessions)


EVERYTHING = by(P, *P.own) | by(Q, *Q.own, *Q.longer) | by(R, *R.own, *R.longer)


def test_a_path_that_is_reached_is_preferred_to_one_of_which_nothing_is_known() -> None:
    with scene("prefer-reached = true\n", reporting) as exchange:
        exchange.until_routes(exchange.a, EVERYTHING | by(Q, *SHARED))
        # Who tells nothing gets what is best.
        best = by(A, *A.own) | by(P, *P.own, *SHARED) | by(Q, *Q.own, *Q.longer)
        exchange.until_routes(exchange.bird, best)
        not_own = {prefix: hop for prefix, hop in best.items() if prefix not in Q.prefixes}
        exchange.until_routes(exchange.frr, not_own | by(R, *R.own, *R.longer))

        exchange.cut(A, Q)
        exchange.until_routes(exchange.a, by(P, *P.own, *SHARED) | by(R, *R.own, *R.longer))
        exchange.lan.restore()
        exchange.until_routes(exchange.a, EVERYTHING | by(Q, *SHARED))

        exchange.frr.admin_down(A, True)  # which is to know nothing of Q
        exchange.until_routes(exchange.a, EVERYTHING | by(P, *SHARED))
        exchange.frr.admin_down(A, False)
        exchange.until_routes(exchange.a, EVERYTHING | by(Q, *SHARED))


def test_a_path_of_more_ases_than_the_limit_stays_though_its_next_hop_is_lost() -> None:
    with scene("as-path-limit = 1\n", reporting) as exchange:
        exchange.until_routes(exchange.a, EVERYTHING | by(P, *SHARED))
        until(lambda: _down(exchange.a), lambda seen: not seen, bound=BOUND, what="Up with Q and R")

        exchange.cut(A, Q)
        exchange.cut(A, R)
        left = by(P, *P.own, *SHARED) | by(Q, *Q.longer) | by(R, *R.longer)
        exchange.until_routes(exchange.a, left)
        stays(exchange.a.routes, lambda seen: seen == left, seconds=2, what="the longer paths")
        exchange.lan.restore()
        exchange.until_routes(exchange.a, EVERYTHING | by(P, *SHARED))


def _down(a: Ours) -> set[str]:
    """The addresses of Q and R that A does not reach by BFD."""
    known = a.product.nexthops()
    addresses = {address for who in (Q, R) for address in who.addresses}
    return {one for one in addresses if one not in known or known[one]["state"] != "up"}


def test_frrs_ipv4_routes_with_an_ipv6_next_hop_go_when_that_is_lost() -> None:
    """RFC 8950: FRR and A have one session each, over IPv6; R takes no such routes."""

    def over_ipv6(lan: Lan) -> Ours:
        families = f'"ipv4-unicast", "ipv6-unicast", {REPORTS}'
        return Ours(
            lan.members["a"], A, sessions=(Session(SERVER[1], families, (*A.of(4), *A.of(6)), extended=True),)
        )

    with scene("", over_ipv6, (SERVER[1], SERVER[1]), shared=False) as exchange:
        of_q = dict.fromkeys(Q.prefixes, Q.addresses[1])
        of_r = by(R, *R.prefixes)
        exchange.until_routes(exchange.a, of_q | of_r)
        exchange.until_routes(exchange.frr, by(A, *A.own) | of_r)
        only_6 = {prefix: hop for prefix, hop in of_q.items() if ":" in prefix}
        exchange.until_routes(exchange.bird, by(A, *A.own) | only_6)
        until(lambda: _down(exchange.a), lambda seen: not seen, bound=BOUND, what="Up with Q and R")

        exchange.cut(A, Q, "ether type ip6")
        exchange.until_routes(exchange.a, of_r)
        exchange.lan.restore()
        exchange.until_routes(exchange.a, of_q | of_r)

        exchange.cut(A, Q, "ether type ip")
        until(
            lambda: _down(exchange.a), lambda seen: seen == {Q.addresses[0]}, bound=BOUND, what="Down by IPv4"
        )
        stays(exchange.a.routes, lambda seen: seen == of_q | of_r, seconds=2, what="what goes by IPv6")
