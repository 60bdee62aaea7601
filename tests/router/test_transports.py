# SPDX-License-Identifier: Apache-2.0
"""A whole router and route servers of our own making: how it is asked, and by what it tells."""

import asyncio
from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.router import nhib_views, views
from bfd_fastpath.router.events import AskLearned, AskWithdrawn, Told
from bfd_fastpath.wire import bgp
from bfd_fastpath.wire.bgpls import RawNlri
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState
from pydp import NextHopState
from tests.router.exchange import A6, B6, B, Exchange, client, session, state, until, up
from tests.router.scripted_server import NH_REACH, UNICAST, ScriptedServer, member, waiting

pytestmark = pytest.mark.eal
DOWN, UNKNOWN = Reachability.DOWN, Reachability.UNKNOWN
NOBODY = ip_address("198.51.100.77")
LS = (*UNICAST, bgp.BGP_LS)


def reporter(router):
    (peer,) = views.reporter(router)["peers"]
    return peer


def hop(router, address):
    (found,) = [one for one in nhib_views.nexthops(router)["next-hops"] if one["address"] == str(address)]
    return found


def test_a_server_that_asks_by_nh_reach_is_told_by_it(eal):
    """Rules 2 and 3 by explicit Tells; an entry that goes is withdrawn."""

    async def main():
        async with ScriptedServer((*UNICAST, *NH_REACH)) as server, Exchange() as exchange:
            a = await exchange.start(member(server, extra='[nhib]\nlinger = "200ms"\n'))
            await exchange.start(waiting())
            await until(lambda: server.done, lambda seen: seen == {*UNICAST, *NH_REACH})
            server.ask(B, B6, NOBODY)
            known = {B: NhState.UP, B6: NhState.UP, NOBODY: NhState.UNKNOWN}
            await until(lambda: server.tells, lambda seen: seen == known)
            assert hop(a, B)["asked-by"] == [{"user": f"bgp 127.0.0.1:{server.port}", "by": ["ask"]}]
            (told,) = hop(a, B)["told"]
            assert (told["state"], told["transport"], told["peer"]) == ("up", "nh-reach", "127.0.0.1")
            assert {one.address for one in exchange.seen("a", AskLearned)} == {B, B6, NOBODY}
            await until(lambda: session(a, B).detection_time_us, lambda seen: seen == 200_000)

            exchange.cut()
            down = {B: NhState.DOWN, B6: NhState.DOWN}
            await until(lambda: server.tells, lambda seen: seen == down | {NOBODY: NhState.UNKNOWN})
            # The server has withdrawn the routes, and asks no more; what is Down outlives linger, the rest goes.
            server.unask(B, B6, NOBODY)
            await until(lambda: server.tells, lambda seen: seen == down)
            assert server.story[-1] == (NOBODY, None)
            assert len(exchange.seen("a", AskWithdrawn)) == 3
            a.clear(B6)
            await until(lambda: server.story[-2:], lambda seen: seen == [(B6, NhState.UNKNOWN), (B6, None)])

            exchange.cut(False)
            await until(lambda: server.tells.get(B), lambda seen: seen == NhState.UP)
            # Nobody asks: it leaves, and the Tell with it.
            await until(lambda: server.tells, lambda seen: not seen)
            assert state(a, B) is None

    asyncio.run(main())


def test_by_nh_reach_alone_a_routes_next_hop_is_tried_though_nobody_asks(eal):
    """A server does not ask about a member that it knows to have no BFD, and can say so by BGP-LS alone."""

    async def main():
        async with ScriptedServer((*UNICAST, *NH_REACH)) as server, Exchange() as exchange:
            a = await exchange.start(member(server))
            await exchange.start(client("b", bfd=False))
            await until(lambda: server.peer)
            server.announce(bgp.IPV6_UNICAST, (ip_network("2001:db8:f::/48"),), B6)
            await until(lambda: a.manager.session_of(B6))
            await until(lambda: session(a, B6).send_packet_count, lambda seen: seen >= 3)
            assert hop(a, B6)["asked-by"] == [{"user": f"bgp 127.0.0.1:{server.port}", "by": ["route"]}]
            await until(lambda: server.tells, lambda seen: seen == {B6: NhState.UNKNOWN})
            assert [(one.address, one.state) for one in a.nexthops()] == [(B6, UNKNOWN)]
            assert (reporter(a)["asks"], reporter(a)["routes"]) == (0, 1)

    asyncio.run(main())


def test_what_is_asked_outside_the_lan_is_refused_and_counted(eal):
    async def main():
        async with ScriptedServer((*UNICAST, *NH_REACH)) as server, Exchange() as exchange:
            a = await exchange.start(member(server))
            await until(lambda: server.peer)
            server.ask(ip_address("203.0.113.7"), ip_address("2001:db8:1::1"), B)
            server.announce(bgp.nh_reach(4), (NhReachNlri(B, True, NhState.DOWN),))
            await until(lambda: reporter(a)["not-used"]["tells"], lambda seen: seen == 1)
            assert reporter(a)["not-used"]["asks-outside-lan"] == 2
            assert [entry.address for entry in a.nexthops()] == [B]
            assert reporter(a)["asks"] == 1

    asyncio.run(main())


def test_an_ipv4_route_with_an_ipv6_next_hop_is_watched_and_told_as_that_ipv6_address(eal):
    """RFC 8950. The family of the next hop counts: nothing is known of B's IPv4 address, and nothing told."""

    async def main():
        both = (bgp.ExtendedNextHop(bgp.IPV4_UNICAST, 2),)
        families = (*UNICAST, *NH_REACH)
        async with ScriptedServer(families, extended_next_hop=both) as server, Exchange() as exchange:
            a = await exchange.start(member(server, families="extended-next-hop = true"))
            await exchange.start(waiting())
            await until(lambda: server.peer)
            server.announce(bgp.IPV4_UNICAST, (ip_network("203.0.113.0/24"),), B6)
            await until(lambda: server.tells, lambda seen: seen == {B6: NhState.UP})
            assert [entry.address for entry in a.nexthops()] == [B6]
            assert hop(a, B6)["asked-by"] == [{"user": f"bgp 127.0.0.1:{server.port}", "by": ["route"]}]
            (told,) = hop(a, B6)["told"]
            assert (told["state"], told["transport"]) == ("up", "nh-reach")
            assert reporter(a)["routes"] == 1
            exchange.cut()
            await until(lambda: server.tells, lambda seen: seen == {B6: NhState.DOWN})
            assert session(a, B6).nexthop_state is NextHopState.DEAD

    asyncio.run(main())


def test_a_server_with_both_is_told_by_bgp_ls_and_by_nh_reach_once_that_is_given_up(eal):
    async def main():
        families = (*LS, *NH_REACH)
        async with ScriptedServer(families) as server, Exchange() as exchange:
            a = await exchange.start(member(server))
            await exchange.start(waiting())
            await until(lambda: server.peer)
            server.ask(B)
            await up(a, B)
            await until(lambda: server.links, lambda seen: len(seen) == 4)
            assert (reporter(a)["transport"], server.tells) == ("bgp-ls", {})
            assert server.done == set(families)
            # Framing that no reader can follow costs the family; what is known is told by the other one.
            server.announce(bgp.BGP_LS, (bgp.OpaqueNlri(b"\0\1\xff\xff\0"),), ip_address("198.51.100.250"))
            await until(lambda: server.tells, lambda seen: seen == {B: NhState.UP})
            assert reporter(a)["transport"] == "nh-reach"
            assert server.links == set(), "what was told by the family that was given up is taken back"
            assert reporter(a)["malformed"] == {"bgp-ls-framing": 1}
            exchange.cut()
            await until(lambda: server.tells, lambda seen: seen == {B: NhState.DOWN})

    asyncio.run(main())


@pytest.mark.parametrize("wanted", ["nh-reach", "bgp-ls"])
def test_the_transport_can_be_chosen_and_changed_without_a_new_session(eal, wanted):
    async def main():
        other = "bgp-ls" if wanted == "nh-reach" else "nh-reach"
        async with ScriptedServer((*LS, *NH_REACH)) as server, Exchange() as exchange:
            a = await exchange.start(member(server, extra=f'[report]\ntransport = "{other}"\n'))
            await exchange.start(waiting())
            await until(lambda: server.peer)
            server.ask(B)
            await until(lambda: hop(a, B)["told"] if a.nexthops() else [], lambda seen: seen)
            since = server.peer
            await a.reload(member(server, extra=f'[report]\ntransport = "{wanted}"\n'))
            assert reporter(a)["transport"] == wanted
            await up(a, B)
            if wanted == "nh-reach":
                await until(lambda: server.tells, lambda seen: seen == {B: NhState.UP})
                assert server.links == set()
            else:
                await until(lambda: server.links, lambda seen: len(seen) == 4)
                assert server.tells == {}
            assert server.peer is since

    asyncio.run(main())


def test_a_server_that_offers_neither_leaves_us_to_watch_for_ourselves(eal):
    async def main():
        async with ScriptedServer(UNICAST) as server, Exchange() as exchange:
            a = await exchange.start(member(server))
            await exchange.start(waiting())
            await until(lambda: server.peer)
            server.announce(bgp.IPV6_UNICAST, (ip_network("2001:db8:f::/48"),), B6)
            await up(a, B6)
            assert hop(a, B6)["asked-by"] == [{"user": f"bgp 127.0.0.1:{server.port}", "by": ["route"]}]
            assert hop(a, B6)["told"] == []
            assert (reporter(a)["transport"], reporter(a)["not-reporting"]) == (None, "not-offered")
            await until(lambda: session(a, B6).detection_time_us, lambda seen: seen == 200_000)
            exchange.cut()
            await until(lambda: state(a, B6), lambda seen: seen is DOWN)
            assert session(a, B6).nexthop_state is NextHopState.DEAD
            assert exchange.seen("a", Told) == []

    asyncio.run(main())


@pytest.mark.parametrize("merge", [True, False])
def test_two_servers_share_sessions_and_hear_of_all_or_of_what_they_asked_for(eal, merge):
    async def main():
        families = (*UNICAST, *NH_REACH)
        async with (
            ScriptedServer(families, 253) as one,
            ScriptedServer(families, 254) as two,
            Exchange() as exchange,
        ):
            extra = f'[report]\nmerge = {str(merge).lower()}\n[nhib]\nlinger = "200ms"\n'
            a = await exchange.start(member(one, two, extra=extra))
            await exchange.start(waiting())
            await until(lambda: one.peer)
            await until(lambda: two.peer)
            one.ask(B)
            two.ask(B6)
            await up(a, B, B6)
            both = {B: NhState.UP, B6: NhState.UP}
            await until(lambda: one.tells, lambda seen: seen == (both if merge else {B: NhState.UP}))
            await until(lambda: two.tells, lambda seen: seen == (both if merge else {B6: NhState.UP}))
            # It asks for what is tracked already, and hears of it at once.
            two.ask(B)
            await until(lambda: two.tells, lambda seen: seen == both)
            await until(lambda: len(hop(a, B)["asked-by"]), lambda seen: seen == 2)
            assert len([one for one in a.engine.sessions if one.config.dest_addr == B]) == 1
            # Down is told on to who asked once, though it asks no more.
            await until(lambda: session(a, B).detection_time_us, lambda seen: seen == 200_000)
            exchange.cut()
            await until(lambda: one.tells.get(B), lambda seen: seen == NhState.DOWN)
            one.unask(B)
            exchange.cut(False)
            await until(lambda: one.tells.get(B), lambda seen: seen == NhState.UP)

    asyncio.run(main())


def test_profile_l7_needs_to_be_told_whose_address_it_is(eal):
    async def main():
        async with ScriptedServer(LS) as server, Exchange() as exchange:
            a = await exchange.start(member(server, extra='[report]\ntransport = "bgp-ls-l7"\n'))
            await exchange.start(waiting())
            await until(lambda: server.peer)
            server.announce(bgp.IPV6_UNICAST, (ip_network("2001:db8:f::/48"),), B6)
            await up(a, B6)
            await until(lambda: reporter(a)["untold"], lambda seen: seen)
            assert reporter(a)["untold"] == [{"address": str(B6), "why": "no-router"}]
            assert {nlri.protocol_id for nlri in server.links} == {7}
            own = set(server.links)
            server.member(B6, 64501, "192.0.2.2")
            await until(lambda: server.links - own, lambda seen: len(seen) == 2)
            assert all(not isinstance(nlri, RawNlri) for nlri in server.links)
            (link,) = [nlri for nlri in server.links if hasattr(nlri, "neighbour")]
            assert (link.interface, link.neighbour, link.identifier) == (A6, B6, 1)
            # A second address of the same router: a Node would stand for two.
            server.member(B6 + 1, 64501, "192.0.2.2")
            await until(lambda: server.links, lambda seen: seen == own)
            assert {"address": str(B6), "why": "two-addresses"} in reporter(a)["untold"]

    asyncio.run(main())
