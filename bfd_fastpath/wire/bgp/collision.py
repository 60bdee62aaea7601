# SPDX-License-Identifier: Apache-2.0
"""Which of two connections between the same speakers survives (RFC 4271 6.8, RFC 6286 2.3)."""

from __future__ import annotations

from ipaddress import IPv4Address


def keeps_outgoing(local: tuple[IPv4Address, int], remote: tuple[IPv4Address, int]) -> bool:
    """Whether the connection we opened survives, rather than the peer's.

    Each side is its BGP identifier and AS number: the higher identifier's connection stays, or between equal
    identifiers that of the higher AS.
    """
    return (int(local[0]), local[1]) > (int(remote[0]), remote[1])
