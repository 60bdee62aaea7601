# SPDX-License-Identifier: Apache-2.0
"""A configuration forwards: packets go as its routes say, and a reload moves those alone whose routes differ."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Awaitable, Callable, Iterator
from ipaddress import ip_address, ip_network
from types import TracebackType
from typing import Self

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet

import pydp
from bfd_fastpath.cli import show_tables
from bfd_fastpath.config import parse
from bfd_fastpath.config.model import Config
from bfd_fastpath.router.forwarding import attach
from bfd_fastpath.router.rib import Source
from bfd_fastpath.router.route_views import RouteViews
from bfd_fastpath.router.router import Router
from tests.router.exchange import until

PORTS = """
[router]
name = "forwards"
[[port]]
name = "lan0"
devargs = "given0"
addresses = ["192.0.2.1/24", "2001:db8::1/64"]
[[port]]
name = "lan1"
devargs = "given1"
addresses = ["198.51.100.1/24", "2001:db8:1::1/64", { address = "203.0.113.1/24", vlan = 7 }]
[forwarding]
enabled = true
"""
ROUTES = """
[[route]]
prefix = "10.0.0.0/8"
via = "198.51.100.2"
[[route]]
prefix = "10.6.0.0/16"
special-next-hop = "blackhole"
[[route]]
prefix = "10.7.0.0/16"
via = "203.0.113.2"
[[route]]
prefix = "10.8.0.0/16"
via = "2001:db8:1::2"
[[route]]
prefix = "10.9.0.0/16"
via = { address = "fe80::9", interface = "lan1" }
[[route]]
prefix = "2001:db8:f::/48"
via = "2001:db8:1::2"
"""
MACS = {
    "198.51.100.2": "02:00:00:00:01:01",
    "203.0.113.2": "02:00:00:00:01:07",
    "2001:db8:1::2": "02:00:00:00:01:06",
    "fe80::9": "02:00:00:00:01:09",
}
SENDER = "02:00:00:00:01:00"
_numbers = itertools.count()
pytestmark = pytest.mark.eal


def config(text: str) -> Config:
    parsed = parse(text)
    assert parsed.config is not None, parsed.faults
    return parsed.config


def on_a_loop(test: Callable[[Wires], Awaitable[None]]) -> Callable[[Wires], None]:
    """A test that runs in an event loop of its own."""

    @functools.wraps(test)
    def run(wires: Wires) -> None:
        asyncio.run(test(wires))  # type: ignore[arg-type]

    return run


class Wires:
    """Two cables; an engine's ends, and ours."""

    def __init__(self) -> None:
        self.name = f"fwd{next(_numbers)}"
        self.pool = pydp.Mempool(self.name, 1023)
        self.links = [pydp.link(f"{self.name}-{number}") for number in range(2)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in itertools.chain(*self.links):
            end.close()
        self.pool.close()

    def send(self, packet: Packet) -> None:
        frame = Ether(src=SENDER, dst=self.links[0][0].info().mac) / packet
        with pydp.Burst(8) as burst:
            burst.append(self.pool, bytes(frame))
            assert burst.transmit(self.links[0][1]) == 1

    def received(self, port: int = 1) -> list[bytes]:
        frames = []
        with pydp.Burst(64) as burst:
            while burst.receive(self.links[port][1]):
                frames += [bytes(burst.view(index)) for index in range(len(burst))]
                burst.clear()
        return frames


@pytest.fixture
def wires(eal: None) -> Iterator[Wires]:
    with Wires() as made:
        yield made


def packet(destination: str) -> Packet:
    base = (
        IPv6(dst=destination, src="2001:db8::9")
        if ":" in destination
        else IP(dst=destination, src="192.0.2.9")
    )
    return base / UDP(sport=4000, dport=5000) / b"x"


def test_an_engine_takes_all_of_a_configuration_at_once(wires: Wires) -> None:
    wanted = config(PORTS + ROUTES)
    with pydp.Engine(wires.name, max_nexthops=wanted.forwarding.max_next_hops, seed=1) as engine:
        indices = {
            port.name: engine.attach(link[0]) for port, link in zip(wanted.ports, wires.links, strict=True)
        }
        forwarding = attach(engine, wanted, indices)
        for address, mac in MACS.items():
            engine.neighbour_set(1, address, mac, vlan=7 if address.startswith("203") else 0)
        engine.neighbour_set(1, "198.51.100.77", "02:00:00:00:01:77")
        out: dict[str, str | None] = {
            "10.1.2.3": MACS["198.51.100.2"],
            "10.6.2.3": None,
            "10.7.2.3": MACS["203.0.113.2"],
            "10.8.2.3": MACS["2001:db8:1::2"],
            "10.9.2.3": MACS["fe80::9"],
            "2001:db8:f::5": MACS["2001:db8:1::2"],
            "198.51.100.77": "02:00:00:00:01:77",
        }
        for turn, (destination, wanted_mac) in enumerate(out.items()):
            wires.send(packet(destination))
            engine.step(1_000_000_000 + turn * 1_000_000)
            frames = _transit(wires)
            assert [frame[:6].hex(":") for frame in frames] == ([wanted_mac] if wanted_mac else [])
        assert engine.stats.port(0)["drop-blackhole"] == 1
        assert len(forwarding.rib.next_hops) == len(engine.nexthops.list())


@on_a_loop
async def test_a_reload_changes_the_routes_that_differ_while_the_others_forward(wires: Wires) -> None:
    router = Router(
        config(PORTS + ROUTES),
        ports={f"lan{number}": link[0] for number, link in enumerate(wires.links)},
        name=wires.name,
    )
    await router.start()
    try:
        engine = router.engine
        for address, mac in MACS.items():
            engine.neighbour_set(1, address, mac, vlan=7 if address.startswith("203") else 0)
        kept = engine.routes.get("10.0.0.0/8")
        assert await _leaves(wires, "10.7.2.3") == MACS["203.0.113.2"]

        moved = ROUTES.replace('via = "203.0.113.2"', 'via = "198.51.100.2"')
        await router.reload(config(PORTS + moved))
        assert engine.routes.get("10.0.0.0/8") == engine.routes.get("10.7.0.0/16") == kept
        assert await _leaves(wires, "10.7.2.3") == MACS["198.51.100.2"]
        assert await _leaves(wires, "10.1.2.3") == MACS["198.51.100.2"]

        await router.reload(config(PORTS.replace("enabled = true", "enabled = false") + moved))
        assert engine.routes.info().ipv4_routes == engine.routes.info().ipv6_routes == 0
        assert engine.nexthops.list() == []
        before = engine.stats.port(0)["drop-not-for-us"]
        wires.send(packet("10.1.2.3"))
        await until(lambda: engine.stats.port(0)["drop-not-for-us"], lambda count: count == before + 1)

        await router.reload(config(PORTS + moved))
        assert await _leaves(wires, "10.1.2.3") == MACS["198.51.100.2"]
    finally:
        await router.stop(at_once=True)


@on_a_loop
async def test_addresses_bring_and_take_their_prefixes(wires: Wires) -> None:
    router = Router(
        config(PORTS),
        ports={f"lan{number}": link[0] for number, link in enumerate(wires.links)},
        name=wires.name,
    )
    await router.start()
    try:
        routes = router.engine.routes
        assert None not in (routes.get("203.0.113.0/24"), routes.get("203.0.113.1/32"))
        await router.reload(config(PORTS.replace("203.0.113.1/24", "203.0.113.129/25")))
        assert routes.get("203.0.113.0/24") is None
        assert routes.get("203.0.113.1/32") is None
        assert None not in (routes.get("203.0.113.128/25"), routes.get("203.0.113.129/32"))
    finally:
        await router.stop(at_once=True)


@pytest.mark.parametrize("few", ["max-next-hops = 16", "[engine]\nmax-neighbours = 8"])
def test_a_start_without_room_for_a_route_names_it_and_the_key_and_leaves_nothing(
    wires: Wires, few: str
) -> None:
    asyncio.run(_no_room(wires, few))


async def _no_room(wires: Wires, few: str) -> None:
    wide = ", ".join(f'"198.51.100.{number}"' for number in range(10, 30))
    text = PORTS + f'{few}\n[[route]]\nprefix = "10.0.0.0/8"\nvia = [{wide}]\n'
    router = Router(
        config(text),
        ports={f"lan{number}": link[0] for number, link in enumerate(wires.links)},
        name=wires.name,
    )
    with pytest.raises(pydp.PydpError, match=rf"route 10\.0\.0\.0/8: .*{few.split()[-3]}"):
        await router.start()
    assert not router.dataplane.is_open


def test_icmp_errors_come_from_the_address_of_choice(wires: Wires) -> None:
    wanted = config(PORTS + 'icmp-source-ipv4 = "198.51.100.1"\n')
    with pydp.Engine(wires.name, max_nexthops=wanted.forwarding.max_next_hops, seed=1) as engine:
        attach(
            engine,
            wanted,
            {port.name: engine.attach(link[0]) for port, link in zip(wanted.ports, wires.links, strict=True)},
        )
        engine.neighbour_set(0, "192.0.2.9", SENDER)
        wires.send(packet("8.8.8.8"))
        engine.step(1_000_000_000)
        (error,) = [frame for frame in map(Ether, wires.received(0)) if ICMP in frame]
        assert (error[IP].src, error[IP].dst, error[ICMP].type) == ("198.51.100.1", "192.0.2.9", 3)


FAR = """
[[route]]
prefix = "172.16.0.0/12"
via = "10.7.0.9"
[[route]]
prefix = "10.0.0.0/8"
via = "198.51.100.2"
"""
NEARER = """
[[route]]
prefix = "10.7.0.0/16"
via = "203.0.113.2"
"""


@on_a_loop
async def test_a_next_hop_on_no_link_is_followed_where_other_routes_lead_to_it(wires: Wires) -> None:
    router = Router(
        config(PORTS + FAR),
        ports={f"lan{number}": link[0] for number, link in enumerate(wires.links)},
        name=wires.name,
    )
    await router.start()
    try:
        for address, mac in MACS.items():
            router.engine.neighbour_set(1, address, mac, vlan=7 if address.startswith("203") else 0)
        assert await _leaves(wires, "172.16.0.1") == MACS["198.51.100.2"]
        await router.reload(config(PORTS + FAR + NEARER))
        assert await _leaves(wires, "172.16.0.1") == MACS["203.0.113.2"]
        (row,) = RouteViews(router).of_address(ip_address("172.16.0.1"))["routes"]
        assert (row["next-hop"], row["through"], row["used"], row["why"]) == (
            "10.7.0.9",
            ["10.7.0.9"],
            True,
            None,
        )
        assert [one["address"] for one in row["next-hops"]] == ["203.0.113.2"]
        assert "10.7.0.9 by 203.0.113.2 lan1.7" in show_tables.routes({"routes": [row]})
        router.forwarding.rib.replace(Source.STATIC, {})
        router.forwarding.set_route(router.config.routes[0])
        (row,) = RouteViews(router).of_prefix(ip_network("172.16.0.0/12"))["routes"]
        assert (row["used"], row["next-hop-state"], row["why"]) == (
            False,
            "down",
            "no route leads to 10.7.0.9",
        )
        assert "172.16.0.0/12 is not used: no route" in show_tables.routes({"routes": [row]})
    finally:
        await router.stop(at_once=True)


async def _leaves(wires: Wires, destination: str) -> str:
    """The MAC address that a packet leaves to."""
    wires.received()
    wires.send(packet(destination))
    return (await until(lambda: _transit(wires)))[0][:6].hex(":")


def _transit(wires: Wires) -> list[bytes]:
    """Frames with UDP to port 5000."""
    return [frame for frame in wires.received() if b"\x0f\xa0\x13\x88" in frame]
