# SPDX-License-Identifier: Apache-2.0
"""What BGP neighbours offer becomes routes of the engine: the best path, and the other next hops behind it."""

import asyncio
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_address, ip_network

import pytest

import pydp
from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.bgp_routes import BgpRoutes
from bfd_fastpath.router.events import Address, Prefix, RoutesLearned, RoutesWithdrawn
from bfd_fastpath.router.links import Links
from bfd_fastpath.router.paths import Merit, Path
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.rib import Offer, Rib, Source
from bfd_fastpath.router.target import Gateway, Group, Remote, Target, Through, Wanted, of_gateways
from bfd_fastpath.session import Attachment
from tests.router.exchange import PREFIX_B, B, Exchange, client, config, until, up, via

pytestmark = pytest.mark.eal
NET, OTHER = ip_network("10.0.0.0/8"), ip_network("10.1.0.0/16")
FAR = ip_address("192.0.2.77")
MERIT = Merit(1, 0, 64501)
PEERS = """
[router]
asn = 64500
router-id = "192.0.2.1"
[[port]]
name = "lan0"
devargs = "given"
addresses = ["198.51.100.1/24"]
[[neighbor]]
address = "198.51.100.251"
remote-as = 64499
[[neighbor]]
address = "198.51.100.252"
remote-as = 64499
[[neighbor]]
address = "198.51.100.253"
remote-as = 64500
[[neighbor]]
address = "10.254.0.1"
remote-as = 64498
"""


def hop(number: int) -> Address:
    return ip_address(f"198.51.100.{number}")


def gateway(number: int) -> Gateway:
    return Gateway(0, 0, hop(number))


class Neighbours:
    """Four peers of a router, fed with events of their sessions, and an engine."""

    def __init__(self, places: int = 64) -> None:
        self.near, self.far = pydp.link("bgpr")
        self.engine = pydp.Engine("bgpr", max_nexthops=places)
        self.engine.attach(self.near)
        self.engine.address_add(0, "198.51.100.1/24")
        wanted = config(PEERS)
        self.peers = [Peer(one, wanted, (), tuple, lambda peer, events: None) for one in wanted.neighbors]
        self.rib = Rib(self.engine, places)
        self.routes = BgpRoutes(self.rib, lambda: self.peers)
        self.follow("198.51.100.1/24")
        self.routes.set(True)

    def follow(self, *ours: str) -> None:
        parts = [one.split("/") for one in ours]
        self.routes.follow(
            Links(
                Attachment(0, "lan0", ip_address(address), ip_network(f"{address}/{length}", strict=False))
                for address, length in parts
            )
        )

    def announce(self, peer: int, next_hop: Address, *prefixes: Prefix, merit: Merit = MERIT) -> None:
        path = Path(f"{next_hop} {merit}".encode(), next_hop, merit)
        for run in Run.of(prefixes):
            news = self.peers[peer].learned.announce(run, path, 0)
            self.routes.happened(RoutesLearned(0, hop(251), part, next_hop) for part in news)

    def withdraw(self, peer: int, *prefixes: Prefix) -> None:
        for run in Run.of(prefixes):
            gone = self.peers[peer].learned.withdraw(run)
            self.routes.happened(RoutesWithdrawn(0, hop(251), part, path.next_hop) for path, part in gone)

    def close(self) -> None:
        self.engine.close()
        self.near.close()
        self.far.close()

    def leads(self, prefix: Prefix) -> Target | None:
        """Where the engine's route leads; None: there is none."""
        number = self.engine.routes.get(prefix)
        return dict(self.rib.next_hops.items())[number] if number is not None else None


@pytest.fixture
def neighbours(eal: None) -> Iterator[Neighbours]:
    made = Neighbours()
    yield made
    made.close()


def test_a_route_goes_by_its_next_hop_and_ebgp_has_preference_20(neighbours: Neighbours) -> None:
    neighbours.announce(0, hop(2), NET, OTHER)
    assert neighbours.leads(NET) == neighbours.leads(OTHER) == gateway(2)
    ((source, offer),) = neighbours.rib.offers(NET)
    assert (source, offer.preference) == (Source.BGP, 20)
    neighbours.withdraw(0, NET)
    assert neighbours.leads(NET) is None
    assert neighbours.leads(OTHER) == gateway(2)
    neighbours.announce(2, hop(3), NET)
    assert neighbours.rib.offers(NET)[0][1].preference == 200


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Merit(1, 2, 64501), Merit(2, 0, 64501)),
        (Merit(1, 0, 64501), Merit(1, 1, 64501)),
        (Merit(1, 0, 64501, med=5), Merit(1, 0, 64501, med=6)),
        (Merit(9, 2, 64501, local_pref=101), Merit(1, 0, 64501)),
    ],
)
@pytest.mark.parametrize("first", [0, 1])
def test_of_two_paths_the_better_is_used_and_the_other_is_its_backup(
    neighbours: Neighbours, better: Merit, worse: Merit, first: int
) -> None:
    neighbours.announce(first, hop(2), NET, merit=better)
    neighbours.announce(1 - first, hop(3), NET, merit=worse)
    assert neighbours.leads(NET) == Group(((gateway(2), 1),), (gateway(3),))
    neighbours.withdraw(first, NET)
    assert neighbours.leads(NET) == gateway(3)


def test_of_equal_paths_an_external_one_is_used_and_then_that_of_the_lower_address(
    neighbours: Neighbours,
) -> None:
    neighbours.announce(2, hop(4), NET)
    neighbours.announce(1, hop(3), NET)
    neighbours.announce(0, hop(2), NET)
    assert neighbours.leads(NET) == Group(((gateway(2), 1),), (gateway(3), gateway(4)))


def test_two_servers_with_the_same_next_hop_make_no_group(neighbours: Neighbours) -> None:
    neighbours.announce(0, hop(2), NET)
    neighbours.announce(1, hop(2), NET)
    assert neighbours.leads(NET) == gateway(2)


def test_a_next_hop_at_no_link_of_ours_is_not_used_until_there_is_one(neighbours: Neighbours) -> None:
    neighbours.announce(0, FAR, NET)
    neighbours.announce(0, hop(1), OTHER)
    assert neighbours.leads(NET) is None
    assert neighbours.leads(OTHER) is None, "our own address leads nowhere"
    neighbours.engine.address_add(0, "192.0.2.1/24")
    neighbours.follow("198.51.100.1/24", "192.0.2.1/24")
    assert neighbours.leads(NET) == Gateway(0, 0, FAR)


LOOPBACK, BELOW = ip_address("10.255.0.7"), ip_network("10.255.0.0/24")


def static(
    neighbours: Neighbours, prefix: Prefix, target: Wanted | None, source: Source = Source.STATIC
) -> None:
    offers, gone = ({}, [prefix]) if target is None else ({prefix: Offer(1, target)}, [])
    assert not neighbours.rib.change(source, offers, gone)


def test_a_next_hop_behind_an_inner_neighbour_goes_by_the_route_that_leads_there_and_follows_it(
    neighbours: Neighbours,
) -> None:
    neighbours.announce(2, LOOPBACK, NET, OTHER)
    assert neighbours.leads(NET) is None
    assert neighbours.routes.why(neighbours.peers[2], LOOPBACK) == "no route leads to 10.255.0.7"
    static(neighbours, BELOW, gateway(4))
    assert neighbours.leads(NET) == neighbours.leads(OTHER) == gateway(4)
    assert neighbours.routes.why(neighbours.peers[2], LOOPBACK) is None
    longer = ip_network("10.255.0.0/28")
    static(neighbours, longer, of_gateways([(gateway(5), 1), (gateway(6), 3)]), Source.KERNEL)
    assert neighbours.leads(NET) == Group(((gateway(5), 1), (gateway(6), 3)))
    static(neighbours, BELOW, gateway(7))
    assert neighbours.leads(NET) == Group(((gateway(5), 1), (gateway(6), 3))), "the longest prefix says where"
    static(neighbours, longer, None, Source.KERNEL)
    assert neighbours.leads(NET) == neighbours.leads(OTHER) == gateway(7)
    static(neighbours, BELOW, None)
    assert neighbours.leads(NET) is None
    assert neighbours.engine.routes.info().ipv4_routes == 0


def test_next_hops_resolve_by_no_route_of_bgp_and_by_no_default_route(neighbours: Neighbours) -> None:
    """RFC 4271 9.1.2.1: a route is never resolved by itself, be it by way of another."""
    neighbours.announce(2, LOOPBACK, ip_network("10.255.0.0/16"))
    neighbours.announce(0, hop(2), ip_network("10.255.0.0/20"))
    static(neighbours, ip_network("0.0.0.0/0"), gateway(4))
    assert neighbours.leads(ip_network("10.255.0.0/20")) == gateway(2)
    assert neighbours.leads(ip_network("10.255.0.0/16")) is None
    # The static route goes by BGP's, which goes by the static route.
    static(neighbours, BELOW, Through(((Remote(ip_address("10.255.99.1")), 1),)))
    assert neighbours.leads(ip_network("10.255.0.0/16")) is None
    static(neighbours, BELOW, gateway(5))
    assert neighbours.leads(ip_network("10.255.0.0/16")) == gateway(5)


def test_a_path_whose_next_hop_nothing_leads_to_is_not_chosen(neighbours: Neighbours) -> None:
    neighbours.announce(2, LOOPBACK, NET, merit=Merit(1, 0, 64501, local_pref=200))
    neighbours.announce(0, hop(2), NET)
    assert neighbours.leads(NET) == gateway(2)
    assert neighbours.rib.offers(NET)[0][1].preference == 20
    static(neighbours, BELOW, of_gateways([(gateway(4), 1)], [gateway(5)]))
    assert neighbours.leads(NET) == Group(((gateway(4), 1),), (gateway(5), gateway(2)))
    assert neighbours.rib.offers(NET)[0][1].preference == 200
    static(neighbours, BELOW, None)
    assert neighbours.leads(NET) == gateway(2)


def test_a_neighbour_on_our_link_in_another_as_has_to_name_next_hops_there(neighbours: Neighbours) -> None:
    """RFC 4271 6.3."""
    static(neighbours, BELOW, gateway(4))
    neighbours.announce(0, LOOPBACK, NET)
    assert neighbours.leads(NET) is None
    why = neighbours.routes.why(neighbours.peers[0], LOOPBACK)
    assert why == "10.255.0.7 is on no link of ours, as next hops of 198.51.100.251 have to be"
    neighbours.announce(3, LOOPBACK, OTHER)
    assert neighbours.leads(OTHER) == gateway(4), "one beyond the link may"


def test_ipv6_next_hops_and_those_of_the_other_family_resolve_likewise(neighbours: Neighbours) -> None:
    far = ip_address("2001:db8:ff::7")
    neighbours.announce(2, far, NET, ip_network("2001:db8:5::/48"))
    static(neighbours, ip_network("2001:db8:ff::/64"), gateway(4), Source.KERNEL)
    assert neighbours.leads(NET) == neighbours.leads(ip_network("2001:db8:5::/48")) == gateway(4)


def test_where_no_group_finds_room_the_best_path_goes_alone(eal: None) -> None:
    small = Neighbours(places=3)
    small.announce(0, hop(2), NET)
    small.announce(1, hop(3), OTHER)
    small.announce(1, hop(3), NET, merit=Merit(2, 0, 64501))
    assert small.leads(NET) == gateway(2)
    assert not small.rib.refused()
    small.close()


def test_many_prefixes_come_and_go_with_their_peer_and_with_the_switch(neighbours: Neighbours) -> None:
    many = [IPv4Network((0x0B000000 + (number << 8), 24)) for number in range(3000)]
    neighbours.announce(0, hop(2), *many)
    assert neighbours.engine.routes.info().ipv4_routes == 3000
    neighbours.routes.set(False)
    assert neighbours.engine.routes.info().ipv4_routes == 0
    assert neighbours.engine.nexthops.list() == []
    neighbours.routes.set(True)
    assert neighbours.engine.routes.info().ipv4_routes == 3000
    neighbours.withdraw(0, *many)
    assert neighbours.engine.routes.info().ipv4_routes == 0


def test_a_route_of_the_server_is_guarded_by_bfd_and_leaves_with_the_servers_withdrawal(eal: None) -> None:
    async def main() -> None:
        async with Exchange() as exchange:
            port = await exchange.serve()
            a = await exchange.start(client("a", port, extra="[forwarding]\nenabled = true"))
            await exchange.start(client("b", port, announce=via(PREFIX_B, B)))
            routes, hops = a.engine.routes, a.engine.nexthops
            number = await until(lambda: routes.get(PREFIX_B))
            assert hops.read(number).config == pydp.NextHopConfig.adjacent(B, 0)
            await up(a, B)
            assert hops.read(number).state is pydp.NextHopState.LIVE
            exchange.cut()
            await until(lambda: routes.get(PREFIX_B), lambda seen: seen is None)
            exchange.cut(False)
            await until(lambda: routes.get(PREFIX_B))
            assert exchange.server is not None
            await exchange.server.stop()
            await until(lambda: routes.get(PREFIX_B), lambda seen: seen is None)

    asyncio.run(main())
