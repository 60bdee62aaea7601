# SPDX-License-Identifier: Apache-2.0
"""Routes and destinations of a row: those of the suite fib, the same on every run, each to the one port or
the other by one bit that every prefix has.
"""

import subprocess
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

import numpy
import numpy.typing
from cffi import FFI

from bfd_fastpath.bench.sources import native

_HERE: Final = Path(__file__).parent
_FIB: Final = _HERE.parent / "fib"
_DECLARATIONS: Final = """
struct bench_route { uint8_t prefix[16]; uint8_t length, next_hop; };
struct bench_routes { struct bench_route *routes; uint32_t count; bool six; };
struct bench_routes bench_routes_make(uint32_t count, bool six);
void *bench_destinations(const struct bench_routes *routes, uint32_t among, uint32_t count);
"""
_ROUTE: Final = numpy.dtype([("prefix", numpy.uint8, 16), ("length", numpy.uint8), ("next_hop", numpy.uint8)])
#: The octet and the bit that say which port an address is behind; the shortest prefixes are /8 and /29.
_PORT_BIT: Final = {4: (0, 0x01), 6: (3, 0x08)}

Octets = numpy.typing.NDArray[numpy.uint8]


def port_of(family: int, octets: Octets) -> "numpy.typing.NDArray[numpy.bool_]":
    """Of addresses or prefixes, one in a row: the port (0 or 1) that they are reached by."""
    at, bit = _PORT_BIT[family]
    behind: numpy.typing.NDArray[numpy.bool_] = (octets[:, at] & bit) != 0
    return behind


@dataclass(frozen=True)
class Table:
    """Routes and where they lead; next hops count from 0 on either port."""

    family: int
    prefixes: Octets
    lengths: Octets
    ports: "numpy.typing.NDArray[numpy.bool_]"
    next_hops: Octets
    #: Addresses in these routes.
    destinations: Octets

    def networks(self) -> list[tuple[IPv4Network | IPv6Network, int]]:
        """Each with its port, for tables of moderate size."""
        width, kind = (4, IPv4Network) if self.family == 4 else (16, IPv6Network)
        return [
            (kind((bytes(prefix[:width]), int(length))), int(port))
            for prefix, length, port in zip(self.prefixes, self.lengths, self.ports, strict=True)
        ]

    def nlri(self, port: int, next_hop: int) -> bytes:
        """The prefixes that lead there, as BGP writes them."""
        chosen = (self.ports == bool(port)) & (self.next_hops == next_hop)
        written = []
        for length in numpy.unique(self.lengths[chosen]):
            those = self.prefixes[chosen & (self.lengths == length)][:, : (int(length) + 7) // 8]
            head = numpy.full((len(those), 1), length, numpy.uint8)
            written.append(numpy.hstack([head, those]).tobytes())
        return b"".join(written)

    def behind(self, port: int, count: int) -> Octets:
        """So many destinations that are reached by a port."""
        width = 4 if self.family == 4 else 16
        there = port_of(self.family, self.destinations) == bool(port)
        if self.family == 4:
            # Loopback and link-local addresses are in some of the routes, and no router forwards them.
            first, second = self.destinations[:, 0], self.destinations[:, 1]
            there &= (first != 127) & ~((first == 169) & (second == 254))
        found = self.destinations[there][:count, :width]
        if len(found) < count:
            raise ValueError(f"{len(found)} destinations behind port {port}, not {count}")
        return numpy.ascontiguousarray(found)


class Maker:
    """Makes tables; its C is compiled once, in a directory that is the
    caller's.
    """

    def __init__(self, room: Path) -> None:
        library, tree = room / "routes.so", native()
        include = [f"-I{_FIB}", f"-I{tree}", f"-I{tree / 'include'}"]
        dpdk = subprocess.run(
            ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
        ).stdout.split()
        command = ["gcc", "-shared", "-fPIC", "-O2", "-std=c11", "-D_GNU_SOURCE", *include, *dpdk]
        sources = [_FIB / "routes.c"]
        subprocess.run([*command, *map(str, sources), "-o", str(library)], check=True)
        self._ffi = FFI()
        self._ffi.cdef(_DECLARATIONS)
        self._lib: Any = self._ffi.dlopen(str(library))

    def table(self, family: int, routes: int, next_hops: int, destinations: int) -> Table:
        """Destinations: at least so many behind either port, each in a route that was chosen at random."""
        made = self._lib.bench_routes_make(routes, family == 6)
        if made.count < routes:
            raise ValueError(f"{made.count} different prefixes, not {routes}")
        drawn = 3 * destinations + 64
        addresses = self._lib.bench_destinations(self._ffi.addressof(made), made.count, drawn)
        raw = numpy.frombuffer(self._ffi.buffer(made.routes, made.count * _ROUTE.itemsize), _ROUTE)
        return Table(
            family=family,
            prefixes=raw["prefix"].copy(),
            lengths=raw["length"].copy(),
            ports=port_of(family, raw["prefix"]),
            next_hops=(raw["next_hop"] % next_hops).astype(numpy.uint8),
            destinations=numpy.frombuffer(self._ffi.buffer(addresses, drawn * 16), numpy.uint8)
            .reshape(drawn, 16)
            .copy(),
        )
