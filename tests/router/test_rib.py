# SPDX-License-Identifier: Apache-2.0
"""Which route is used, by which next hop, and what happens when there is no room: against an engine."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

import pydp
from bfd_fastpath.router.rib import Offer, Rib, Source
from bfd_fastpath.router.target import Gateway, Group, Link, Remote, Target, Wanted, of_gateways, of_hops

NET, OTHER, LONGER = ip_network("10.0.0.0/8"), ip_network("10.1.0.0/16"), ip_network("10.1.2.0/24")
NET6 = ip_network("2001:db8:5::/48")
pytestmark = pytest.mark.eal
HOLE = pydp.NextHopKind.BLACKHOLE
A, B, C = (Gateway(0, 0, ip_address(f"192.0.2.{number}")) for number in (2, 3, 4))


class Table:
    """A RIB and its engine with small tables."""

    def __init__(self) -> None:
        self.near, self.far = pydp.link("rib")
        self.engine = pydp.Engine("rib", max_nexthops=6)
        self.engine.attach(self.near)
        self.engine.address_add(0, "192.0.2.1/24")
        self.engine.routes.limit(ipv4_routes=3, ipv6_routes=3, memory_mib=64)
        self.rib = Rib(self.engine, 6)

    def close(self) -> None:
        self.engine.close()
        self.near.close()
        self.far.close()

    def leads(self, prefix: object) -> Target | None:
        """Where the engine's route leads; None: there is none."""
        number = self.engine.routes.get(prefix)  # type: ignore[arg-type]
        return dict(self.rib.next_hops.items())[number] if number is not None else None


@pytest.fixture
def table(eal: None) -> Iterator[Table]:
    made = Table()
    yield made
    made.close()


def offer(target: Wanted, preference: int = 1) -> Offer:
    return Offer(preference, target)


def test_routes_to_the_same_share_a_next_hop_and_what_nothing_uses_goes(table: Table) -> None:
    pair = of_gateways([(A, 1), (B, 2)], [C])
    assert not table.rib.change(Source.STATIC, {NET: offer(A), NET6: offer(A), OTHER: offer(pair)})
    assert table.engine.routes.get(NET) == table.engine.routes.get(NET6)
    assert len(table.engine.nexthops.list()) == 4
    table.rib.change(Source.STATIC, {}, [OTHER])
    assert [target for _, target in table.rib.next_hops.items()] == [A]
    table.rib.replace(Source.STATIC, {})
    assert table.engine.nexthops.list() == []
    assert table.engine.routes.info().ipv4_routes == 0


def test_the_same_members_are_the_same_group() -> None:
    assert of_gateways([(A, 2), (B, 4)]) == of_gateways([(B, 2), (A, 1)])
    assert of_gateways([(A, 5)]) == A
    assert of_gateways([(A, 1), (A, 1), (B, 1)]) == Group(((A, 2), (B, 1)))
    assert of_gateways([(A, 1)], [B, A, B]) == Group(((A, 1),), (B,))
    widest = of_gateways([(A, 1_000_000), (B, 1)])
    assert isinstance(widest, Group)
    assert 1 <= widest.members[1][1] < widest.members[0][1] <= 65_535


def test_of_several_sources_the_preferred_is_used_and_the_next_takes_its_place(table: Table) -> None:
    table.rib.change(Source.STATIC, {NET: offer(A, 5)})
    table.rib.change(Source.CONNECTED, {NET: offer(Link(0, 0), 0)})
    assert table.leads(NET) == Link(0, 0)
    assert [source for source, _ in table.rib.offers(NET)] == [Source.CONNECTED, Source.STATIC]
    table.rib.change(Source.CONNECTED, {}, [NET])
    assert table.leads(NET) == A


def test_what_does_not_change_is_not_touched(table: Table) -> None:
    table.rib.replace(Source.STATIC, {NET: offer(A), OTHER: offer(B)})
    before = table.engine.nexthops.list()
    table.rib.replace(Source.STATIC, {NET: offer(A), OTHER: offer(HOLE)})
    assert table.engine.routes.get(NET) == before[0]
    assert table.leads(OTHER) == HOLE
    assert before[1] not in table.engine.nexthops.list()


def test_a_full_table_names_the_prefix_and_takes_it_when_there_is_room(table: Table) -> None:
    some = {ip_network(f"10.{number}.0.0/16"): offer(A) for number in range(5)}
    refused = table.rib.change(Source.STATIC, some | {NET6: offer(A)})
    assert [one.prefix for one in refused] == list(some)[3:]
    assert "10.3.0.0/16" in str(refused[0].error)
    assert table.leads(NET6) == A
    assert set(table.rib.refused()) == set(list(some)[3:])
    table.rib.change(Source.STATIC, {}, list(some)[:1])
    assert table.leads(ip_network("10.3.0.0/16")) == A
    assert list(table.rib.refused()) == list(some)[4:]


def test_without_room_for_a_next_hop_nothing_is_half_made(table: Table) -> None:
    table.rib.change(Source.STATIC, {NET: offer(A), OTHER: offer(B), LONGER: offer(HOLE)})
    wide = of_gateways([(Gateway(0, 0, ip_address(f"192.0.2.{number}")), 1) for number in (7, 8, 9)])
    (refused,) = table.rib.change(Source.STATIC, {NET: offer(wide)})
    assert refused.prefix == NET
    assert "max-next-hops" in str(refused.error)
    assert table.engine.routes.get(NET) is None, "its old way is offered no more"
    assert len(table.engine.nexthops.list()) == 2
    table.rib.change(Source.STATIC, {}, [OTHER, LONGER])
    assert table.leads(NET) == wide


def test_a_route_that_finds_no_room_leaves_the_one_that_is_still_offered(table: Table) -> None:
    table.rib.change(Source.STATIC, {NET: offer(A, 9), OTHER: offer(B), LONGER: offer(HOLE)})
    wide = of_gateways([(Gateway(0, 0, ip_address(f"192.0.2.{number}")), 1) for number in (7, 8, 9)])
    assert table.rib.change(Source.CONNECTED, {NET: offer(wide, 0)})
    assert table.leads(NET) == A


FAR = of_hops([(Remote(ip_address("10.1.2.9")), 1)])
BEYOND = ip_network("172.16.0.0/12")


def test_a_route_follows_those_that_lead_to_its_next_hop(table: Table) -> None:
    assert not table.rib.change(Source.BGP, {BEYOND: offer(FAR, 20)})
    assert table.leads(BEYOND) is None
    assert table.rib.recursion.of(FAR).why == "no route leads to 10.1.2.9"
    table.rib.change(Source.STATIC, {NET: offer(A)})
    assert table.leads(BEYOND) == A
    table.rib.change(Source.KERNEL, {OTHER: offer(B, 30)})
    assert table.leads(BEYOND) == B
    table.rib.change(Source.STATIC, {NET: offer(C)})
    assert (table.leads(BEYOND), table.leads(NET)) == (B, C)
    table.rib.change(Source.KERNEL, {}, [OTHER])
    assert table.leads(BEYOND) == C
    table.rib.replace(Source.STATIC, {})
    assert (table.leads(BEYOND), table.engine.nexthops.list()) == (None, [])


def test_where_none_leads_to_it_a_less_preferred_route_is_used(table: Table) -> None:
    table.rib.change(Source.BGP, {BEYOND: offer(FAR, 20)})
    table.rib.change(Source.KERNEL, {BEYOND: offer(B, 30)})
    assert table.leads(BEYOND) == B
    table.rib.change(Source.STATIC, {NET: offer(A)})
    assert table.leads(BEYOND) == A


def test_routes_that_lead_to_each_other_are_not_used(table: Table) -> None:
    table.rib.change(Source.STATIC, {NET: offer(A), LONGER: offer(FAR)})
    assert table.leads(LONGER) is None
    assert "which leads there itself" in table.rib.recursion.of(FAR).why
    table.rib.change(Source.STATIC, {}, [LONGER])
    table.rib.change(Source.STATIC, {BEYOND: offer(FAR)})
    assert table.leads(BEYOND) == A


def test_routes_that_nobody_asked_for_cost_those_that_lead_far_nothing(table: Table) -> None:
    table.rib.change(Source.STATIC, {NET: offer(A), BEYOND: offer(FAR)})
    before = table.rib.recursion.of(FAR)
    table.rib.change(Source.KERNEL, {NET6: offer(B, 30)})
    assert table.rib.recursion.of(FAR) is before
