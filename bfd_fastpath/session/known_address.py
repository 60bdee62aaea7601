# SPDX-License-Identifier: Apache-2.0
"""Addresses of next hops that are looked up again and again: each keeps its hash and its octets, which
`ipaddress` makes anew every time."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from bfd_fastpath.session.spec import Address


class KnownIPv4(IPv4Address):
    """Equal to the same IPv4Address, with the same hash."""

    __slots__ = ("_hash", "packed")
    version = 4
    packed: bytes

    def __init__(self, address: object) -> None:
        super().__init__(address)
        self._hash = super().__hash__()
        self.packed = super().packed

    def __hash__(self) -> int:
        return self._hash


class KnownIPv6(IPv6Address):
    """Equal to the same IPv6Address, with the same hash."""

    __slots__ = ("_hash", "packed")
    version = 6
    packed: bytes

    def __init__(self, address: object) -> None:
        super().__init__(address)
        self._hash = super().__hash__()
        self.packed = super().packed

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[KnownIPv6], tuple[str]]:
        """With the scope, which ipaddress leaves out in Debian 12's Python 3.11.2."""
        return KnownIPv6, (str(self),)


def known(address: Address) -> Address:
    """The same address, with its hash kept; it has a scope if it had one."""
    if isinstance(address, KnownIPv4 | KnownIPv6):
        return address
    if isinstance(address, IPv4Address):
        return KnownIPv4(int(address))
    return KnownIPv6(str(address))
