# SPDX-License-Identifier: Apache-2.0
"""What a cache has: records under a serial number, and what each version changed (RFC 8210 5.1)."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from bfd_fastpath.wire.rtr.pdu import Pdu, PduType

_SERIALS = 1 << 32
#: How many versions back a router may be to get the difference; others get everything.
KEPT = 64


@dataclass(frozen=True, slots=True)
class Roa:
    """A prefix, up to which length it may be, and an origin AS."""

    prefix: IPv4Network | IPv6Network
    longest: int
    asn: int

    def encode(self, version: int, *, announce: bool) -> bytes:
        """RFC 8210 5.6, 5.7. `version`: of the protocol."""
        kind = PduType.IPV4_PREFIX if self.prefix.version == 4 else PduType.IPV6_PREFIX
        head = struct.pack(">BBBB", announce, self.prefix.prefixlen, self.longest, 0)
        body = head + self.prefix.network_address.packed + struct.pack(">L", self.asn)
        return Pdu(version, kind, 0, body).encode()


@dataclass(frozen=True, slots=True)
class Difference:
    """From the serial before to the next one."""

    announced: frozenset[Roa]
    withdrawn: frozenset[Roa]


class Cache:
    """`session`: 0..65535, another one for each life of the cache, so that routers do not take an old serial
    for one of ours."""

    def __init__(self, session: int, serial: int = 0) -> None:
        self.session = session
        self.serial = serial
        self.records: frozenset[Roa] = frozenset()
        self._before: deque[Difference] = deque(maxlen=KEPT)

    def replace(self, records: Iterable[Roa]) -> bool:
        """Exactly these are in force; whether that makes another version."""
        wanted = frozenset(records)
        if wanted == self.records:
            return False
        self._before.append(Difference(wanted - self.records, self.records - wanted))
        self.records = wanted
        self.serial = (self.serial + 1) % _SERIALS
        return True

    def since(self, serial: int) -> Difference | None:
        """What came and went since that version; None where that is not known any more."""
        behind = (self.serial - serial) % _SERIALS
        if behind > len(self._before):
            return None
        announced: set[Roa] = set()
        withdrawn: set[Roa] = set()
        for one in list(self._before)[len(self._before) - behind :]:
            announced, withdrawn = (
                (announced - one.withdrawn) | (one.announced - withdrawn),
                (withdrawn - one.announced) | (one.withdrawn - announced),
            )
        return Difference(frozenset(announced), frozenset(withdrawn))
