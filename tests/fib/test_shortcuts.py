# SPDX-License-Identifier: Apache-2.0
"""IPv6 look-ups by the first 32 bits at once: right for whatever is below and above these, with or without room for it."""

import random
from ipaddress import IPv6Network

import pytest

from tests.fib.subject import NOMEM, Fib, Model, addresses_of

_HOLDERS = 600


def _prefix(order: random.Random, holder: int, length: int) -> IPv6Network:
    """Below the 32 bits of a holder; half of them have a few bits only, so that they are beside and in each other."""
    rest = order.getrandbits(96) if order.random() < 0.5 else order.getrandbits(4) << 96 - max(length - 32, 4)
    number = (0x2001_0000 + holder * 3) << 96 | rest
    return IPv6Network((number >> (128 - length) << (128 - length), length))


def _routes(order: random.Random) -> list[tuple[IPv6Network, int]]:
    """Of most holders a few routes with one next hop, of some of them many with many, of others just their own 32 bits."""
    routes = []
    for holder in range(_HOLDERS):
        kind = holder % 8
        for _ in range((1, 40, 20, 3, 3, 3, 3, 3)[kind]):
            length = order.choice((48, 48, 48, 44, 40, 36, 33, 32, 56, 64, 128)) if kind else 32
            routes.append((_prefix(order, holder, length), order.choice((1, 2, 3)) if kind < 3 else 7))
    return routes


def test_many_holders_with_few_prefixes_and_many() -> None:
    fib, model, order = Fib(), Model(), random.Random(6)
    routes = _routes(order)

    def compare() -> None:
        wanted = [one for prefix, _ in order.sample(routes, 800) for one in addresses_of(prefix)]
        assert fib.lookup(wanted) == [model.lookup(one) for one in wanted]

    for prefix, next_hop in routes:
        assert fib.set(prefix, next_hop) == 0
        model.set(prefix, next_hop)
    compare()
    # What covers them comes, gets another next hop, one that is no 16-bit number among these, and goes.
    for next_hop in (11, 12, 0xFFFE, 0xFFFF, 2**20 - 1):
        for cover in ("2001::/16", "2001:400::/22", "2001::/24", "2001:300::/25", "2001:8::/29", "::/0"):
            assert fib.set(IPv6Network(cover), next_hop) == 0
            model.set(IPv6Network(cover), next_hop)
        compare()
    for cover in ("2001:300::/25", "2001::/16", "::/0", "2001::/24", "2001:8::/29", "2001:400::/22"):
        assert fib.remove(IPv6Network(cover)) == 0
        model.remove(IPv6Network(cover))
        compare()
    left = list(model.routes(6))
    for number, gone in enumerate(order.sample(left, len(left))):
        assert fib.remove(gone) == 0
        model.remove(gone)
        if number % 800 == 0:
            compare()
    compare()


@pytest.mark.parametrize("kib", [160, 320])
def test_where_memory_is_short_routes_have_it(kib: int) -> None:
    fib, model, order = Fib(memory=kib << 10), Model(), random.Random(kib)
    routes = _routes(order)
    refused = 0
    for prefix, next_hop in routes:
        result = fib.set(prefix, next_hop)
        if result == 0:
            model.set(prefix, next_hop)
        else:
            assert result == NOMEM
            refused += 1
    assert 0 < refused < len(routes)
    wanted = [one for prefix, _ in order.sample(routes, 800) for one in addresses_of(prefix)]
    assert fib.lookup(wanted) == [model.lookup(one) for one in wanted]
    for known in model.routes(6):
        assert fib.set(known, 9) == 0
        model.set(known, 9)
    assert fib.lookup(wanted) == [model.lookup(one) for one in wanted]


def test_very_many_prefixes_of_one_next_hop_below_the_same_32_bits() -> None:
    fib, model, order = Fib(), Model(), random.Random(3)
    routes = [IPv6Network((0x2001_0DB8 << 96 | below << 80, 48)) for below in range(0, 1 << 16, 13)]
    for prefix in routes:
        assert fib.set(prefix, 5) == 0
        model.set(prefix, 5)
    for prefix in order.sample(routes, len(routes) - 40):
        wanted = addresses_of(prefix)
        assert fib.lookup(wanted) == [model.lookup(one) for one in wanted]
        assert fib.remove(prefix) == 0
        model.remove(prefix)
        assert fib.lookup(wanted) == [model.lookup(one) for one in wanted]
    assert len(fib.routes(6)) == 40
    assert fib.routes(6) == model.routes(6)
