# SPDX-License-Identifier: Apache-2.0
"""A port with larger frames than usual: kernels at both sides find the path's MTU by what we say of it."""

import json
import sys
from collections.abc import Iterator

import pytest

from tests.interop.support.follow import REPOSITORY
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until
from tests.interop.support.product import Product

pytestmark = pytest.mark.root

MTU = 3000
OURS = f"""
[[port]]
name = "left"
devargs = "net_af_xdp0,iface=eth0,force_copy=1"
addresses = ["192.0.2.1/24", "2001:db8:1::1/64"]
host = "tap"
mtu = {MTU}

[[port]]
name = "right"
devargs = "net_af_xdp1,iface=eth1,force_copy=1"
addresses = ["198.51.100.1/24", "2001:db8:2::1/64"]

[forwarding]
enabled = true
"""
FAR = {4: "198.51.100.2", 6: "2001:db8:2::2"}


def mtu_of(space: Namespace, interface: str) -> int:
    (found,) = json.loads(space.run("ip", "-json", "link", "show", "dev", interface))
    return int(found["mtu"])


def answered(space: Namespace, target: str, count: int, octets: int) -> int:
    script = (
        f"cd {REPOSITORY} && exec {sys.executable} -m tests.interop.support.pinging {target} {count} {octets}"
    )
    return int(space.run("sh", "-c", script))


@pytest.fixture
def lans() -> Iterator[tuple[Lan, Lan]]:
    with Lan() as left, Lan() as right:
        yield left, right


def test_a_jumbo_port_beside_one_of_1500(lans: tuple[Lan, Lan]) -> None:
    left, right = lans
    router = left.member("router", kernel=False)
    right.member("router", kernel=False, space=router, interface="eth1")
    near = left.member("near", "192.0.2.2/24", "2001:db8:1::2/64")
    far = right.member("far", "198.51.100.2/24", "2001:db8:2::2/64")
    near.run("ip", "link", "set", "eth0", "mtu", str(MTU))
    for interface in ("router", "near", "br0"):
        left.switch.run("ip", "link", "set", interface, "mtu", str(MTU))
    for space, ours in ((near, ("192.0.2.1", "2001:db8:1::1")), (far, ("198.51.100.1", "2001:db8:2::1"))):
        space.run("ip", "route", "add", "default", "via", ours[0])
        space.run("ip", "-6", "route", "add", "default", "via", ours[1])
    product = Product(router, OURS)
    assert [one["mtu"] for one in product.ask("show-ports")["ports"]] == [MTU, 1500]
    assert (mtu_of(router, "eth0"), mtu_of(router, "left"), mtu_of(router, "eth1")) == (MTU, 1500, 1500)
    for target in ("192.0.2.1", "2001:db8:1::1"):
        until(lambda t=target: answered(near, t, 1, 1400), bound=20, what="answers of our kernel")
        assert answered(near, target, 1, 1600) == 0, "our kernel's interface has 1500"
    drops = {one["name"]: one["count"] for one in product.ask("show-drops")["ports"][0]["drops"]}
    assert drops["drop-too-big"] == 2
    for version, target in FAR.items():
        until(lambda t=target: answered(near, t, 1, 0), bound=20, what="an answer from the other side")
        until(lambda t=target: answered(near, t, 2, MTU - 48), bound=20, what="an answer to a cut ping")
        assert "mtu 1500" in near.run("ip", f"-{version}", "route", "get", target)


@pytest.mark.parametrize(
    ("devargs", "said"),
    [
        ("net_af_packet0,iface=eth0", "cannot have an MTU of 9000: driver net_af_packet offers it"),
        ("net_af_xdp0,iface=eth0,force_copy=1", "cannot have an MTU of 9000: driver net_af_xdp offers it"),
    ],
)
def test_an_mtu_that_the_driver_does_not_have_is_named(
    lans: tuple[Lan, Lan], devargs: str, said: str
) -> None:
    router = lans[0].member("router", kernel=False)
    text = f'[[port]]\nname = "lan"\ndevargs = "{devargs}"\naddresses = ["192.0.2.1/24"]\nmtu = 9000\n'
    with pytest.raises(AssertionError, match="bfd-fastpath ended with 1") as failure:
        Product(router, text)
    assert said in str(failure.value)


@pytest.mark.parametrize(
    ("driver", "lost"), [("net_af_xdp{0},iface=eth{0},force_copy=1", 0), ("net_af_packet{0},iface=eth{0}", 3)]
)
def test_what_comes_in_fragments(lans: tuple[Lan, Lan], driver: str, lost: int) -> None:
    """af_packet has the kernel put them together, and no room for what is large then."""
    left, right = lans
    router = left.member("router", kernel=False)
    right.member("router", kernel=False, space=router, interface="eth1")
    near = left.member("near", "192.0.2.2/24")
    far = right.member("far", "198.51.100.2/24")
    near.run("ip", "route", "add", "default", "via", "192.0.2.1")
    far.run("ip", "route", "add", "default", "via", "198.51.100.1")
    text = OURS.replace('host = "tap"\n', "").replace(f"mtu = {MTU}\n", "")
    for number in range(2):
        text = text.replace(f"net_af_xdp{number},iface=eth{number},force_copy=1", driver.format(number))
    product = Product(router, text)
    until(lambda: answered(near, FAR[4], 1, 0), bound=20, what="an answer from the other side")
    assert answered(near, FAR[4], 3, 1900) == 3
    assert answered(near, FAR[4], 3, 4000) == 3 - lost
    drops = {one["name"]: one["count"] for one in product.ask("show-drops")["ports"][0]["drops"]}
    assert drops.get("drop-malformed-ip4", 0) == lost
