# SPDX-License-Identifier: Apache-2.0
"""Several entries read at once or one after the other: the same next hops, whatever the length of the burst."""

import random
from ipaddress import IPv4Address, IPv4Network

import pytest

from tests.fib.subject import Fib, Model, addresses_of


@pytest.mark.parametrize("default", [False, True])
@pytest.mark.parametrize("vector_bits", [128, 256])
def test_a_burst_of_any_length_is_looked_up_right(vector_bits: int, default: bool) -> None:
    rng = random.Random(5)
    fib, model = Fib(vector_bits=vector_bits), Model()
    prefixes = [IPv4Network((rng.getrandbits(32), rng.randint(12, 32)), strict=False) for _ in range(300)]
    prefixes += [IPv4Network("0.0.0.0/0")] if default else []
    for next_hop, prefix in enumerate(prefixes, 1):
        assert fib.set(prefix, next_hop) == 0
        model.set(prefix, next_hop)
    edges = [address for prefix in prefixes for address in addresses_of(prefix)]
    strangers = [IPv4Address(rng.getrandbits(32)) for _ in range(300)]
    known = [*edges, *strangers]
    for count in range(1, 140):
        addresses = rng.sample(known, count)
        assert fib.lookup(addresses) == [model.lookup(address) for address in addresses], count
