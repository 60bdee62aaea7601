# SPDX-License-Identifier: Apache-2.0
"""Routes of an engine from Python: longest match, NLRI as BGP sends it, limits, and changes beside a running worker."""

import random
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import numpy
import pytest

import pydp
from pydp import Route

pytestmark = pytest.mark.eal


@pytest.fixture
def engine(eal: None, name: str) -> Iterator[pydp.Engine]:
    """With next hops 1 to 39."""
    with pydp.Engine(name) as made:
        for number in range(1, 40):
            made.nexthops.set(number, pydp.NextHopConfig(pydp.NextHopKind.BLACKHOLE))
        yield made


def octets(addresses: list[str]) -> numpy.ndarray:
    packed = b"".join(ip_address(one).packed for one in addresses)
    return numpy.frombuffer(packed, dtype=numpy.uint8).reshape(len(addresses), -1)


def nlri(*prefixes: str, path_id: int | None = None) -> bytes:
    made = b""
    for prefix in map(ip_network, prefixes):
        made += b"" if path_id is None else path_id.to_bytes(4, "big")
        made += bytes([prefix.prefixlen]) + prefix.network_address.packed[: (prefix.prefixlen + 7) // 8]
    return made


def test_an_engine_without_routes_pays_nothing_and_knows_no_way(engine: pydp.Engine) -> None:
    info = engine.routes.info()
    assert (info.memory, info.node_memory, info.ipv4_routes, info.ipv6_routes) == (0, 0, 0, 0)
    assert engine.routes.match("192.0.2.1") is None
    assert engine.routes.get("0.0.0.0/0") is None
    assert engine.routes.entries(6) == []
    assert engine.routes.remove("::/0") is False
    assert list(engine.routes.lookup(octets(["192.0.2.1", "10.0.0.1"]))) == [0, 0]
    assert engine.routes.info().memory == 0


def test_the_longest_prefix_decides(engine: pydp.Engine) -> None:
    routes = {"0.0.0.0/0": 1, "10.0.0.0/8": 2, "10.1.2.0/24": 3, "10.1.2.128/25": 4, "10.1.2.129/32": 5}
    assert engine.routes.set_many(Route(ip_network(text), hop) for text, hop in routes.items()) == 5
    asked = ["9.9.9.9", "10.9.9.9", "10.1.2.127", "10.1.2.128", "10.1.2.129"]
    assert list(engine.routes.lookup(octets(asked))) == [1, 2, 3, 4, 5]
    assert engine.routes.match("10.1.2.130") == Route(IPv4Network("10.1.2.128/25"), 4)
    assert engine.routes.remove("10.1.2.128/25") is True
    assert engine.routes.match("10.1.2.130") == Route(IPv4Network("10.1.2.0/24"), 3)
    assert engine.routes.remove("0.0.0.0/0") is True
    assert engine.routes.match("9.9.9.9") is None


def test_ipv6_has_routes_of_its_own(engine: pydp.Engine) -> None:
    for text, hop in {"::/0": 1, "2001:db8::/32": 2, "2001:db8:0:1::/64": 3, "2001:db8::7/128": 4}.items():
        engine.routes.set(text, hop)
    asked = ["fe80::1", "2001:db8:1::", "2001:db8:0:1::9", "2001:db8::7", "2001:db8::8"]
    assert list(engine.routes.lookup(octets(asked))) == [1, 2, 3, 4, 2]
    assert engine.routes.match("2001:db8::7") == Route(IPv6Network("2001:db8::7/128"), 4)
    assert engine.routes.match("192.0.2.1") is None


def test_setting_again_replaces_and_repeating_changes_nothing(engine: pydp.Engine) -> None:
    for hop in (7, 8, 8):
        engine.routes.set("198.51.100.0/24", hop)
    assert engine.routes.get("198.51.100.0/24") == 8
    assert (engine.nexthops.read(7).routes, engine.nexthops.read(8).routes) == (0, 1)
    assert engine.routes.info().ipv4_routes == 1
    assert engine.routes.remove_many([ip_network("198.51.100.0/24")] * 2) == 1
    assert engine.nexthops.read(8).routes == 0


def test_entries_come_in_the_order_of_prefixes(engine: pydp.Engine) -> None:
    wanted = [
        Route(ip_network(f"10.{second}.0.0/{length}"), 1) for second in range(90) for length in (16, 17, 24)
    ]
    engine.routes.set_many(random.Random(5).sample(wanted, len(wanted)))
    assert engine.routes.entries(4) == wanted
    many = [Route(IPv6Network((0x20010DB8 << 96 | number << 64, 64)), 2) for number in range(3000)]
    engine.routes.set_many(reversed(many))
    assert engine.routes.entries(6) == many


@pytest.mark.parametrize("path_id", [None, 77])
def test_nlri_is_taken_as_bgp_sends_it(engine: pydp.Engine, path_id: int | None) -> None:
    four = ["0.0.0.0/0", "10.0.0.0/8", "192.0.2.128/25", "192.0.2.1/32"]
    six = ["::/0", "2001:db8::/32", "2001:db8:8000::/33", "2001:db8::1/128"]
    add_path = path_id is not None
    assert engine.routes.set_nlri(4, nlri(*four, path_id=path_id), 3, add_path=add_path) == 4
    assert engine.routes.set_nlri(6, nlri(*six, path_id=path_id), 4, add_path=add_path) == 4
    assert [(str(route.prefix), route.next_hop) for route in engine.routes.entries(4)] == [
        ("0.0.0.0/0", 3),
        ("10.0.0.0/8", 3),
        ("192.0.2.1/32", 3),
        ("192.0.2.128/25", 3),
    ]
    assert {str(route.prefix) for route in engine.routes.entries(6)} == set(six)
    gone = nlri(*six[1:], "2001:db8:ffff::/48", path_id=path_id)
    assert engine.routes.remove_nlri(6, gone, add_path=add_path) == 3
    assert [str(route.prefix) for route in engine.routes.entries(6)] == ["::/0"]


def test_bits_behind_a_prefix_in_nlri_are_not_looked_at(engine: pydp.Engine) -> None:
    assert engine.routes.set_nlri(4, bytes([20, 10, 1, 0xFF]), 3) == 1
    assert engine.routes.entries(4) == [Route(IPv4Network("10.1.240.0/20"), 3)]


def test_many_nlri_in_one_call(engine: pydp.Engine) -> None:
    prefixes = [str(IPv4Network((number << 12, 20))) for number in range(5000)]
    assert engine.routes.set_nlri(4, nlri(*prefixes), 9) == 5000
    assert engine.nexthops.read(9).routes == engine.routes.info().ipv4_routes == 5000
    assert engine.routes.remove_nlri(4, nlri(*prefixes)) == 5000
    assert engine.routes.info().ipv4_routes == 0


@pytest.mark.parametrize(
    ("version", "octets", "add_path", "at", "what"),
    [
        (4, bytes([33, 1, 2, 3, 4, 5]), False, 0, "no 33 bits"),
        (4, nlri("10.0.0.0/8") + bytes([24, 1, 2]), False, 2, "the octets end, at 5"),
        (4, nlri("10.0.0.0/8") + bytes([255]), False, 2, "no 255 bits"),
        (6, nlri("2001:db8::/32") + bytes([129]) + bytes(17), False, 5, "no 129 bits"),
        (6, nlri("2001:db8::/32", path_id=1) + bytes(4), True, 9, "the octets end, at 13"),
        (4, bytes(3), True, 0, "the octets end, at 3"),
        (4, bytes([0, 0, 0, 1, 32, 1, 2, 3]), True, 0, "the octets end, at 8"),
    ],
)
def test_malformed_nlri_changes_nothing_and_is_named(
    engine: pydp.Engine, version: int, octets: bytes, add_path: bool, at: int, what: str
) -> None:
    for call in (
        lambda: engine.routes.set_nlri(version, octets, 3, add_path=add_path),
        lambda: engine.routes.remove_nlri(version, octets, add_path=add_path),
    ):
        with pytest.raises(pydp.InvalidArgumentError, match=f"at octet {at}:.*{what}") as caught:
            call()
        assert caught.value.done == 0
    assert engine.routes.entries(version) == []


def test_a_full_table_names_the_prefix_and_says_how_many_are_set(engine: pydp.Engine) -> None:
    engine.routes.limit(ipv4_routes=2, ipv6_routes=1)
    three = nlri("10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8")
    with pytest.raises(pydp.OutOfMemoryError, match=r"12\.0\.0\.0/8.*2 IPv4 routes") as caught:
        engine.routes.set_nlri(4, three, 3)
    assert caught.value.done == 2
    assert [str(route.prefix) for route in engine.routes.entries(4)] == ["10.0.0.0/8", "11.0.0.0/8"]
    engine.routes.set("2001:db8::/32", 3)
    with pytest.raises(pydp.OutOfMemoryError, match=r"2001:db8:1::/48.*1 IPv6 routes"):
        engine.routes.set("2001:db8:1::/48", 3)
    # Changing what is there needs no room, and what leaves makes some.
    engine.routes.set("2001:db8::/32", 4)
    engine.routes.remove("10.0.0.0/8")
    engine.routes.set("12.0.0.0/8", 3)
    assert list(engine.routes.lookup(octets(["10.0.0.1", "11.0.0.1", "12.0.0.1"]))) == [0, 3, 3]


def test_memory_is_bounded_and_told(engine: pydp.Engine) -> None:
    engine.routes.limit(memory_mib=1)
    spread = [Route(IPv6Network((0x2001 << 112 | number << 88, 128)), 1) for number in range(4096)]
    with pytest.raises(pydp.OutOfMemoryError, match=r"/128.*may take 1 MiB") as caught:
        engine.routes.set_many(spread)
    info = engine.routes.info()
    assert info.ipv6_routes == caught.value.done < 4096
    assert 0.9 * info.max_memory < info.node_memory <= info.max_memory == 1 << 20
    assert info.memory > info.node_memory
    assert engine.routes.remove_many(route.prefix for route in spread) == caught.value.done
    assert engine.routes.info().node_memory == 0


def test_limits_are_set_before_the_first_route(engine: pydp.Engine) -> None:
    engine.routes.limit(ipv4_routes=10)
    engine.routes.limit(ipv4_routes=20)
    assert engine.routes.info().max_ipv4_routes == 20
    engine.routes.set("10.0.0.0/8", 1)
    with pytest.raises(pydp.StateError):
        engine.routes.limit(ipv4_routes=30)


@pytest.mark.parametrize("next_hop", [0, 2**20, 2**32 - 1, -1, 2**32])
def test_an_id_that_no_next_hop_can_have_is_refused(engine: pydp.Engine, next_hop: int) -> None:
    with pytest.raises(pydp.InvalidArgumentError):
        engine.routes.set_many(
            [Route(ip_network("10.0.0.0/8"), 1), Route(ip_network("11.0.0.0/8"), next_hop)]
        )
    with pytest.raises(pydp.InvalidArgumentError):
        engine.routes.set_nlri(4, nlri("10.0.0.0/8"), next_hop)
    assert engine.routes.entries(4) == []


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "router", "2001:db8::/129"])
def test_what_is_no_prefix_is_refused(engine: pydp.Engine, text: str) -> None:
    for call in (lambda: engine.routes.set(text, 1), lambda: engine.routes.get(text)):
        with pytest.raises(pydp.InvalidArgumentError):
            call()


@pytest.mark.parametrize("shape", [(4,), (2, 5), (1, 4, 4)])
def test_addresses_of_another_shape_are_refused(engine: pydp.Engine, shape: tuple[int, ...]) -> None:
    with pytest.raises(pydp.InvalidArgumentError):
        engine.routes.lookup(numpy.zeros(shape, dtype=numpy.uint8))


@pytest.mark.parametrize("idle", [pydp.Idle.SLEEP, pydp.Idle.POLL])
def test_beside_a_running_worker_memory_is_used_again(engine: pydp.Engine, idle: pydp.Idle) -> None:
    """Far more nodes are replaced than there is memory for: each waits until the worker has turned, and no longer."""
    engine.routes.limit(memory_mib=1)
    engine.start(idle=idle)
    for round in range(20):
        prefixes = nlri(*(f"10.0.{third}.{part}/30" for third in range(64) for part in range(0, 256, 16)))
        assert engine.routes.set_nlri(4, prefixes, 1 + round) == 1024
        assert engine.nexthops.read(1 + round).routes == 1024
        assert engine.routes.remove_nlri(4, prefixes) == 1024
    engine.stop()
    engine.routes.set("10.0.0.0/30", 1)
    engine.routes.remove("10.0.0.0/30")
    assert engine.routes.info().ipv4_routes == 0


def test_a_route_leads_to_a_next_hop_that_exists(engine: pydp.Engine) -> None:
    wanted = [Route(ip_network("10.0.0.0/8"), 1), Route(ip_network("11.0.0.0/8"), 77)]
    with pytest.raises(pydp.NotFoundError, match="77") as caught:
        engine.routes.set_many(wanted)
    assert caught.value.done == 0
    with pytest.raises(pydp.NotFoundError, match="77"):
        engine.routes.set_nlri(4, nlri("10.0.0.0/8"), 77)
    assert engine.routes.entries(4) == []


def test_a_next_hop_stays_while_routes_lead_to_it(engine: pydp.Engine) -> None:
    engine.routes.set_nlri(4, nlri("10.0.0.0/8", "11.0.0.0/8"), 5)
    engine.routes.set("2001:db8::/32", 5)
    with pytest.raises(pydp.BusyError, match="3 routes"):
        engine.nexthops.remove(5)
    engine.routes.set("11.0.0.0/8", 6)
    engine.routes.remove("10.0.0.0/8")
    assert engine.nexthops.read(5).routes == 1
    engine.routes.remove("2001:db8::/32")
    engine.nexthops.remove(5)
    with pytest.raises(pydp.NotFoundError):
        engine.routes.set("2001:db8::/32", 5)
