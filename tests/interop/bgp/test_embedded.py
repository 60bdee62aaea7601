# SPDX-License-Identifier: Apache-2.0
"""The embedded route server between BIRD, which knows nothing of reachability, and a client of ours."""

import asyncio
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.lab.server import EmbeddedServer, ExpectedSession
from bfd_fastpath.routeserver.service import EXTENDED_NEXT_HOP
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    LargeCommunity,
    MpReach,
    Origin,
    Update,
    nh_reach,
)
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState
from tests.interop.bgp.bird_client import BirdClient
from tests.interop.bgp.ourselves import ASN, Ourselves, connected, eventually

pytestmark = [pytest.mark.interop("bird"), pytest.mark.timeout(120)]

RS, WE, BIRD = "127.0.28.254", "127.0.28.1", "127.0.28.2"
A4, B4, A6, B6 = map(ip_address, ("198.51.100.1", "198.51.100.2", "2001:db8::1", "2001:db8::2"))
BIRDS4, BIRDS6 = ip_network("203.0.113.0/24"), ip_network("2001:db8:113::/48")
OURS = ip_network("192.0.2.0/24")
FAMILIES = (IPV4_UNICAST, IPV6_UNICAST, nh_reach(4), nh_reach(6))
SETTINGS = ServerSettings(
    64510,
    IPv4Address("192.0.2.254"),
    (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64")),
    (
        ClientSettings("we", ASN, (A4, A6), session_addresses=(ip_address(WE),)),
        ClientSettings("bird", 64501, (B4, B6), session_addresses=(ip_address(BIRD),)),
    ),
)


@asynccontextmanager
async def serving():
    sessions = [ExpectedSession(client, client.session_addresses[0]) for client in SETTINGS.clients]
    server = EmbeddedServer(SETTINGS, sessions, [ip_address(RS)])
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def tell(state, *addresses):
    """By NH-Reach, in the next hops' own families."""
    attributes = Attributes(Origin.IGP, AsPath.sequence(ASN))
    for address in addresses:
        reach = MpReach(nh_reach(address.version), (), (NhReachNlri(address, True, state),))
        yield Update(attributes=attributes, mp_reach=reach)


def test_routes_pass_unmodified_and_leave_only_the_client_that_lost_the_next_hop(tmp_path):
    async def story():
        async with serving() as server, connected(Ourselves(WE, RS, server.port, FAMILIES)) as us:
            policy = "bgp_large_community.add((64510, 1, 64500)); bgp_community.add((65535, 65281));"
            place = RS, server.port, 64510
            with BirdClient(tmp_path / "b", 64501, BIRD, place, [str(BIRDS4), str(BIRDS6)], policy) as bird:
                await eventually(lambda: {BIRDS4, BIRDS6} <= us.routes.keys(), bird.log)
                assert (us.routes[BIRDS4][0], us.routes[BIRDS6][0]) == (B4, B6)
                attributes = us.routes[BIRDS4][1]
                assert attributes.as_path == AsPath.sequence(64501)
                assert attributes.communities == (0xFFFFFF01,)
                assert attributes.large_communities == ()
                kept = LargeCommunity(ASN, 1, 2)
                us.speaker.send(
                    Update(
                        attributes=Attributes(
                            Origin.IGP, AsPath.sequence(ASN), A4, med=7, large_communities=(kept,)
                        ),
                        announced=(OURS,),
                    )
                )
                heard = await eventually(lambda: bird.route(str(OURS)), bird.log)
                for text in (f"BGP.next_hop: {A4}", f"BGP.as_path: {ASN}", "BGP.med: 7", f"({ASN}, 1, 2)"):
                    assert text in heard
                us.speaker.send(*tell(NhState.DOWN, B4))
                await eventually(lambda: BIRDS4 not in us.routes)
                assert BIRDS6 in us.routes
                assert bird.route(str(OURS))
                us.speaker.send(*tell(NhState.DOWN, B6))
                await eventually(lambda: BIRDS6 not in us.routes)
                us.speaker.send(*tell(NhState.UP, B4), *tell(NhState.UNKNOWN, B6))
                await eventually(lambda: {BIRDS4, BIRDS6} <= us.routes.keys())
            await eventually(lambda: us.routes.keys().isdisjoint({BIRDS4, BIRDS6}))

    asyncio.run(story())


def test_birds_ipv4_route_with_an_ipv6_next_hop_is_judged_by_that(tmp_path):
    async def story():
        async with serving() as server:
            us = Ourselves(WE, RS, server.port, FAMILIES, extended_next_hop=(EXTENDED_NEXT_HOP,))
            place = RS, server.port, 64510
            with BirdClient(tmp_path / "b", 64501, BIRD, place, [str(BIRDS4)], next_hop4=str(B6)) as bird:
                async with connected(us):
                    await eventually(lambda: BIRDS4 in us.routes, bird.log)
                    assert us.routes[BIRDS4][0] == B6
                    us.speaker.send(*tell(NhState.DOWN, B6))
                    await eventually(lambda: BIRDS4 not in us.routes)
                    us.speaker.send(*tell(NhState.UP, B6))
                    await eventually(lambda: BIRDS4 in us.routes)

    asyncio.run(story())
