# SPDX-License-Identifier: Apache-2.0
"""What a cache has: records under a serial number, and what each version changed (RFC 8210 5.1)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from bfd_fastpath.wire.rtr.pdu import PduType, head

_SERIALS = 1 << 32
#: How many versions back a router may be to get the difference; others get everything.
KEPT = 64

Prefix: TypeAlias = IPv4Network | IPv6Network
#: By prefix, at its own length alone, the origin ASes that it may have. An object for each pair would be
#: millions where an exchange is cut in two.
Records: TypeAlias = Mapping[Prefix, frozenset[int]]
_NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """From the serial before to the next one."""

    announced: Records
    withdrawn: Records


def encode(records: Records, version: int, *, announce: bool) -> Iterator[bytes]:
    """The PDUs of each prefix, in order (RFC 8210 5.6, 5.7). `version`: of the protocol."""
    for prefix in sorted(records, key=lambda one: (one.version, one.network_address)):
        bits = prefix.prefixlen
        body = bytes((announce, bits, bits, 0)) + prefix.network_address.packed
        kind = PduType.IPV4_PREFIX if prefix.version == 4 else PduType.IPV6_PREFIX
        front = head(version, kind, 0, len(body) + 4) + body
        yield b"".join([front + asn.to_bytes(4, "big") for asn in sorted(records[prefix])])


def differing(one: Records, other: Records) -> Iterator[Prefix]:
    """The prefixes that do not have the same ASes in both."""
    for prefix in {**one, **other}:
        if one.get(prefix, _NOBODY) != other.get(prefix, _NOBODY):
            yield prefix


class Cache:
    """`session`: 0..65535, another one for each life of the cache, so that routers do not take an old serial
    for one of ours."""

    def __init__(self, session: int, serial: int = 0) -> None:
        self.session = session
        self.serial = serial
        self.records: Records = {}
        self._before: deque[Difference] = deque(maxlen=KEPT)

    def replace(self, records: Records) -> bool:
        """Exactly these are in force; whether that makes another version."""
        wanted = {prefix: asns for prefix, asns in records.items() if asns}
        changed = list(differing(self.records, wanted))
        if not changed:
            return False
        self._before.append(
            Difference(_beyond(wanted, self.records, changed), _beyond(self.records, wanted, changed))
        )
        self.records = wanted
        self.serial = (self.serial + 1) % _SERIALS
        return True

    def since(self, serial: int) -> Difference | None:
        """What came and went since that version; None where that is not known any more."""
        behind = (self.serial - serial) % _SERIALS
        if behind > len(self._before):
            return None
        announced: dict[Prefix, frozenset[int]] = {}
        withdrawn: dict[Prefix, frozenset[int]] = {}
        for one in list(self._before)[len(self._before) - behind :]:
            for prefix in {**one.announced, **one.withdrawn}:
                new, gone = one.announced.get(prefix, _NOBODY), one.withdrawn.get(prefix, _NOBODY)
                had, lost = announced.get(prefix, _NOBODY), withdrawn.get(prefix, _NOBODY)
                announced[prefix] = (had - gone) | (new - lost)
                withdrawn[prefix] = (lost - new) | (gone - had)
        return Difference(_some(announced), _some(withdrawn))


def _beyond(some: Records, others: Records, prefixes: list[Prefix]) -> Records:
    """What these have, of these prefixes, that the others have not."""
    return _some({one: _less(some.get(one, _NOBODY), others.get(one, _NOBODY)) for one in prefixes})


def _less(some: frozenset[int], others: frozenset[int]) -> frozenset[int]:
    """No other object where there is nothing to take away."""
    return some - others if others else some


def _some(records: Records) -> Records:
    return {prefix: asns for prefix, asns in records.items() if asns}
