# SPDX-License-Identifier: Apache-2.0
"""What one row of the bench measures."""

from dataclasses import dataclass
from typing import Final

#: Frames of the classical IMIX, by size with the check sequence: shares of twelve packets.
IMIX: Final = ((64, 7), (594, 4), (1518, 1))
#: The smallest frame of IPv6 and UDP, with the check sequence.
LEAST_IPV6: Final = 66


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Packets of one family through a table of routes."""

    family: int = 4
    #: Octets of a frame with its check sequence; 0: IMIX.
    size: int = 64
    routes: int = 1000
    #: Different destination addresses, half of them behind either port.
    destinations: int = 1024
    #: Neighbours of ours behind either port; l3fwd has one.
    next_hops: int = 1
    #: BFD sessions on the same core, every 50 ms, their far end at a third port; 0: no such port.
    sessions: int = 0
    #: The smallest frame of IPv6 that who sends them can make.
    least_ipv6: int = LEAST_IPV6

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of frames one after the other, repeated, with the check sequence."""
        least = self.least_ipv6 if self.family == 6 else 64
        if self.size:
            return (max(self.size, least),)
        left = dict(IMIX)
        mixed: list[int] = []
        while any(left.values()):
            # Who is furthest behind comes next, so that sizes do not come in runs.
            size = max(left, key=lambda one: left[one] / dict(IMIX)[one])
            left[size] -= 1
            mixed.append(max(size, least))
        return tuple(mixed)

    @property
    def text(self) -> str:
        size = f"{self.sizes[0]} B" if self.size else "IMIX"
        bfd = f", {self.sessions:,} BFD sessions" if self.sessions else ""
        return (
            f"IPv{self.family}, {size}, {self.routes:,} routes, {self.destinations:,} destinations, "
            f"{self.next_hops} next hop{'s' if self.next_hops > 1 else ''} a port{bfd}"
        )
