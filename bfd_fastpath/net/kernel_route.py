# SPDX-License-Identifier: Apache-2.0
"""Routes of the kernel's main table, read from rtnetlink's octets (linux/rtnetlink.h).

RouteMessage takes the place of pyroute2's own class, which needs some fifty times as long for a message: a
table may have a million routes, and BGP runs in the same loop.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MAIN = 254
_REDIRECT, _KERNEL = 1, 2
_CLONED = 0x200
_DEAD = 1
_AF_INET, _AF_INET6 = 2, 10
_DST, _OIF, _GATEWAY, _PRIORITY, _MULTIPATH, _TABLE, _VIA = 1, 4, 5, 6, 9, 15, 18
_ATTRIBUTE_TYPE = 0x3FFF
_HEADER = struct.Struct("=IHHII")
#: struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags.
_RTMSG = struct.Struct("=BBBBBBBBI")
#: struct rtnexthop: length, flags, hops, ifindex.
_NEXTHOP = struct.Struct("=HBBi")
_ATTRIBUTE = struct.Struct("=HH")
_U32 = struct.Struct("=I")


class RouteType(IntEnum):
    """rtm_type, as far as it is of interest to who forwards."""

    UNICAST = 1
    BLACKHOLE = 6
    UNREACHABLE = 7
    PROHIBIT = 8


_TYPES = {int(one): one for one in RouteType}


@dataclass(frozen=True, slots=True)
class KernelHop:
    """A next hop: the interface's index, the neighbour there (None: the destination itself), the share."""

    interface: int
    via: Address | None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class KernelRoute:
    """A route that somebody other than the kernel itself made."""

    prefix: Network
    type: RouteType
    metric: int
    #: rtm_protocol: 3 boot, 4 static, 12 BIRD, 186 to 196 FRR.
    protocol: int
    hops: tuple[KernelHop, ...] = ()


class RouteMessage(dict[str, Any]):
    """RTM_NEWROUTE or RTM_DELROUTE, as pyroute2's marshal wants a class of messages."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        super().__init__()
        self._data = data
        self._offset = offset
        self.route: KernelRoute | None = None
        """None: of no interest."""

    def decode(self) -> None:
        """The header by its names in pyroute2, and the route."""
        length, kind, flags, sequence, sender = _HEADER.unpack_from(self._data, self._offset)
        self["header"] = {
            "length": length,
            "type": kind,
            "flags": flags,
            "sequence_number": sequence,
            "pid": sender,
            "error": None,
        }
        self.route = read_route(self._data, self._offset + _HEADER.size, self._offset + length)


def read_route(data: bytes, position: int, end: int) -> KernelRoute | None:
    """The route in a struct rtmsg with its attributes, in data[position:end]; None for one of no interest: of
    another table, the kernel's own (connected, local), multicast, cached, or for a type of service."""
    family, length, _, tos, table, protocol, _, kind, flags = _RTMSG.unpack_from(data, position)
    route_type = _TYPES.get(kind)
    if route_type is None or tos or flags & _CLONED or protocol in (_REDIRECT, _KERNEL):
        return None
    if family not in (_AF_INET, _AF_INET6):
        return None
    found = dict(_attributes(data, position + _RTMSG.size, end))
    if (_U32.unpack(found[_TABLE])[0] if _TABLE in found else table) != _MAIN:
        return None
    prefix = _prefix(family, found.get(_DST, b""), length)
    if prefix.is_multicast or (prefix.is_link_local and family == _AF_INET6):
        return None
    metric = _U32.unpack(found[_PRIORITY])[0] if _PRIORITY in found else 0
    hops = tuple(_hops(found, flags)) if route_type is RouteType.UNICAST else ()
    return KernelRoute(prefix, route_type, metric, protocol, hops)


def _attributes(data: bytes, position: int, end: int) -> Iterator[tuple[int, bytes]]:
    while position + _ATTRIBUTE.size <= end:
        length, kind = _ATTRIBUTE.unpack_from(data, position)
        if length < _ATTRIBUTE.size:
            return
        yield kind & _ATTRIBUTE_TYPE, bytes(data[position + _ATTRIBUTE.size : position + length])
        position += (length + 3) & ~3


def _prefix(family: int, octets: bytes, length: int) -> Network:
    if family == _AF_INET:
        return IPv4Network((octets or bytes(4), length))
    return IPv6Network((octets or bytes(16), length))


def _hops(found: dict[int, bytes], flags: int) -> Iterator[KernelHop]:
    several = found.get(_MULTIPATH)
    if several is None:
        if _OIF in found and not flags & _DEAD:
            yield KernelHop(_U32.unpack(found[_OIF])[0], _via(found))
        return
    position = 0
    while position + _NEXTHOP.size <= len(several):
        length, hop_flags, hops, interface = _NEXTHOP.unpack_from(several, position)
        if length < _NEXTHOP.size:
            return
        if not hop_flags & _DEAD:
            inner = dict(_attributes(several, position + _NEXTHOP.size, position + length))
            yield KernelHop(interface, _via(inner), hops + 1)
        position += (length + 3) & ~3


def _via(found: dict[int, bytes]) -> Address | None:
    gateway = found.get(_GATEWAY)
    if gateway is None and _VIA in found:
        # struct rtvia: the family, then the address (RFC 8950).
        gateway = found[_VIA][2:]
    if gateway is None:
        return None
    return IPv4Address(gateway) if len(gateway) == 4 else IPv6Address(gateway)
