# SPDX-License-Identifier: Apache-2.0
"""Prefixes as UPDATEs carry them: one octet of length in bits, then as few octets as hold them (RFC 4271
4.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

Prefix: TypeAlias = IPv4Network | IPv6Network

_IPV4_MASKS = tuple((0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF for length in range(33))
_IPV6_MASKS = tuple(((1 << 128) - 1) ^ ((1 << (128 - length)) - 1) for length in range(129))


class _KnownIPv4(IPv4Network):
    """Equal to the same IPv4Network, with the same hash, which it keeps: tables ask for it again and again,
    and `ipaddress` makes it anew every time."""

    def __init__(self, address: tuple[int, int]) -> None:
        super().__init__(address)
        self._hash = super().__hash__()

    def __hash__(self) -> int:
        return self._hash


class _KnownIPv6(IPv6Network):
    """As _KnownIPv4."""

    def __init__(self, address: tuple[int, int]) -> None:
        super().__init__(address)
        self._hash = super().__hash__()

    def __hash__(self) -> int:
        return self._hash


class PrefixError(ValueError):
    """A prefix longer than its family allows, or one that runs past the end."""


def decode_ipv4(data: bytes, position: int, end: int) -> list[IPv4Network]:
    """Read the prefixes in data[position:end]; bits beyond a prefix's length are ignored (RFC 4271 4.3).

    Raises PrefixError. The exact decoder: it says what is wrong, where nlri.read() only says that something
    is.
    """
    found: list[IPv4Network] = []
    append, from_bytes, masks, network = found.append, int.from_bytes, _IPV4_MASKS, _KnownIPv4
    while position < end:
        length = data[position]
        position += 1
        octets = (length + 7) >> 3
        stop = position + octets
        if length > 32 or stop > end:
            raise PrefixError(f"IPv4 prefix of {length} bits with {end - position} octets left")
        append(network((from_bytes(data[position:stop], "big") << (32 - 8 * octets) & masks[length], length)))
        position = stop
    return found


def decode_ipv6(data: bytes, position: int, end: int) -> list[IPv6Network]:
    """As decode_ipv4, for IPv6."""
    found: list[IPv6Network] = []
    append, from_bytes, masks, network = found.append, int.from_bytes, _IPV6_MASKS, _KnownIPv6
    while position < end:
        length = data[position]
        position += 1
        octets = (length + 7) >> 3
        stop = position + octets
        if length > 128 or stop > end:
            raise PrefixError(f"IPv6 prefix of {length} bits with {end - position} octets left")
        append(
            network((from_bytes(data[position:stop], "big") << (128 - 8 * octets) & masks[length], length))
        )
        position = stop
    return found


def encoded_length(prefix: Prefix) -> int:
    """Octets of one prefix."""
    return 1 + ((prefix.prefixlen + 7) >> 3)


def encode_prefix(prefix: Prefix) -> bytes:
    """One prefix."""
    length = prefix.prefixlen
    return bytes((length,)) + prefix.network_address.packed[: (length + 7) >> 3]


def encode_prefixes(prefixes: Iterable[Prefix]) -> bytes:
    """The prefixes one after another."""
    return b"".join([encode_prefix(prefix) for prefix in prefixes])
