# SPDX-License-Identifier: Apache-2.0
"""The kernel's routes, mirrored: what FRR, BIRD and operators put there, as it comes, changes and goes."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address, ip_network

import pytest
from structlog.testing import capture_logs

from bfd_fastpath.net.kernel_route import KernelHop, KernelRoute, RouteType
from bfd_fastpath.net.kernel_routes import Changes, KernelRoutes
from tests.interop.support.namespace import Namespace
from tests.net.test_kernel_neighbours import inside

pytestmark = pytest.mark.root

NET, NET6 = ip_network("10.0.0.0/8"), ip_network("2001:db8:5::/48")
A, B, A6, B6 = map(ip_address, ("192.0.2.2", "192.0.2.3", "2001:db8::2", "2001:db8::3"))
Body = Callable[["Watch"], Awaitable[None]]


class Watch:
    """A mirror of the routes by interfaces lan0 and lan1 of a namespace, and what it says now."""

    def __init__(self, space: Namespace, receive_octets: int) -> None:
        self.space = space
        self.routes: dict[object, KernelRoute] = {}
        self.batches: list[int] = []
        self.mirror = KernelRoutes(self._hear, receive_octets=receive_octets)
        self.indices = [int(space.run("cat", f"/sys/class/net/lan{number}/ifindex")) for number in range(2)]
        self.mirror.set_interfaces(self.indices)

    def _hear(self, changes: Changes) -> None:
        self.batches.append(len(changes))
        for prefix, route in changes.items():
            if route is None:
                del self.routes[prefix]
            else:
                self.routes[prefix] = route

    async def ip(self, words: str) -> None:
        """`ip` without holding the loop up."""
        await asyncio.to_thread(self.space.run, "ip", *words.split())

    async def until(
        self, prefix: object, *hops: KernelHop, type: RouteType | None = RouteType.UNICAST
    ) -> None:
        """None: there is no route."""
        async with asyncio.timeout(20):
            while True:
                route = self.routes.get(prefix)
                if (route is None) == (type is None) and (
                    route is None or (route.type is type and set(route.hops) == set(hops))
                ):
                    return
                await asyncio.sleep(0.01)

    def hop(self, via: object, weight: int = 1, interface: int = 0) -> KernelHop:
        return KernelHop(self.indices[interface], via, weight)  # type: ignore[arg-type]


@pytest.fixture
def space():
    with Namespace("kroutes") as made:
        for name in ("lan0", "lan1", "other"):
            made.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-far")
            made.run("sysctl", "-qw", f"net.ipv6.conf.{name}.accept_dad=0")
            made.run("ip", "link", "set", f"{name}-far", "up")
            made.run("ip", "link", "set", name, "up")
        made.run("ip", "address", "add", "192.0.2.1/24", "dev", "lan0")
        made.run("ip", "address", "add", "2001:db8::1/64", "dev", "lan0", "nodad")
        made.run("ip", "address", "add", "198.51.100.1/24", "dev", "lan1")
        made.run("ip", "address", "add", "203.0.113.1/24", "dev", "other")
        yield made


def watched(space: Namespace, body: Body, receive_octets: int = 1 << 20) -> None:
    async def run() -> None:
        watch = Watch(space, receive_octets)
        await watch.mirror.start()
        try:
            await body(watch)
        finally:
            await watch.mirror.close()

    inside(space.name, run)


def test_routes_that_were_there_are_told_and_no_others(space):
    for words in (
        "10.0.0.0/8 via 192.0.2.2 proto bgp",
        "10.9.0.0/16 via 203.0.113.2",
        "10.8.0.0/16 via 192.0.2.2 table 100",
        "blackhole 10.7.0.0/16 proto bird",
        "prohibit 10.6.0.0/16",
        "10.5.0.0/16 dev lan1",
    ):
        space.run("ip", "route", "add", *words.split())
    for words in ("2001:db8:5::/48 via 2001:db8::2", "unreachable 2001:db8:6::/48"):
        space.run("ip", "-6", "route", "add", *words.split())

    async def body(watch: Watch) -> None:
        await watch.until(NET, watch.hop(A))
        await watch.until(ip_network("10.7.0.0/16"), type=RouteType.BLACKHOLE)
        await watch.until(ip_network("10.6.0.0/16"), type=RouteType.PROHIBIT)
        await watch.until(ip_network("10.5.0.0/16"), watch.hop(None, interface=1))
        await watch.until(NET6, watch.hop(A6))
        await watch.until(ip_network("2001:db8:6::/48"), type=RouteType.UNREACHABLE)
        assert len(watch.routes) == 6
        assert watch.routes[NET].protocol == 186

    watched(space, body)


def test_a_route_comes_changes_and_goes(space):
    async def body(watch: Watch) -> None:
        await watch.ip("route add 10.0.0.0/8 via 192.0.2.2")
        await watch.until(NET, watch.hop(A))
        await watch.ip(
            "route replace 10.0.0.0/8 nexthop via 192.0.2.2 weight 3 nexthop via 198.51.100.2 weight 1"
        )
        far = watch.hop(ip_address("198.51.100.2"), 1, 1)
        await watch.until(NET, watch.hop(A, 3), far)
        await watch.ip("route replace 10.0.0.0/8 nexthop via 203.0.113.2 nexthop via 198.51.100.2")
        await watch.until(NET, far)
        await watch.ip("route replace 10.0.0.0/8 via inet6 2001:db8::2 dev lan0")
        await watch.until(NET, watch.hop(A6))
        await watch.ip("route add 10.0.0.0/8 via 192.0.2.3 metric 5")
        await watch.ip("route del 10.0.0.0/8 via inet6 2001:db8::2 dev lan0")
        await watch.until(NET, watch.hop(B))
        await watch.ip("route add 10.0.0.0/8 via 203.0.113.2")
        await watch.until(NET, type=None)
        await watch.ip("route del 10.0.0.0/8 via 203.0.113.2")
        await watch.until(NET, watch.hop(B))
        await watch.ip("route append 10.0.0.0/8 via 192.0.2.2 metric 5")
        await watch.ip("route del 10.0.0.0/8 via 192.0.2.3 metric 5")
        await watch.until(NET, watch.hop(A))

    watched(space, body)


def test_ipv6_next_hops_come_and_go_one_by_one(space):
    async def body(watch: Watch) -> None:
        await watch.ip(
            "-6 route add 2001:db8:5::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::3 weight 2"
        )
        await watch.until(NET6, watch.hop(A6), watch.hop(B6, 2))
        await watch.ip("-6 route del 2001:db8:5::/48 via 2001:db8::2")
        await watch.until(NET6, watch.hop(B6, 2))
        await watch.ip("-6 route append 2001:db8:5::/48 via 2001:db8::2")
        await watch.until(NET6, watch.hop(A6), watch.hop(B6, 2))
        await watch.ip("-6 route del 2001:db8:5::/48")
        await watch.until(NET6, type=None)

    watched(space, body)


def test_next_hop_objects_are_followed(space):
    async def body(watch: Watch) -> None:
        for words in ("id 1 via 192.0.2.2 dev lan0", "id 2 via 192.0.2.3 dev lan0", "id 9 group 1/2"):
            await watch.ip(f"nexthop add {words}")
        await watch.ip("route add 10.0.0.0/8 nhid 9")
        await watch.until(NET, watch.hop(A), watch.hop(B))
        await watch.ip("nexthop replace id 9 group 1,3/2,1")
        await watch.until(NET, watch.hop(A, 3), watch.hop(B, 1))
        await watch.ip("nexthop replace id 1 via 192.0.2.7 dev lan0")
        await watch.until(NET, watch.hop(ip_address("192.0.2.7"), 3), watch.hop(B))
        await watch.ip("nexthop del id 1")
        await watch.until(NET, watch.hop(B))
        await watch.ip("nexthop del id 2")
        await watch.until(NET, type=None)

    watched(space, body)


def test_what_goes_without_a_word_is_noticed(space):
    """The kernel does not tell which routes of IPv4 go with an interface or an address."""

    async def body(watch: Watch) -> None:
        await watch.ip("route add 10.0.0.0/8 via 198.51.100.2")
        await watch.until(NET, watch.hop(ip_address("198.51.100.2"), 1, 1))
        await watch.ip("link set lan1 down")
        await watch.until(NET, type=None)
        await watch.ip("route add 10.0.0.0/8 via 192.0.2.2")
        await watch.until(NET, watch.hop(A))
        await watch.ip("address del 192.0.2.1/24 dev lan0")
        await watch.until(NET, type=None)

    watched(space, body)


def test_next_hop_objects_go_with_the_carrier(space):
    """The kernel removes them, and their routes of IPv4, and tells nobody (FRR's zebra finds them gone)."""

    async def body(watch: Watch) -> None:
        both, single = NET, ip_network("10.9.0.0/16")
        for words in ("id 1 via 192.0.2.2 dev lan0", "id 2 via 198.51.100.2 dev lan1", "id 9 group 1/2"):
            await watch.ip(f"nexthop add {words}")
        await watch.ip(f"route add {both} nhid 9")
        await watch.ip(f"route add {single} nhid 2")
        await watch.until(both, watch.hop(A), watch.hop(ip_address("198.51.100.2"), 1, 1))
        await watch.until(single, watch.hop(ip_address("198.51.100.2"), 1, 1))
        await watch.ip("link set lan1-far down")
        await watch.until(both, watch.hop(A))
        await watch.until(single, type=None)

    watched(space, body)


def test_an_interface_of_interest_may_come_later(space):
    async def body(watch: Watch) -> None:
        await watch.ip("route add 10.0.0.0/8 via 192.0.2.2")
        await watch.until(NET, watch.hop(A))
        watch.mirror.set_interfaces(watch.indices[1:])
        await watch.until(NET, type=None)
        watch.mirror.set_interfaces(watch.indices)
        await watch.until(NET, watch.hop(A))

    watched(space, body)


def test_more_than_the_socket_holds_is_read_again_and_told_in_batches(space):
    batch = space.directory / "many"
    count = 3000
    batch.write_text(
        "".join(f"route add 10.{number >> 8}.{number & 255}.0/24 via 192.0.2.2\n" for number in range(count))
    )

    async def body(watch: Watch) -> None:
        await watch.ip("route add 192.0.2.128/32 via 192.0.2.3")
        await watch.until(ip_network("192.0.2.128/32"), watch.hop(B))
        # The loop does not look at its socket meanwhile.
        space.run("ip", "-batch", batch)
        async with asyncio.timeout(60):
            while len(watch.routes) < count + 1:
                await asyncio.sleep(0.01)
        assert max(watch.batches) <= 1000

    with capture_logs() as logs:
        watched(space, body, receive_octets=1 << 15)
    assert any("notifications lost" in one["event"] for one in logs)
