# SPDX-License-Identifier: Apache-2.0
"""The clients of a large exchange, with their prefixes and origin ASes from the routing registries: most have
few prefixes, some thousands."""

from __future__ import annotations

import random
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from bfd_fastpath.config.model import Address

ASN, PORT = 64500, 179
SERVER = "198.18.0.1", "2001:db8::1"
LAN = IPv4Network("198.18.0.0/16"), IPv6Network("2001:db8::/64")


@dataclass(frozen=True)
class Client:
    number: int
    asn: int
    address: IPv4Address
    prefixes: tuple[IPv4Network | IPv6Network, ...]
    origins: tuple[int, ...]


def clients(count: int, mean: int, seed: int) -> list[Client]:
    """`mean` prefixes each, log-normally: the median client has an eighth of it."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        size = max(1, round(mean * dice.lognormvariate(-2.08, 2.04)))
        prefixes = tuple(_prefix(dice) for _ in range(min(size, 200_000)))
        origins = tuple(dice.randrange(1, 400_000) for _ in range(1 + size // 8))
        address = IPv4Address("198.18.0.0") + 2 + number
        found.append(Client(number, 100_000 + number, address, prefixes, origins))
    return found


def _prefix(dice: random.Random) -> IPv4Network | IPv6Network:
    if dice.random() < 0.2:
        return IPv6Network(((0x2A00 << 112) | (dice.getrandbits(32) << 80), 48))
    length = dice.choice((16, 19, 20, 22, 23, 24, 24, 24))
    return IPv4Network(
        ((dice.randrange(1, 126) << 24 | dice.getrandbits(24)) >> (32 - length) << (32 - length), length)
    )


def client_address(one: Client, version: int) -> Address:
    return one.address if version == 4 else IPv6Address((0x20010DB8 << 96) + 2 + one.number)


def prefixes(one: Client, version: int) -> list[str]:
    """Those of one family, as text."""
    return [str(prefix) for prefix in one.prefixes if prefix.version == version]
