# SPDX-License-Identifier: Apache-2.0
"""What a FIB promises beyond the longest match: every length, limits that change nothing, ids, bursts of any size."""

import random
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest

from tests.fib.binding import lib
from tests.fib.subject import NETWORKS, NOENT, NOMEM, Fib, Model, Network, addresses_of


def fill(fib: Fib, routes: dict[str, int]) -> None:
    for prefix, next_hop in routes.items():
        assert fib.set(ip_network(prefix), next_hop) == 0


@pytest.mark.parametrize("inside", ["203.0.113.77", "2001:db8:1234:5678:9abc:def0:1122:3344"])
def test_every_length_covers_the_shorter_and_uncovers_them_when_it_goes(inside: str) -> None:
    fib, model, host = Fib(), Model(), ip_address(inside)
    nest: list[Network] = [
        ip_network((host, length), strict=False) for length in range(host.max_prefixlen + 1)
    ]
    order = random.Random(3)
    shortest = 0 if host.version == 4 else 12
    nest = [prefix for prefix in nest if prefix.prefixlen == 0 or prefix.prefixlen >= shortest]
    edges = [one for prefix in nest for one in addresses_of(prefix)]
    for step in (nest, order.sample(nest, len(nest))):
        for prefix in step:
            assert fib.set(prefix, prefix.prefixlen + 1) == 0
            model.set(prefix, prefix.prefixlen + 1)
        assert fib.lookup(edges) == [model.lookup(one) for one in edges]
        for prefix in order.sample(nest, len(nest)):
            assert fib.remove(prefix) == 0
            model.remove(prefix)
            near = [host, *addresses_of(prefix)]
            assert fib.lookup(near) == [model.lookup(one) for one in near]
        assert fib.lookup([host]) == [0]
        assert fib.match(host) is None


def test_neighbours_with_one_next_hop_are_taken_out_one_by_one() -> None:
    fib = Fib()
    fill(fib, {f"10.0.{third}.{part}/26": 9 for third in range(4) for part in (0, 64, 128, 192)})
    assert fib.remove(ip_network("10.0.1.64/26")) == 0
    assert fib.lookup([IPv4Address("10.0.1.63"), IPv4Address("10.0.1.64"), IPv4Address("10.0.1.128")]) == [
        9,
        0,
        9,
    ]
    assert fib.set(ip_network("10.0.2.0/26"), 8) == 0
    assert fib.lookup([IPv4Address("10.0.2.63"), IPv4Address("10.0.2.64")]) == [8, 9]


@pytest.mark.parametrize("version", [4, 6])
def test_a_full_table_changes_nothing(version: int) -> None:
    fib = Fib(routes=3)
    texts = {4: "10.0.{}.0/30", 6: "2001:db8:{}::/50"}[version]
    prefixes = [ip_network(texts.format(number)) for number in range(4)]
    assert [fib.set(prefix, 5) for prefix in prefixes] == [0, 0, 0, NOMEM]
    assert fib.routes(version) == dict.fromkeys(prefixes[:3], 5)
    assert fib.lookup([prefixes[3].network_address]) == [0]
    assert fib.set(prefixes[0], 6) == 0
    assert fib.uses(5) == 2
    assert fib.remove(prefixes[1]) == 0
    assert fib.set(prefixes[3], 7) == 0
    assert fib.lookup([prefix.network_address for prefix in prefixes]) == [6, 0, 5, 7]


@pytest.mark.parametrize("version", [4, 6])
def test_memory_that_runs_out_changes_nothing_and_comes_back(version: int) -> None:
    """Host routes far apart until there is no room for their nodes, at every point on the way."""
    fib, model, order = Fib(memory=48 << 10), Model(), random.Random(version)
    bare, bits = fib.memory, 32 if version == 4 else 128
    refused = 0
    while refused < 24:
        number = order.getrandbits(16) << (bits - 16) | order.getrandbits(bits - 16)
        length = order.choice([bits, bits - 3, 27, 25, 26])
        prefix = NETWORKS[version]((number >> (bits - length) << (bits - length), length))
        before = fib.memory
        result = fib.set(prefix, 1 + order.randrange(9))
        if result == 0:
            model.set(prefix, fib.get(prefix))
            continue
        assert result == NOMEM
        assert fib.get(prefix) == 0
        assert fib.memory <= before
        refused += 1
        # Removing and changing need no memory.
        some = order.choice(list(model.routes(version)))
        if refused % 2:
            assert fib.remove(some) == 0
            model.remove(some)
        else:
            assert fib.set(some, 77) == 0
            model.set(some, 77)
        edges = [one for known in (*model.routes(version), prefix) for one in addresses_of(known)]
        assert fib.lookup(edges) == [model.lookup(one) for one in edges]
    for prefix in model.routes(version):
        assert fib.remove(prefix) == 0
    assert fib.memory <= bare + 4096 * (8 if version == 4 else 24)


def test_the_bits_behind_a_prefix_do_not_matter() -> None:
    fib = Fib()
    fill(fib, {"192.0.2.0/24": 4, "2001:db8::/33": 6})
    assert fib.get(IPv4Network("192.0.2.0/24")) == 4
    assert lib.fib_get(fib.c, 4, IPv4Address("192.0.2.99").packed, 24) == 4
    assert lib.fib_set(fib.c, 6, IPv6Address("2001:db8:7fff::1").packed, 33, 7) == 0
    assert fib.routes(6) == {IPv6Network("2001:db8::/33"): 7}


def test_what_is_not_there_is_not_removed() -> None:
    fib = Fib()
    assert fib.remove(ip_network("0.0.0.0/0")) == NOENT
    fill(fib, {"192.0.2.0/24": 4})
    for prefix in ("192.0.2.0/25", "192.0.2.0/23", "::/0", "c000:200::/24"):
        assert fib.remove(ip_network(prefix)) == NOENT
    assert fib.lookup([IPv4Address("192.0.2.1")]) == [4]


def test_the_families_are_apart() -> None:
    fib = Fib()
    fill(fib, {"32.1.13.184/29": 1, "2001:db8::/32": 2, "0.0.0.0/0": 3})
    assert fib.lookup([IPv4Address("32.1.13.184"), IPv4Address("32.1.0.0")]) == [1, 3]
    assert fib.lookup([IPv6Address("2001:db8::1"), IPv6Address("2001:db9::")]) == [2, 0]


@pytest.mark.parametrize("version", [4, 6])
def test_bursts_of_every_size_are_looked_up(version: int) -> None:
    fib, model, order = Fib(), Model(), random.Random(11)
    bits = 32 if version == 4 else 128
    for _ in range(500):
        length = order.randint(9, bits)
        prefix = NETWORKS[version]((order.getrandbits(length) << (bits - length), length))
        assert fib.set(prefix, 1 + order.randrange(2**20 - 1)) == 0
        model.set(prefix, fib.get(prefix))
    wanted = [one for prefix in model.routes(version) for one in addresses_of(prefix)]
    for size in (*range(70), 255, 256, 257, 1999):
        burst = order.choices(wanted, k=size)
        assert fib.lookup(burst) == [model.lookup(one) for one in burst]
