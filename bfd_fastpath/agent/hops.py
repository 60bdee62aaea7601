# SPDX-License-Identifier: Apache-2.0
"""What a client lost, as ROAs that BIRD's filters look up: the prefix is the client's address, the origin AS
a number that stands for the next hop. BIRD 2 computes that number from the next hop when it takes a route."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network

from bfd_fastpath.agent.driver import Wanted, ordered
from bfd_fastpath.config.model import Address, Network
from bfd_fastpath.wire.rtr import Records
from bfd_fastpath.wire.rtr.cache import differing

_NUMBERS = 1 << 32


def weight(version: int, bit: int) -> int:
    """What a bit of an address, the first one 0, adds to the number."""
    if version == 4:
        return 1 << (31 - bit)
    return int.from_bytes(sha256(b"rs-bfd next hop, bit %d" % bit).digest()[:4], "big") | 1


def number(hop: Address) -> int:
    """An IPv4 address is its own number; of an IPv6 address it is a hash, which two may share."""
    last = hop.max_prefixlen - 1
    bits = (bit for bit in range(last + 1) if int(hop) >> (last - bit) & 1)
    return sum(weight(hop.version, bit) for bit in bits) % _NUMBERS


def roas(wanted: Wanted) -> tuple[Records, frozenset[Address]]:
    """The records, and the next hops that cannot be left out, since another address has the same number."""
    of: dict[int, set[Address]] = defaultdict(set)
    # A member's addresses have one tuple, and one set: to hash its addresses is most of the work.
    several = {id(hops): hops for hops in wanted.excluded.values()}
    lost = {hop for hops in several.values() for hop in hops}
    for address in lost | set(wanted.clients):
        of[number(address)].add(address)
    numbers = {hop: found for hop in lost if (found := number(hop)) and len(of[found]) == 1}
    sets = {one: frozenset([numbers[hop] for hop in hops if hop in numbers]) for one, hops in several.items()}
    records = {_host(client): sets[id(hops)] for client, hops in wanted.excluded.items()}
    return records, frozenset(lost - numbers.keys())


def clients(records: Iterable[IPv4Network | IPv6Network]) -> frozenset[Address]:
    """Whom records of these prefixes are for."""
    return frozenset(prefix.network_address for prefix in records)


def changed(before: Records, after: Records) -> frozenset[Address]:
    """Whose records are others."""
    return clients(differing(before, after))


def mark(lan: Sequence[Network]) -> Iterator[str]:
    """BIRD's function that gives a route the number of its next hop; next hops outside the LAN get none."""
    yield "function rs_bfd_mark() {\n"
    for network in sorted(lan, key=lambda one: (one.version, one.network_address)):
        yield f"  if bgp_next_hop ~ {network} then {{\n"
        yield f"    rs_bfd_hop = {number(network.network_address)};\n"
        for bit in range(network.prefixlen, network.max_prefixlen):
            yield (
                f"    if bgp_next_hop.mask({bit + 1}) != bgp_next_hop.mask({bit})"
                f" then rs_bfd_hop = rs_bfd_hop + {weight(network.version, bit)};\n"
            )
        yield "  }\n"
    yield "}\n"


def lookup(name: str, client: Address) -> str:
    """BIRD's function of one client: is the route's next hop one that it lost? The text says not which."""
    table = f"rs_bfd{client.version}"
    asked = f"roa_check({table}, {_host(client)}, rs_bfd_hop) = ROA_VALID"
    return f"function {name}() {{ if !defined(rs_bfd_hop) then return false; return {asked}; }}\n"


def _host(client: Address) -> IPv4Network | IPv6Network:
    return ip_network(client)


def in_order(addresses: Iterable[Address]) -> list[Address]:
    return sorted(addresses, key=ordered)
