# SPDX-License-Identifier: Apache-2.0
"""Our own BGP over our own port: the speaker's TCP goes by the kernel's interface beside the port, over IPv4 and IPv6, to BIRD, and
traffic by the routes that it learned.

Two LANs. At the left `other`, in another AS, has 10.1.0.0/16 and 2001:db8:a::/48; `inner`, in ours, has 10.9.0.0/16 with a next hop that is
on no link, where a static route leads. At the right a guest."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop.support.bird import Bird
from tests.interop.support.follow import REPOSITORY
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("bird")]

OURS = """
[router]
asn = 65001
router-id = "192.0.2.1"

[[port]]
name = "left"
devargs = "net_af_xdp0,iface=eth0,force_copy=1"
addresses = ["192.0.2.1/24", "2001:db8:1::1/64"]
host = "tap"

[[port]]
name = "right"
devargs = "net_af_xdp1,iface=eth1,force_copy=1"
addresses = ["198.51.100.1/24", "2001:db8:2::1/64"]

[forwarding]
enabled = true

[[route]]
prefix = "10.255.0.0/24"
via = "192.0.2.3"

[[neighbor]]
address = "192.0.2.2"
remote-as = 65002
connect-retry = "1s"
announce = ["198.51.100.0/24"]

[[neighbor]]
address = "2001:db8:1::2"
remote-as = 65002
connect-retry = "1s"
announce = ["2001:db8:2::/64"]

[[neighbor]]
address = "192.0.2.3"
remote-as = 65001
connect-retry = "1s"
"""
OTHER = """
router id 192.0.2.2;
protocol device {}
protocol static { ipv4; route 10.1.0.0/16 blackhole; }
protocol static { ipv6; route 2001:db8:a::/48 blackhole; }
protocol bfd { interface "eth0" { min rx interval 100 ms; min tx interval 100 ms; }; }
protocol bgp four {
    local 192.0.2.2 as 65002; neighbor 192.0.2.1 as 65001; bfd on; connect delay time 1; error wait time 1, 2;
    ipv4 { import all; export where source = RTS_STATIC; };
}
protocol bgp six {
    local 2001:db8:1::2 as 65002; neighbor 2001:db8:1::1 as 65001; bfd on; connect delay time 1; error wait time 1, 2;
    ipv6 { import all; export where source = RTS_STATIC; };
}
"""
INNER = """
router id 192.0.2.3;
protocol device {}
protocol static { ipv4; route 10.9.0.0/16 blackhole; }
protocol bgp four {
    local 192.0.2.3 as 65001; neighbor 192.0.2.1 as 65001; connect delay time 1; error wait time 1, 2;
    ipv4 { import none; export filter { if source = RTS_STATIC then { bgp_next_hop = 10.255.0.7; accept; } reject; }; };
}
"""
TARGETS = {"10.1.0.0/16": "10.1.0.1", "2001:db8:a::/48": "2001:db8:a::1", "10.9.0.0/16": "10.9.0.1"}


@pytest.fixture
def lans() -> Iterator[tuple[Lan, Lan]]:
    with Lan() as left, Lan() as right:
        yield left, right


def _neighbour(left: Lan, number: int, text: str, *prefixes: str) -> Bird:
    space = left.member(f"n{number}", f"192.0.2.{number}/24", f"2001:db8:1::{number}/64")
    for prefix in prefixes:
        space.run("ip", "route", "add", "local", prefix, "dev", "lo")
    space.run("ip", "route", "add", "default", "via", "192.0.2.1")
    space.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
    return Bird(space, text)


def _answered(space: Namespace, target: str) -> int:
    script = f"cd {REPOSITORY} && exec {sys.executable} -m tests.interop.support.pinging {target} 2"
    return int(space.run("sh", "-c", script))


def _route(product: Product, target: str) -> dict[str, Any]:
    rows = product.ask("show-routes", address=target)["routes"]
    return dict(rows[0]) if rows else {}


def test_our_speaker_learns_and_announces_over_our_port_and_traffic_goes_by_it(lans: tuple[Lan, Lan]) -> None:
    left, right = lans
    router = left.member("router", kernel=False)
    right.member("router", kernel=False, space=router, interface="eth1")
    guest = right.member("guest", "198.51.100.2/24", "2001:db8:2::2/64")
    guest.run("ip", "route", "add", "default", "via", "198.51.100.1")
    guest.run("ip", "-6", "route", "add", "default", "via", "2001:db8:2::1")
    other = _neighbour(left, 2, OTHER, "10.1.0.0/16", "2001:db8:a::/48")
    _neighbour(left, 3, INNER, "10.9.0.0/16")
    product = Product(router, OURS)

    for prefix, target in TARGETS.items():
        until(
            lambda t=target: _route(product, t).get("prefix"),
            lambda seen, p=prefix: seen == p,
            bound=40,
            what=prefix,
        )
        row = _route(product, target)
        assert (row["source"], row["used"]) == ("bgp", True)
        until(
            lambda t=target: _answered(guest, t),
            lambda count: count == 2,
            bound=20,
            what=f"answers of {target}",
        )
    assert _route(product, "10.1.0.1")["peer"] == "192.0.2.2"
    assert _route(product, "2001:db8:a::1")["peer"] == "2001:db8:1::2"
    inner = _route(product, "10.9.0.1")
    assert inner["through"] == ["10.255.0.7"]
    assert [hop["address"] for hop in inner["next-hops"]] == ["192.0.2.3"]
    assert "198.51.100.0/24" in other.ask("show route protocol four")
    assert "2001:db8:2::/64" in other.ask("show route protocol six")
    for address in ("192.0.2.2", "2001:db8:1::2"):
        until(
            lambda a=address: product.nexthops()[a]["state"],
            lambda state: state == "up",
            bound=20,
            what=f"BFD to {address}",
        )

    # The static route goes, and with it the way to the inner next hop; it comes back.
    product.write(OURS.replace("10.255.0.0/24", "10.254.0.0/24"))
    product.reload()
    until(lambda: _answered(guest, "10.9.0.1"), lambda count: count == 0, bound=20, what="no way")
    (row,) = product.ask("show-routes", prefix="10.9.0.0/16")["routes"]
    assert (row["used"], row["why"]) == (False, "no route leads to 10.255.0.7")
    product.write(OURS)
    product.reload()
    until(lambda: _answered(guest, "10.9.0.1"), lambda count: count == 2, bound=20, what="the way back")

    # TCP to the kernel's interface ends with the link; BFD says it first.
    left.cut("n2")
    until(
        lambda: [hop["live"] for hop in _route(product, "10.1.0.1")["next-hops"]],
        lambda live: live == [False],
        bound=20,
        what="the engine leaves the dead next hop",
    )
    left.restore()
    until(lambda: _answered(guest, "10.1.0.1"), lambda count: count == 2, bound=60, what="the way back")
