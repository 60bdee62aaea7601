# SPDX-License-Identifier: Apache-2.0
"""FRR and BIRD route, we forward: their BGP runs over our ports, and what they put into the kernel our engine goes by.

One router of ours between two LANs. A neighbour at the left has 10.1.0.0/16 and 2001:db8:a::/48, two at the right have 10.2.0.0/16
and 2001:db8:b::/48 each, all of their addresses. Each says so by BGP to the daemon beside us, IPv4 by a session over IPv4 and IPv6 by
one over IPv6, and has BFD with us.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.interop.support.bird import Bird
from tests.interop.support.follow import REPOSITORY
from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]

OURS = """
[[port]]
name = "left"
devargs = "net_af_xdp0,iface=eth0,force_copy=1"
addresses = ["192.0.2.1/24", "2001:db8:1::1/64"]
host = "tap"

[[port]]
name = "right"
devargs = "net_af_xdp1,iface=eth1,force_copy=1"
addresses = ["198.51.100.1/24", "2001:db8:2::1/64"]
host = "tap"

[forwarding]
enabled = true
routes = ["kernel"]

[[session]]
interface = "right"
dest-addr = "198.51.100.2"
min-interval = "100ms"

[[session]]
interface = "right"
dest-addr = "198.51.100.3"
min-interval = "100ms"

[[session]]
interface = "right"
dest-addr = "2001:db8:2::2"
min-interval = "100ms"

[[session]]
interface = "right"
dest-addr = "2001:db8:2::3"
min-interval = "100ms"
"""
FRR = """
router bgp 65001
 bgp router-id 192.0.2.1
 no bgp ebgp-requires-policy
 neighbor 192.0.2.2 remote-as 65002
 neighbor 192.0.2.2 timers connect 2
 neighbor 198.51.100.2 remote-as 65003
 neighbor 198.51.100.2 timers connect 2
 neighbor 198.51.100.3 remote-as 65003
 neighbor 198.51.100.3 timers connect 2
 neighbor 2001:db8:1::2 remote-as 65002
 neighbor 2001:db8:1::2 timers connect 2
 neighbor 2001:db8:2::2 remote-as 65003
 neighbor 2001:db8:2::2 timers connect 2
 neighbor 2001:db8:2::3 remote-as 65003
 neighbor 2001:db8:2::3 timers connect 2
 address-family ipv4 unicast
  maximum-paths 2
  no neighbor 2001:db8:1::2 activate
  no neighbor 2001:db8:2::2 activate
  no neighbor 2001:db8:2::3 activate
 exit-address-family
 address-family ipv6 unicast
  maximum-paths 2
  neighbor 2001:db8:1::2 activate
  neighbor 2001:db8:2::2 activate
  neighbor 2001:db8:2::2 route-map global in
  neighbor 2001:db8:2::3 activate
  neighbor 2001:db8:2::3 route-map global in
 exit-address-family
exit
route-map global permit 10
 set ipv6 next-hop prefer-global
exit
"""
BIRD = """
router id 192.0.2.1;
protocol device { scan time 2; }
protocol direct { ipv4; ipv6; interface "left", "right"; }
protocol kernel { merge paths on; ipv4 { export where source = RTS_BGP; }; }
protocol kernel { merge paths on; ipv6 { export where source = RTS_BGP; }; }
template bgp beside { local as 65001; connect delay time 1; error wait time 1, 2; }
template bgp four from beside { ipv4 { import all; export where source = RTS_BGP; }; }
template bgp six from beside { ipv6 { import all; export where source = RTS_BGP; }; }
protocol bgp l2 from four { neighbor 192.0.2.2 as 65002; }
protocol bgp r2 from four { neighbor 198.51.100.2 as 65003; }
protocol bgp r3 from four { neighbor 198.51.100.3 as 65003; }
protocol bgp l2six from six { neighbor 2001:db8:1::2 as 65002; }
protocol bgp r2six from six { neighbor 2001:db8:2::2 as 65003; }
protocol bgp r3six from six { neighbor 2001:db8:2::3 as 65003; }
"""
NEIGHBOUR = """
router id {own};
protocol device {{}}
protocol static {{ ipv4; {routes} }}
protocol static {{ ipv6; {routes6} }}
protocol bfd {{
    interface "eth0" {{ min rx interval 100 ms; min tx interval 100 ms; }};
    neighbor {router};
    neighbor {router6};
}}
template bgp router1 {{ connect delay time 1; error wait time 1, 2; }}
protocol bgp four from router1 {{
    local {own} as {asn};
    neighbor {router} as 65001;
    ipv4 {{ import all; export where source = RTS_STATIC; }};
}}
protocol bgp six from router1 {{
    local {own6} as {asn};
    neighbor {router6} as 65001;
    ipv6 {{ import all; export where source = RTS_STATIC; }};
}}
"""
DESTINATIONS = {
    4: [f"10.2.0.{number}" for number in range(1, 17)],
    6: [f"2001:db8:b::{number:x}" for number in range(1, 17)],
}
PREFIXES = {4: "10.2.0.0/16", 6: "2001:db8:b::/48"}


@dataclass
class Neighbour:
    """A router with a prefix of each version behind it, which answers for all addresses of them."""

    space: Namespace
    own: tuple[str, str]
    asn: int
    router: tuple[str, str]
    prefixes: tuple[str, str]

    def __post_init__(self) -> None:
        for prefix in self.prefixes:
            self.space.run("ip", "route", "add", "local", prefix, "dev", "lo")
        self.space.run("ip", "route", "add", "default", "via", self.router[0])
        self.space.run("ip", "-6", "route", "add", "default", "via", self.router[1])
        self.bird = Bird(self.space, self.text(announce=True))

    def text(self, announce: bool) -> str:
        routes, routes6 = (f"route {one} blackhole;" if announce else "" for one in self.prefixes)
        return NEIGHBOUR.format(
            own=self.own[0],
            own6=self.own[1],
            asn=self.asn,
            router=self.router[0],
            router6=self.router[1],
            routes=routes,
            routes6=routes6,
        )

    def pinged(self, version: int) -> int:
        """How many echo requests came here."""
        if version == 6:
            lines = self.space.run("cat", "/proc/net/snmp6").splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("Icmp6InEchos "))
        lines = self.space.run("cat", "/proc/net/snmp").splitlines()
        names, values = (line.split() for line in lines if line.startswith("Icmp:"))
        return int(values[names.index("InEchos")])


class Scene:
    """The two LANs, the neighbours and ourselves."""

    def __init__(self, left: Lan, right: Lan) -> None:
        self.right = right
        self.router = left.member("router", kernel=False)
        right.member("router", kernel=False, space=self.router, interface="eth1")
        self.host = Neighbour(
            left.member("l2", "192.0.2.2/24", "2001:db8:1::2/64"),
            ("192.0.2.2", "2001:db8:1::2"),
            65002,
            ("192.0.2.1", "2001:db8:1::1"),
            ("10.1.0.0/16", "2001:db8:a::/48"),
        )
        self.near = [
            Neighbour(
                right.member(f"r{number}", f"198.51.100.{number}/24", f"2001:db8:2::{number}/64"),
                (f"198.51.100.{number}", f"2001:db8:2::{number}"),
                65003,
                ("198.51.100.1", "2001:db8:2::1"),
                (PREFIXES[4], PREFIXES[6]),
            )
            for number in (2, 3)
        ]
        self.product = Product(self.router, OURS)

    def answered(self, targets: list[str]) -> int:
        """Of echo requests from behind the left neighbour, one to each."""
        program = (
            f"from tests.interop.support.pinging import main; print(sum(main(one, 1) for one in {targets!r}))"
        )
        script = f'cd {REPOSITORY} && exec {sys.executable} -c "{program}"'
        return int(self.host.space.run("sh", "-c", script))

    def hops(self, version: int) -> int:
        """Next hops of the kernel's route; of IPv6 it may be several routes."""
        text = self.router.run("ip", f"-{version}", "route", "show", PREFIXES[version])
        return text.count("via ")

    def live(self, version: int) -> dict[str, bool]:
        """The next hops of the engine's route, and whether each can be used."""
        (row,) = self.product.ask("show-routes", address=DESTINATIONS[version][0])["routes"]
        assert (row["prefix"], row["source"], row["used"]) == (PREFIXES[version], "kernel", True)
        return {hop["address"]: hop["live"] for hop in row["next-hops"]}

    def down(self) -> set[str]:
        return {address for address, one in self.product.nexthops().items() if one["state"] == "down"}


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Lan() as left, Lan() as right:
        yield Scene(left, right)


@pytest.mark.parametrize("daemon", ["frr", "bird"])
def test_traffic_goes_by_the_daemons_routes_and_leaves_a_neighbour_that_bfd_finds_dead(
    scene: Scene, daemon: str
) -> None:
    if daemon == "frr":
        Frr(scene.router, ("bgpd",), FRR)
    else:
        Bird(scene.router, BIRD)
    for version, targets in DESTINATIONS.items():
        _is_shared(scene, version, targets)
    sessions = until(
        scene.product.sessions,
        lambda rows: all(row["session-running"]["local-state"] == "up" for row in rows.values()),
        bound=30,
        what="BFD to both",
    )
    assert len(sessions) == 4
    assert scene.live(4) == {"198.51.100.2": True, "198.51.100.3": True}
    assert scene.live(6) == {"2001:db8:2::2": True, "2001:db8:2::3": True}

    scene.right.cut("r2")
    until(
        scene.down,
        lambda down: down == {"198.51.100.2", "2001:db8:2::2"},
        bound=20,
        what="BFD's verdict",
    )
    assert scene.live(4) == {"198.51.100.2": False, "198.51.100.3": True}
    assert scene.live(6) == {"2001:db8:2::2": False, "2001:db8:2::3": True}
    for version, targets in DESTINATIONS.items():
        before = scene.near[0].pinged(version)
        assert scene.answered(targets) == len(targets), "all flows go to the other one"
        assert scene.near[0].pinged(version) == before
        assert scene.hops(version) == 2, "BGP has not noticed yet"
    scene.right.restore()
    until(scene.down, lambda down: not down, bound=30, what="BFD again")

    for one in scene.near:
        one.bird.configure(one.text(announce=False))
    for version, targets in DESTINATIONS.items():
        until(lambda v=version: scene.hops(v), lambda count: count == 0, bound=30, what="the withdrawal")
        until(
            lambda t=targets: scene.answered(t[:1]),
            lambda count: count == 0,
            bound=20,
            what="no answer any more",
        )
    (left,) = [one for one in scene.product.ask("show-drops")["ports"] if one["name"] == "left"]
    assert {one["name"]: one["count"] for one in left["drops"]}["drop-no-route"] > 0


def _is_shared(scene: Scene, version: int, targets: list[str]) -> None:
    """Both have their share of the flows."""
    until(
        lambda: scene.hops(version), lambda count: count == 2, bound=60, what="both next hops in the kernel"
    )
    until(lambda: scene.answered(targets), lambda count: count == len(targets), bound=60, what="all answers")
    before = [one.pinged(version) for one in scene.near]
    assert scene.answered(targets) == len(targets)
    assert all(one.pinged(version) > count for one, count in zip(scene.near, before, strict=True))
