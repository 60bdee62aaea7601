# SPDX-License-Identifier: Apache-2.0
"""The routes of an engine: prefixes, each with the id of a next hop, looked up by the longest prefix. Changes
take effect while the worker forwards, which is never held up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

import numpy

from pydp.addresses import Address, as_address, fill, read_known
from pydp.errors import InvalidArgumentError, NotFoundError, PydpError, raise_status
from pydp.ffi import ffi, lib

if TYPE_CHECKING:
    from pydp.engine import Engine

Prefix = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Route:
    """A prefix and the id of its next hop, 1 to 1048575."""

    prefix: Prefix
    next_hop: int


@dataclass(frozen=True, slots=True)
class RouteInfo:
    """How large the table is. Memory is in octets; parts of it that were never touched cost nothing."""

    ipv4_routes: int
    ipv6_routes: int
    max_ipv4_routes: int
    max_ipv6_routes: int
    #: All that belongs to the routes.
    memory: int
    #: The nodes of the look-up structures, and what those may take.
    node_memory: int
    max_memory: int


class Routes:
    """The routes of one engine; made by `Engine.routes`.

    An engine has no table, and pays for none, until it has its first route. Where one of several cannot be
    set because the table is full (OutOfMemoryError), the sentence names it, those before it are set, and
    `done` of the exception says how many; any other error means that nothing was changed.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def limit(self, *, ipv4_routes: int = 0, ipv6_routes: int = 0, memory_mib: int = 0) -> None:
        """How many routes there may be (0: 2,097,152 of each family, at most 16,777,216) and how much memory
        their nodes may take (0: 1,024 MiB, at most 16,384). StateError once there has been a route.
        """
        limits = ffi.new("struct pydp_route_limits *")
        try:
            limits.max_ipv4_routes, limits.max_ipv6_routes = ipv4_routes, ipv6_routes
            limits.max_memory_mib = memory_mib
        except OverflowError as error:
            raise InvalidArgumentError(f"a limit of routes is out of range: {error}") from None
        raise_status(lib.pydp_route_limit(self._engine._c, limits))

    def set(self, prefix: Prefix | str, next_hop: int) -> None:
        """Set the next hop of one prefix. Repeating it changes nothing. Raises InvalidArgumentError,
        NotFoundError (no such next hop), OutOfMemoryError.
        """
        self.set_many([Route(_prefix(prefix), next_hop)])

    def set_many(self, routes: Iterable[Route]) -> int:
        """Set the next hops of prefixes, in order; how many. Raises as `set`."""
        wanted = list(routes)
        raw = ffi.new("struct pydp_route[]", len(wanted))
        for target, route in zip(raw, wanted, strict=True):
            _fill(target.prefix, route.prefix)
            target.next_hop = _number(route.next_hop)
        return _counted(lib.pydp_route_set, self._engine._c, raw, len(wanted))

    def remove(self, prefix: Prefix | str) -> bool:
        """Remove the route of one prefix, whose addresses then go by a shorter prefix; False when it had
        none.
        """
        return self.remove_many([_prefix(prefix)]) == 1

    def remove_many(self, prefixes: Iterable[Prefix]) -> int:
        """Remove the routes of prefixes; how many there were. Prefixes without a route are passed over."""
        unwanted = list(prefixes)
        raw = ffi.new("struct pydp_prefix[]", len(unwanted))
        for target, prefix in zip(raw, unwanted, strict=True):
            _fill(target, prefix)
        return _counted(lib.pydp_route_remove, self._engine._c, raw, len(unwanted))

    def set_nlri(self, version: int, nlri: bytes, next_hop: int, *, add_path: bool = False) -> int:
        """Set one next hop for the prefixes of a BGP UPDATE, whose NLRI octets are taken as they came
        (RFC 4271 4.3; with `add_path`, RFC 7911); how many prefixes. `version`: 4 or 6. Raises as `set`;
        InvalidArgumentError names the octet where NLRI is malformed.
        """
        octets = ffi.from_buffer(nlri)
        return _counted(
            lib.pydp_route_set_nlri, self._engine._c, version, octets, len(nlri), add_path, _number(next_hop)
        )

    def remove_nlri(self, version: int, nlri: bytes, *, add_path: bool = False) -> int:
        """Remove the routes of the prefixes that a BGP UPDATE withdraws; how many there were."""
        octets = ffi.from_buffer(nlri)
        return _counted(lib.pydp_route_remove_nlri, self._engine._c, version, octets, len(nlri), add_path)

    def get(self, prefix: Prefix | str) -> int | None:
        """The next hop of exactly this prefix."""
        raw, found = ffi.new("struct pydp_prefix *"), ffi.new("uint32_t *")
        _fill(raw, _prefix(prefix))
        try:
            raise_status(lib.pydp_route_get(self._engine._c, raw, found))
        except NotFoundError:
            return None
        return int(found[0])

    def match(self, address: Address | str) -> Route | None:
        """The route that packets to this address take."""
        raw, found = ffi.new("struct pydp_address *"), ffi.new("struct pydp_route *")
        fill(raw, as_address(address))
        try:
            raise_status(lib.pydp_route_match(self._engine._c, raw, found))
        except NotFoundError:
            return None
        return _route(found)

    def lookup(self, addresses: "numpy.ndarray[Any, numpy.dtype[numpy.uint8]]") -> Any:
        """The next hops of many addresses, looked up as the worker does: addresses of shape (n, 4) or
        (n, 16), in network order; an array of n ids, 0 where there is no route. Raises InvalidArgumentError.
        """
        octets = numpy.ascontiguousarray(addresses, dtype=numpy.uint8)
        if octets.ndim != 2 or octets.shape[1] not in (4, 16):
            raise InvalidArgumentError(f"addresses have shape {octets.shape}: (n, 4) or (n, 16)")
        found = numpy.zeros(len(octets), dtype=numpy.uint32)
        raise_status(
            lib.pydp_route_lookup(
                self._engine._c,
                4 if octets.shape[1] == 4 else 6,
                ffi.cast("uint8_t *", octets.ctypes.data),
                len(octets),
                ffi.cast("uint32_t *", found.ctypes.data),
            )
        )
        return found

    def entries(self, version: int) -> list[Route]:
        """All routes of IPv4 or IPv6 (4 or 6), by prefix, a shorter one before those it covers."""
        count = ffi.new("uint32_t *")
        capacity = 1024
        while True:
            room = ffi.new("struct pydp_route[]", capacity)
            raise_status(lib.pydp_route_list(self._engine._c, version, room, capacity, count))
            if count[0] <= capacity:
                return [_route(room[i]) for i in range(count[0])]
            capacity = count[0]

    def info(self) -> RouteInfo:
        """How large the table is, and how large it may become."""
        raw = ffi.new("struct pydp_route_info *")
        raise_status(lib.pydp_route_info(self._engine._c, raw))
        return RouteInfo(
            ipv4_routes=raw.ipv4_routes,
            ipv6_routes=raw.ipv6_routes,
            max_ipv4_routes=raw.max_ipv4_routes,
            max_ipv6_routes=raw.max_ipv6_routes,
            memory=raw.memory,
            node_memory=raw.node_memory,
            max_memory=raw.max_memory,
        )


def _prefix(prefix: Prefix | str) -> Prefix:
    try:
        return ip_network(prefix)
    except ValueError as error:
        raise InvalidArgumentError(f"{prefix!r} is not a prefix ({error}); write 192.0.2.0/24") from error


def _number(next_hop: int) -> int:
    if not 0 <= next_hop < 2**32:
        raise InvalidArgumentError(f"next hop {next_hop} is out of range")
    return next_hop


def _fill(target: Any, prefix: Prefix) -> None:
    fill(target.address, prefix.network_address)
    target.length = prefix.prefixlen


def _route(raw: Any) -> Route:
    prefix = ip_network((read_known(raw.prefix.address), raw.prefix.length))
    return Route(prefix=prefix, next_hop=int(raw.next_hop))


def _counted(call: Any, *arguments: Any) -> int:
    done = ffi.new("uint32_t *")
    try:
        raise_status(call(*arguments, done))
    except PydpError as error:
        error.done = int(done[0])
        raise
    return int(done[0])
