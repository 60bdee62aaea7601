# SPDX-License-Identifier: Apache-2.0
"""GoBGP as the far end: nodes and links of both families arrive behind it and vanish, and its routes arrive here."""

import asyncio
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.bench.daemons.gobgpd import Gobgpd
from bfd_fastpath.wire.bgp import BGP_LS, IPV4_UNICAST, Closed, Established
from bfd_fastpath.wire.bgpls import profile_l7 as l7
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from tests.interop.bgp.exabgp import Exabgp
from tests.interop.bgp.ourselves import ASN, Ourselves, connected, eventually

pytestmark = pytest.mark.interop("gobgpd")

DAEMON, WE, SECOND = "127.0.21.1", "127.0.21.2", "127.0.21.3"
A4, X4 = ip_address("198.51.100.1"), ip_address("198.51.100.2")
A6, X6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
X_ID = IPv4Address("192.0.2.2")
PAIRS = {
    "ipv4": (link(A4, X4), node(X4), "link 198.51.100.1->198.51.100.2", "node 198.51.100.2"),
    "ipv6": (link(A6, X6), node(X6), "link 2001:db8::1->2001:db8::2", "node "),
}


@pytest.fixture
def gobgpd(tmp_path):
    with Gobgpd(tmp_path / "gobgpd", 64510, DAEMON, [(WE, ASN), (SECOND, 64502)]) as daemon:
        yield daemon


def test_nodes_and_links_of_both_families_arrive_behind_gobgp_and_vanish(gobgpd, tmp_path):
    async def story():
        second = Exabgp(tmp_path / "exabgp", 64502, SECOND, (DAEMON, gobgpd.port, gobgpd.asn))
        with second:
            async with connected(Ourselves(WE, DAEMON, gobgpd.port)) as us:
                await eventually(lambda: "up" in second.states(), second.log)
                assert us.speaker.peer.families >= {BGP_LS, IPV4_UNICAST}
                for link_nlri, node_nlri, link_text, node_text in PAIRS.values():
                    us.announce(link_nlri, node_nlri)
                    await eventually(lambda a=link_text, b=node_text: has(second, a) and has(second, b))
                await eventually(lambda: len(second.link_state()) == 4)
                for link_nlri, node_nlri, link_text, node_text in PAIRS.values():
                    us.withdraw(link_nlri)
                    await eventually(lambda text=link_text: not has(second, text))
                    assert has(second, node_text)
                    us.announce(link_nlri)
                    await eventually(lambda text=link_text: has(second, text))
                    us.withdraw(node_nlri, link_nlri)
                    await eventually(lambda text=link_text: not has(second, text))
                await eventually(lambda: second.link_state() == set())
                us.announce(*(PAIRS["ipv4"][:2]))
                await eventually(lambda: len(second.link_state()) == 2)
            await eventually(lambda: second.link_state() == set())

    asyncio.run(story())


def test_profile_l7_arrives_behind_gobgp_in_both_families_and_vanishes(gobgpd, tmp_path):
    ours, far = l7.RouterName(ASN, IPv4Address("192.0.2.1")), l7.RouterName(4_200_000_001, X_ID)
    links = [l7.link(ours, far, A4, X4), l7.link(ours, far, A6, X6)]
    names = {f"router {X_ID} of AS 4200000001, {identifier}" for identifier in (0, 1)}

    async def story():
        second = Exabgp(tmp_path / "exabgp", 64502, SECOND, (DAEMON, gobgpd.port, gobgpd.asn))
        with second:
            async with connected(Ourselves(WE, DAEMON, gobgpd.port)) as us:
                await eventually(lambda: "up" in second.states(), second.log)
                for one, version in zip(links, (4, 6), strict=True):
                    us.announce(one, l7.node(far, version))
                await eventually(
                    lambda: second.link_state() == {f"link {A4}->{X4}", f"link {A6}->{X6}", *names},
                    second.link_state,
                )
                us.withdraw(links[0])
                us.withdraw(links[1])
                await eventually(lambda: second.link_state() == names, second.link_state)
                us.withdraw(l7.node(far, 4))
                us.withdraw(l7.node(far, 6))
                await eventually(lambda: second.link_state() == set(), second.link_state)

    asyncio.run(story())


def has(peer: Exabgp, text: str) -> bool:
    return any(entry.startswith(text) for entry in peer.link_state())


def test_unicast_routes_of_gobgp_arrive_and_are_withdrawn(gobgpd):
    route4, route6 = ip_network("203.0.113.0/24"), ip_network("2001:db8:113::/48")

    async def story():
        async with connected(Ourselves(WE, DAEMON, gobgpd.port)) as us:
            await asyncio.to_thread(
                gobgpd.tell, *f"global rib add {route4} nexthop 198.51.100.2 med 7".split()
            )
            await asyncio.to_thread(
                gobgpd.tell, *f"global rib add {route6} nexthop 2001:db8::2 -a ipv6".split()
            )
            await eventually(lambda: route4 in us.routes and route6 in us.routes)
            assert us.routes[route4][1].as_path.asns == (gobgpd.asn,)
            await asyncio.to_thread(gobgpd.tell, *f"global rib del {route4}".split())
            await asyncio.to_thread(gobgpd.tell, *f"global rib del {route6} -a ipv6".split())
            await eventually(lambda: us.routes == {})

    asyncio.run(story())


def test_a_refusal_by_gobgp_does_not_disturb_us(gobgpd):
    """GoBGP 3.10 takes no node id of 16 octets; our session and its routes must not suffer from that."""
    route = ip_network("203.0.113.0/24")

    async def story():
        async with connected(Ourselves(WE, DAEMON, gobgpd.port)) as us:
            assert not refusal_is_logged(gobgpd)
            us.announce(link(A6, X6, full=True), node(X6, full=True))
            await eventually(lambda: refusal_is_logged(gobgpd), gobgpd.log)
            us.announce(link(A4, X4), node(X4))
            await asyncio.to_thread(gobgpd.tell, *f"global rib add {route} nexthop 198.51.100.2".split())
            await eventually(lambda: route in us.routes, lambda: us.events)
            assert us.speaker.peer is not None
            assert us.told(Closed) == []
            assert len(us.told(Established)) == 1

    asyncio.run(story())


def refusal_is_logged(gobgpd: Gobgpd) -> bool:
    return "Incorrect IGP Router ID length: 16" in gobgpd.log()
