# SPDX-License-Identifier: Apache-2.0
"""docs/as-the-router.md does what it says: FRR runs its BGP over our port by the TAP beside it; the other router is BIRD, which has
BFD with us meanwhile."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop.support.bird import Bird
from tests.interop.support.follow import REPOSITORY, Router
from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.page import blocks
from tests.interop.support.poll import stays, until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]

PAGE = REPOSITORY / "docs/as-the-router.md"
OTHER = """
router id 192.0.2.2;
protocol device {}
protocol kernel { ipv4 { export all; }; }
protocol static { ipv4; route 198.51.100.0/24 blackhole; }
protocol bfd { interface "eth0" { min rx interval 100 ms; min tx interval 100 ms; }; }
protocol bgp peer1 {
    local 192.0.2.2 as 65002;
    neighbor 192.0.2.1 as 65001;
    bfd on;
    connect delay time 1;
    ipv4 { import all; export where source = RTS_STATIC; };
}
"""


@pytest.fixture
def switch() -> Iterator[Lan]:
    with Lan() as made:
        yield made


def _interface(space: Namespace, name: str) -> dict[str, Any]:
    (found,) = json.loads(space.run("ip", "-json", "address", "show", "dev", name))
    return dict(found)


def _addresses(space: Namespace) -> set[str]:
    return {f"{one['local']}/{one['prefixlen']}" for one in _interface(space, "lan")["addr_info"]}


def test_the_page_can_be_followed_and_bgp_runs_over_the_port(switch: Lan) -> None:
    router = Router(switch.member("router", kernel=False))
    other = switch.member("other", "192.0.2.2/24", "2001:db8::2/64")
    bird = Bird(other, OTHER)
    for block in blocks(PAGE):
        if "show bgp summary" in block.text:
            _exchanged(bird, router)
        router.follow(block)
        if block.label == "service":
            until(lambda: (router.room / "control.sock").exists(), bound=20, what="the control socket")
            router.run("bfd-fastpath show sessions")
        if block.label == "frr.conf":
            Frr(router.space, ("bgpd",), block.text)

    below, above = _interface(router.space, "eth0"), _interface(router.space, "lan")
    assert (above["address"], above["mtu"]) == (below["address"], below["mtu"])
    _pings(router.space, other, above)
    _addresses_follow(router)
    _a_flood_leaves_both_up(bird, router, other)
    _link_goes_and_comes(switch, router)

    service = router.service
    service.terminate()
    assert service.wait(timeout=20) == 0, (router.room / "service.log").read_text()
    assert {one["ifname"] for one in json.loads(router.space.run("ip", "-json", "link"))} == {"lo", "eth0"}


def _exchanged(bird: Bird, router: Router) -> None:
    until(
        lambda: bird.ask("show route"),
        lambda text: "203.0.113.0/24" in text,
        bound=30,
        what="FRR's route at BIRD",
    )
    until(
        lambda: router.run("ip route show dev lan"),
        lambda text: "198.51.100.0/24 via 192.0.2.2" in text.replace("nhid", "") or "198.51.100.0/24" in text,
        what="BIRD's route in the kernel",
    )
    until(lambda: bird.bfd_sessions()["192.0.2.1"].state, lambda state: state == "Up", what="BFD")


def _pings(router: Namespace, other: Namespace, interface: dict[str, Any]) -> None:
    link_local = next(one["local"] for one in interface["addr_info"] if one["local"].startswith("fe80"))
    for target in ("192.0.2.1", "2001:db8::1", f"{link_local}%eth0"):
        assert _answers(other, target) == 3, target
    for target in ("192.0.2.2", "2001:db8::2"):
        assert _answers(router, target) == 3, target


def _ping(target: str, count: int) -> tuple[str, ...]:
    script = f"cd {REPOSITORY} && exec {sys.executable} -m tests.interop.support.pinging {target} {count}"
    return ("sh", "-c", script)


def _answers(space: Namespace, target: str) -> int:
    return int(space.run(*_ping(target, 3)))


def _link_goes_and_comes(switch: Lan, router: Router) -> None:
    switch.switch.run("ip", "link", "set", "router", "down")
    until(
        lambda: _interface(router.space, "lan")["flags"],
        lambda flags: "NO-CARRIER" in flags,
        what="the carrier to go",
    )
    assert "link down" in router.run("bfd-fastpath show ports")
    switch.switch.run("ip", "link", "set", "router", "up")
    until(
        lambda: _interface(router.space, "lan")["flags"],
        lambda flags: "LOWER_UP" in flags,
        what="the carrier",
    )
    assert "link up" in router.run("bfd-fastpath show ports")
    router.run("ip link set lan down")
    router.run("ip link set lan up")
    assert {"192.0.2.1/24", "2001:db8::1/64"} <= _addresses(router.space)


def _addresses_follow(router: Router) -> None:
    toml = router.room / "bfd-fastpath.toml"
    text = toml.read_text()
    toml.write_text(text.replace('"2001:db8::1/64"', '"2001:db8::3/64"'))
    router.run("bfd-fastpath reload")
    assert {"192.0.2.1/24", "2001:db8::3/64"} <= _addresses(router.space)
    assert "2001:db8::1/64" not in _addresses(router.space)
    toml.write_text(text)
    router.run("bfd-fastpath reload")
    assert {"192.0.2.1/24", "2001:db8::1/64"} <= _addresses(router.space)


def _a_flood_leaves_both_up(bird: Bird, router: Router, other: Namespace) -> None:
    """More pings than the kernel is given."""

    def look() -> tuple[str, bool]:
        established = "Established" in bird.ask("show protocols peer1")
        return bird.bfd_sessions()["192.0.2.1"].state, established

    toml = router.room / "bfd-fastpath.toml"
    toml.write_text(toml.read_text().replace('host = "tap"', 'host = "tap"\nhost-rate = 100'))
    router.run("bfd-fastpath reload")
    both = ("Up", True)
    until(look, lambda seen: seen == both, bound=30, what="BFD and BGP")
    flood = other.start(*_ping("192.0.2.1", 0))
    stays(look, lambda seen: seen == both, seconds=1)
    flood.wait(timeout=10)
    assert "drop-host-rate" in router.run("bfd-fastpath show drops")
