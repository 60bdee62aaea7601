# SPDX-License-Identifier: Apache-2.0
"""The link of a port goes, and its interface itself is taken away, while the daemon runs."""

import re
from collections.abc import Iterator

import pytest

from tests.interop.support.lan import Lan
from tests.interop.support.poll import until
from tests.interop.support.product import Product

pytestmark = pytest.mark.root

OURS = """
[[port]]
name = "left"
devargs = "{left}"
addresses = ["192.0.2.1/24"]
host = "tap"

[[port]]
name = "right"
devargs = "net_af_packet1,iface=eth1"
addresses = ["198.51.100.1/24"]

[forwarding]
enabled = true
"""


@pytest.fixture
def lans() -> Iterator[tuple[Lan, Lan]]:
    with Lan() as left, Lan() as right:
        yield left, right


@pytest.mark.parametrize("left", ["net_af_packet0,iface=eth0", "net_af_xdp0,iface=eth0,force_copy=1"])
def test_a_port_whose_link_goes_and_then_itself(lans: tuple[Lan, Lan], left: str) -> None:
    router = lans[0].member("router", kernel=False)
    lans[1].member("router", kernel=False, space=router, interface="eth1")
    product = Product(router, OURS.format(left=left))

    def links() -> dict[str, str]:
        return {one["name"]: one["link"] for one in product.ask("show-ports")["ports"]}

    def all_told() -> list[str]:
        return re.findall(r"port-link +link=(\w+) port=left", product.log.read_text())

    # The kernel tells of a carrier up to a second after it is there.
    until(links, lambda seen: seen == {"left": "up", "right": "up"}, what="both links")
    before = len(all_told())

    def told() -> list[str]:
        return all_told()[before:]

    switch = lans[0].switch
    switch.run("ip", "link", "set", "router", "down")
    until(told, lambda seen: seen == ["down"], what="a line in the log")
    assert links() == {"left": "down", "right": "up"}
    switch.run("ip", "link", "set", "router", "up")
    until(told, lambda seen: seen == ["down", "up"], what="another line")
    assert links()["left"] == "up"
    router.run("ip", "link", "delete", "eth0")
    until(told, lambda seen: seen == ["down", "up", "gone"], what="the interface to go")
    assert links() == {"left": "gone", "right": "up"}
    product.reload()
    assert product.terminate() == 0
