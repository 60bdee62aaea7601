# SPDX-License-Identifier: Apache-2.0
"""A FIB of native/fib with Python's types, and a model of it that is a dictionary and a search."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from tests.fib.binding import ffi, lib

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

NETWORKS: dict[int, type[Network]] = {4: IPv4Network, 6: IPv6Network}
NOMEM, NOENT = -2, -4


class Fib:
    def __init__(
        self,
        *,
        routes: int = 1 << 16,
        memory: int = 64 << 20,
        readers: Any = ffi.NULL,
        vector_bits: int = 256,
    ) -> None:
        """vector_bits: as EAL's --force-max-simd-bitwidth would say."""
        assert lib.rte_vect_set_max_simd_bitwidth(vector_bits) == 0
        config = ffi.new("struct fib_config *")
        config.max_routes4 = config.max_routes6 = routes
        config.max_memory = memory
        config.seed = 7
        config.readers = readers
        made = ffi.new("struct fib **")
        assert lib.fib_create(config, made) == 0
        self.c = ffi.gc(made[0], lib.fib_destroy)

    def set(self, prefix: Network, next_hop: int) -> int:
        return int(
            lib.fib_set(self.c, prefix.version, prefix.network_address.packed, prefix.prefixlen, next_hop)
        )

    def remove(self, prefix: Network) -> int:
        return int(lib.fib_remove(self.c, prefix.version, prefix.network_address.packed, prefix.prefixlen))

    def get(self, prefix: Network) -> int:
        return int(lib.fib_get(self.c, prefix.version, prefix.network_address.packed, prefix.prefixlen))

    def lookup(self, addresses: Iterable[Address]) -> list[int]:
        """Of one family, through the burst call."""
        wanted = list(addresses)
        found = ffi.new("uint32_t[]", len(wanted) + 1)
        found[len(wanted)] = 0xFFFFFFFF
        if not wanted:
            return []
        if wanted[0].version == 4:
            lib.fib_lookup4(self.c, [int(one) for one in wanted], found, len(wanted))
        else:
            keep = [ffi.new("uint8_t[16]", one.packed) for one in wanted]
            lib.fib_lookup6(self.c, ffi.new("uint8_t *[]", keep), found, len(wanted))
        assert found[len(wanted)] == 0xFFFFFFFF
        return list(ffi.unpack(found, len(wanted)))

    def match(self, address: Address) -> tuple[Network, int] | None:
        route = ffi.new("struct fib_route *")
        if not lib.fib_match(self.c, address.version, address.packed, route):
            return None
        return _network(address.version, route), int(route.next_hop)

    def routes(self, version: int) -> dict[Network, int]:
        route, at, found = ffi.new("struct fib_route *"), ffi.new("uint32_t *"), {}
        while lib.fib_next(self.c, version, at, route):
            network = _network(version, route)
            assert network not in found
            found[network] = int(route.next_hop)
        assert lib.fib_count(self.c, version) == len(found)
        return found

    def uses(self, next_hop: int) -> int:
        return int(lib.fib_uses(self.c, next_hop))

    @property
    def memory(self) -> int:
        return int(lib.fib_memory(self.c))


def _network(version: int, route: Any) -> Network:
    octets = bytes(route.prefix)
    assert version == 6 or octets[4:] == bytes(12)
    return NETWORKS[version]((octets[: 4 if version == 4 else 16], route.length))


def addresses_of(prefix: Network) -> list[Address]:
    """Its first and last address, and those beside it."""
    first, last = int(prefix.network_address), int(prefix.broadcast_address)
    most = 2**prefix.max_prefixlen - 1
    kind = type(prefix.network_address)
    return [kind(min(max(number, 0), most)) for number in (first - 1, first, last, last + 1)]


class Model:
    """The longest prefix is the first one that is found, from long to short."""

    def __init__(self) -> None:
        self._hops: dict[tuple[int, int, int], int] = {}

    @staticmethod
    def _key(version: int, number: int, length: int) -> tuple[int, int, int]:
        return version, length, number >> ((32 if version == 4 else 128) - length)

    def set(self, prefix: Network, next_hop: int) -> None:
        self._hops[self._key(prefix.version, int(prefix.network_address), prefix.prefixlen)] = next_hop

    def remove(self, prefix: Network) -> int | None:
        return self._hops.pop(self._key(prefix.version, int(prefix.network_address), prefix.prefixlen), None)

    def match(self, address: Address) -> tuple[Network, int] | None:
        number, bits = int(address), address.max_prefixlen
        for length in range(bits, -1, -1):
            found = self._hops.get(self._key(address.version, number, length))
            if found is not None:
                return NETWORKS[address.version](
                    (number >> (bits - length) << (bits - length), length)
                ), found
        return None

    def lookup(self, address: Address) -> int:
        found = self.match(address)
        return found[1] if found else 0

    def routes(self, version: int) -> dict[Network, int]:
        bits = 32 if version == 4 else 128
        return {
            NETWORKS[version]((number << (bits - length), length)): hop
            for (family, length, number), hop in self._hops.items()
            if family == version
        }
