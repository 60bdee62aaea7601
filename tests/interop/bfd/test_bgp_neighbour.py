# SPDX-License-Identifier: Apache-2.0
"""BFD to a BGP neighbour that is FRR: what ends the session of a [[neighbor]] with `bfd = true`, as FRR hears it (RFC 9384)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("frr")]

OURS, THEIRS = "192.0.2.1", "192.0.2.2"
NEAR = f"""
[router]
name = "r1"
asn = 64500
router-id = "{OURS}"
[[port]]
name = "lan"
devargs = "net_af_xdp0,iface=eth0,force_copy=1"
xdp-redirect = "bfd"
neighbours = "kernel"
addresses = ["{OURS}/24"]
[bfd]
min-interval = "100ms"
[[neighbor]]
address = "{THEIRS}"
remote-as = 64501
connect-retry = "500ms"
bfd = true
"""
PEER = f"""
bfd
 peer {OURS} local-address {THEIRS} interface eth0
  transmit-interval 100
  receive-interval 100
  {{}}
 exit
exit
"""
FAR = f"""
log stdout
router bgp 64501
 bgp router-id {THEIRS}
 bgp log-neighbor-changes
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {OURS} remote-as 64500
 neighbor {OURS} passive
 address-family ipv4 unicast
  network 203.0.113.0/24
 exit-address-family
exit
"""


@pytest.fixture
def lan() -> Iterator[Lan]:
    with Lan() as made:
        yield made


def test_bfd_that_fails_ends_the_session_and_an_admin_down_does_not(lan: Lan) -> None:
    near_space, far_space = lan.member("near", f"{OURS}/24"), lan.member("far", f"{THEIRS}/24")
    far = Frr(far_space, ("bgpd", "bfdd"), FAR + PEER.format("no shutdown"))
    near = Product(near_space, NEAR)
    log = far.directory / "bgpd.out"

    def peer() -> dict[str, Any]:
        (shown,) = near.ask("show-reporter")["peers"]
        return shown

    def bfd() -> str:
        return near.sessions()[THEIRS]["session-running"]["local-state"]

    def both_up() -> None:
        until(peer, lambda seen: (seen["state"], seen["routes"]) == ("established", 1), bound=20)
        until(bfd, lambda seen: seen == "up", bound=20)

    both_up()
    far.configure(PEER.format("shutdown"))
    until(bfd, lambda seen: seen != "up")
    stays(lambda: peer()["state"], lambda seen: seen == "established", seconds=1)
    far.configure(PEER.format("no shutdown"))
    both_up()
    lan.cut(only="ether type ip udp dport 3784")
    until(lambda: peer()["last-notification"] or {}, lambda seen: "bfd-down (6/10)" in seen.get("said", ""))
    assert peer()["last-notification"]["from"] == "us"
    until(log.read_text, lambda seen: f"received from neighbor {OURS} 6/10" in seen, what="FRR's log")
    lan.restore()
    both_up()
