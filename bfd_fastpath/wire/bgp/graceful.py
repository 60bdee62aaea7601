# SPDX-License-Identifier: Apache-2.0
"""The graceful restart capability (RFC 4724 3). We send it without families: we keep the routes of a peer
that restarts, and do not restart ourselves."""

from __future__ import annotations

from dataclasses import dataclass

from bfd_fastpath.wire.bgp.family import Family

_RESTARTED, _FORWARDING = 0x8000, 0x80
_TIME = 0x0FFF


class GracefulRestartError(ValueError):
    """A capability whose length is impossible."""


@dataclass(frozen=True, slots=True)
class GracefulRestart:
    """`restarted`: the sender has just done so. `time_s`: how long it may need to come back, in seconds.
    `families`: those whose routes it asks to keep; `forwarding`: those of them that it went on forwarding
    meanwhile."""

    restarted: bool = False
    time_s: int = 0
    families: frozenset[Family] = frozenset()
    forwarding: frozenset[Family] = frozenset()

    def encode(self) -> bytes:
        """The capability's value."""
        parts = [(_RESTARTED * self.restarted | self.time_s & _TIME).to_bytes(2, "big")]
        parts += [
            family.encode() + bytes((_FORWARDING * (family in self.forwarding),))
            for family in sorted(self.families)
        ]
        return b"".join(parts)

    @classmethod
    def decode(cls, value: bytes) -> GracefulRestart:
        """Raises GracefulRestartError."""
        if len(value) % 4 != 2:
            raise GracefulRestartError(
                f"graceful restart capability of {len(value)} octets, not 2 and a multiple of 4"
            )
        head = int.from_bytes(value[:2], "big")
        families, forwarding = set(), set()
        for at in range(2, len(value), 4):
            family = Family(int.from_bytes(value[at : at + 2], "big"), value[at + 2])
            families.add(family)
            if value[at + 3] & _FORWARDING:
                forwarding.add(family)
        return cls(bool(head & _RESTARTED), head & _TIME, frozenset(families), frozenset(forwarding))
