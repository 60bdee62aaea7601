# SPDX-License-Identifier: Apache-2.0
"""Configurations of the size and the kind that generators make for a large exchange: for each client its
prefixes and
origin ASes from the routing registries, filters in both directions, and a session for each family.

The text is ours; the sizes follow what generated configurations have: most clients have few prefixes, some
thousands.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

from bfd_fastpath.agent.drivers.bird import function
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


def bird(members: list[Client], filters: Path, *, rtr: bool) -> Iterator[str]:
    """BIRD 2, one session for each family of a client; the IPv6 one has the next hop of no interface, and
    stays down."""
    yield f'log stderr {{ fatal }};\nrouter id 10.0.0.1;\ninclude "{filters}";\nprotocol device {{ }}\n'
    mark, channel = ("rs_bfd_mark(); ", "rpki reload off; ") if rtr else ("", "")
    yield "ipv4 table rs4 sorted;\nipv6 table rs6 sorted;\n"
    for one in members:
        for version, suffix in ((4, "+"), (6, "+")):
            chosen = [f"{prefix}{suffix}" for prefix in one.prefixes if prefix.version == version]
            body = f"return net ~ [ {', '.join(chosen)} ];" if chosen else "return false;"
            yield f"function prefix_ok_{one.number}_{version}() {{ {body} }}\n"
        origins = ", ".join(map(str, one.origins))
        yield f"function origin_ok_{one.number}() {{ return bgp_path.last ~ [ {origins} ]; }}\n"
        for version, end in ((4, SERVER[0]), (6, SERVER[1])):
            name = f"c{one.number}_{version}"
            yield (
                f"filter from_{name} {{ if bgp_path.first != {one.asn} then reject;"
                f" if bgp_path.len > 32 then reject; if !prefix_ok_{one.number}_{version}() then reject;"
                f" if !origin_ok_{one.number}() then reject; {mark}accept; }}\n"
                f"filter to_{name} {{ if {function(client_address(one, version))}() then reject;"
                f" if (0, {one.asn % 65536}) ~ bgp_community then reject;"
                f" bgp_community.delete([(0, *), ({ASN}, *)]); accept; }}\n"
            )
            ends = f"local {end} port {PORT} as {ASN}; neighbor {client_address(one, version)}"
            yield (
                f"protocol bgp {name} {{ {ends} as {one.asn}; passive; rs client;"
                f" ipv{version} {{ table rs{version}; secondary; {channel}import limit 10000 action restart;"
                f" import filter from_{name}; export filter to_{name}; }}; }}\n"
            )


def client_address(one: Client, version: int) -> Address:
    return one.address if version == 4 else IPv6Address((0x20010DB8 << 96) + 2 + one.number)


def openbgpd(members: list[Client], filters: Path, socket: Path) -> Iterator[str]:
    yield (
        f"AS {ASN}\nrouter-id 10.0.0.1\nfib-update no\ntransparent-as yes\nrde evaluate all\n"
        f'listen on {SERVER[0]}\nsocket "{socket}"\n'
    )
    for one in members:
        yield f"prefix-set p{one.number} {{ {' '.join(f'{prefix} or-longer' for prefix in one.prefixes)} }}\n"
        yield f"as-set o{one.number} {{ {' '.join(map(str, sorted(set(one.origins))))} }}\n"
    yield 'group "clients" {\npassive\n'
    for one in members:
        for version in (4, 6):
            yield (
                f"neighbor {client_address(one, version)} {{\nremote-as {one.asn}\nannounce IPv{version}"
                " unicast\nmax-prefix 10000 restart 15\n}\n"
            )
    yield f'}}\ninclude "{filters}"\ndeny from any\n'
    for one in members:
        for version in (4, 6):
            address = client_address(one, version)
            yield f"allow from {address} prefix-set p{one.number} source-as as-set o{one.number}\n"
            yield f"deny quick to {address} community 0:{one.asn % 65536}\n"
    yield "allow to any set { nexthop no-modify community delete 0:* }\n"
