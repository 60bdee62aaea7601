# SPDX-License-Identifier: Apache-2.0
"""docs/beside-frr.md does what it says: its files are written and its commands run, on a router with FRR's bgpd."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.support.follow import Router
from tests.interop.support.frr import Frr
from tests.interop.support.gobgp import Gobgp
from tests.interop.support.lan import Lan
from tests.interop.support.page import blocks
from tests.interop.support.poll import stays, until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "gobgpd")]

PAGE = Path(__file__).resolve().parents[3] / "docs/beside-frr.md"

ROUTE_SERVER = """
[global.config]
as = 64500
router-id = "192.0.2.250"
""" + "".join(
    f"""
[[neighbors]]
[neighbors.config]
neighbor-address = "{address}"
peer-as = {asn}
[neighbors.transport.config]
passive-mode = true
[neighbors.route-server.config]
route-server-client = true
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ls"
"""
    for address, asn in (("192.0.2.1", 65001), ("192.0.2.11", 65001), ("192.0.2.2", 65002))
)

OTHER_MEMBER = """
router bgp 65002
 bgp router-id 192.0.2.2
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.0.2.250 remote-as 64500
 address-family ipv4 unicast
  network 198.51.100.0/24
 exit-address-family
exit
bfd
 peer 192.0.2.1 local-address 192.0.2.2 interface eth0
  transmit-interval 100
  receive-interval 100
 exit
exit
"""


@pytest.fixture
def switch() -> Iterator[Lan]:
    with Lan() as made:
        yield made


def _sessions_up(router: Router) -> bool:
    return " up " in router.run("bfd-fastpath show sessions 2>&1 || true")


def test_the_page_can_be_followed_and_frr_lives_on(switch: Lan) -> None:
    router = Router(switch.member("router", "192.0.2.1/24"))
    other = switch.member("other", "192.0.2.2/24")
    server = Gobgp(switch.member("server", "192.0.2.250/24"), ROUTE_SERVER)
    far = Frr(other, ("bgpd", "bfdd"), OTHER_MEMBER)
    page = blocks(PAGE)
    assert {block.language for block in page} == {"text", "sh", "toml"}

    for block in page:
        if "config diff" in block.text:
            until(lambda: _sessions_up(router), what="the BFD session of the page")
            _failure_is_reported_and_taken_back(switch, server, router)
            toml = router.room / "bfd-fastpath.toml"
            toml.write_text(toml.read_text().replace("100ms", "200ms"))
        router.follow(block)
        if block.label == "frr.conf":
            Frr(router.space, ("bgpd",), block.text)
            until(
                server.established,
                lambda peers: {"192.0.2.1", "192.0.2.2"} <= peers,
                bound=30,
                what="FRR's BGP sessions",
            )
        if block.label == "service":
            until(lambda: (router.room / "control.sock").exists(), what="the control socket")
            until(lambda: _sessions_up(router), bound=20, what="the BFD session of the page")

    until(
        lambda: far.bfd_peers()["192.0.2.1"],
        lambda peer: peer["remote-transmit-interval"] == 200,
        what="the timer after the reload",
    )
    until(lambda: far.bfd_peers()["192.0.2.1"]["status"], lambda status: status == "up")
    assert server.established() == {"192.0.2.1", "192.0.2.2", "192.0.2.11"}


def _failure_is_reported_and_taken_back(switch: Lan, server: Gobgp, router: Router) -> None:
    """BFD alone is cut: the report is withdrawn, comes back, and FRR's session does not notice."""
    reported = until(lambda: server.link_states("192.0.2.11"), bound=10, what="the report")
    switch.cut(only="ether type ip udp dport 3784")
    until(
        lambda: server.link_states("192.0.2.11"),
        lambda count: count < reported,
        bound=5,
        what="the withdrawal of the report",
    )
    stays(server.established, lambda peers: len(peers) == 3, seconds=0.5, what="every BGP session")
    switch.restore()
    until(
        lambda: server.link_states("192.0.2.11"),
        lambda count: count == reported,
        bound=10,
        what="the report after the repair",
    )
    until(lambda: _sessions_up(router))
