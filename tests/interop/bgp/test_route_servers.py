# SPDX-License-Identifier: Apache-2.0
"""BIRD and OpenBGPD as route servers: their routes arrive with the members' next hops, and go again."""

import asyncio
from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.bench.daemons.bird import Bird
from bfd_fastpath.bench.daemons.openbgpd import Openbgpd
from bfd_fastpath.wire.bgp import BGP_LS, IPV4_UNICAST, IPV6_UNICAST
from tests.interop.bgp.ourselves import ASN, Ourselves, connected, eventually

WE = "127.0.23.2"
ROUTE4, ROUTE6 = ip_network("203.0.113.0/24"), ip_network("2001:db8:113::/48")
X4, X6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")


@pytest.mark.interop("bird")
@pytest.mark.parametrize(
    "security", ["", 'password "s3cret"; ttl security on;'], ids=["plain", "md5 and gtsm"]
)
def test_routes_of_bird_arrive_and_are_withdrawn(tmp_path, security):
    ours = {"password": b"s3cret", "gtsm": True} if security else {}

    async def story():
        with Bird(tmp_path / "bird", 64530, "127.0.23.1", (WE, ASN), security) as bird:
            async with connected(Ourselves(WE, bird.address, bird.port, **ours)) as us:
                assert us.speaker.peer.families == {IPV4_UNICAST, IPV6_UNICAST}
                assert BGP_LS not in us.speaker.peer.capabilities.families
                await eventually(lambda: us.ended(IPV4_UNICAST) and us.ended(IPV6_UNICAST))
                await asyncio.to_thread(bird.announce, [str(ROUTE4), str(ROUTE6)])
                await eventually(lambda: len(us.routes) == 2, lambda: us.events)
                assert us.routes[ROUTE4][0] == X4
                assert us.routes[ROUTE6][0] == X6
                await asyncio.to_thread(bird.announce, [str(ROUTE6)])
                await eventually(lambda: set(us.routes) == {ROUTE6})

    asyncio.run(story())


@pytest.mark.interop("bird")
def test_bird_resends_its_routes_when_asked(tmp_path):
    async def story():
        with Bird(tmp_path / "bird", 64530, "127.0.23.1", (WE, ASN)) as bird:
            bird.announce([str(ROUTE4)])
            async with connected(Ourselves(WE, bird.address, bird.port)) as us:
                await eventually(lambda: ROUTE4 in us.routes)
                us.routes.clear()
                us.speaker.send_refresh(IPV4_UNICAST)
                await eventually(lambda: ROUTE4 in us.routes)

    asyncio.run(story())


@pytest.mark.root
@pytest.mark.interop("openbgpd")
@pytest.mark.parametrize("security", ["", "tcp md5sig password s3cret"], ids=["plain", "md5"])
def test_routes_of_openbgpd_arrive_and_are_withdrawn(tmp_path, security):
    ours = {"password": b"s3cret"} if security else {}

    async def story():
        with Openbgpd(tmp_path / "bgpd", 64540, "127.0.23.3", (WE, ASN), security) as bgpd:
            async with connected(Ourselves(WE, bgpd.address, bgpd.port, **ours)) as us:
                assert us.speaker.peer.families == {IPV4_UNICAST, IPV6_UNICAST}
                await asyncio.to_thread(bgpd.announce, str(ROUTE4), str(X4))
                await asyncio.to_thread(bgpd.announce, str(ROUTE6), str(X6))
                await eventually(lambda: len(us.routes) == 2, lambda: us.events)
                assert us.routes[ROUTE4][0] == X4
                assert us.routes[ROUTE6][0] == X6
                await asyncio.to_thread(bgpd.withdraw, str(ROUTE4))
                await eventually(lambda: set(us.routes) == {ROUTE6})

    asyncio.run(story())
