# SPDX-License-Identifier: Apache-2.0
"""Our engine on a TAP device: the kernel's end of it has an address, and FRR's bfdd there is the peer."""

import os
from collections.abc import Iterator

import pytest

from tests.interop.support.frr import Frr
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("frr")]

CONFIGURATION = """
[[port]]
name = "lan"
devargs = "net_tap0,iface=tap0,mac=fixed"
addresses = ["192.0.2.1/24"]
[[session]]
interface = "lan"
dest-addr = "192.0.2.2"
min-interval = "100ms"
"""
FAR_END = """
bfd
 peer 192.0.2.1 local-address 192.0.2.2 interface tap0
  transmit-interval 100
  receive-interval 100
 exit
exit
"""


@pytest.fixture
def kernel() -> Iterator[Namespace]:
    with Namespace(f"tap{os.getpid()}") as made:
        yield made


def test_bfdd_behind_a_tap_comes_up_and_its_silence_is_down(kernel: Namespace) -> None:
    near = Product(kernel, CONFIGURATION)
    kernel.run("ip", "address", "add", "192.0.2.2/24", "dev", "tap0")
    kernel.run("ip", "link", "set", "tap0", "up")
    far = Frr(kernel, ("bfdd",), FAR_END)

    def states() -> tuple[str, str]:
        return near.sessions()["192.0.2.2"]["session-running"]["local-state"], far.bfd_peers()["192.0.2.1"][
            "status"
        ]

    until(states, lambda seen: seen == ("up", "up"))
    (port,) = near.ask("show-ports")["ports"]
    assert port["driver"] == "net_tap"
    assert port["rx-interrupts"] is True

    kernel.run("nft", "add", "table", "inet", "cut")
    kernel.run("nft", "add", "chain", "inet", "cut", "out", "{ type filter hook output priority 0; }")
    kernel.run("nft", "add", "rule", "inet", "cut", "out", "udp dport 3784 drop")
    until(lambda: near.nexthops()["192.0.2.2"]["state"], lambda state: state == "down", bound=3)
    kernel.run("nft", "delete", "table", "inet", "cut")
    until(states, lambda seen: seen == ("up", "up"))
    assert near.nexthops()["192.0.2.2"]["state"] == "up"
