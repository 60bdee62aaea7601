# SPDX-License-Identifier: Apache-2.0
"""Two ends that are Up, 192.0.2.1 (A) and 192.0.2.2 (B), for captures put together packet by packet. Hellos go every 50 ms,
both ends wait 150 ms.
"""

from pathlib import Path

import pydp.replay as replay
from pydp.replay import Outage
from tests.replay.crafting import INIT, MS, UP, A, B, Capture, bfd, datagram, ethernet, icmp_unreachable

#: Diagnostics (RFC 5880 4.1).
EXPIRED, ECHO_FAILED, TOLD, FORWARDING_RESET, PATH_DOWN, BY_HAND = 1, 2, 3, 4, 5, 7


def only(outages: tuple[Outage, ...]) -> Outage:
    (outage,) = outages
    return outage


class Play:
    """Two ends that are Up, and what they say then."""

    def __init__(self) -> None:
        self.capture = Capture()
        self.timers: dict[str, dict[str, int]] = {A: {}, B: {}}
        self.my = {A: 1, B: 2}
        self.both(10)

    def say(self, who: str, state: int = UP, diagnostic: int = 0, after_ms: float = 0) -> int:
        other = B if who == A else A
        packet = bfd(self.my[who], self.my[other], state, diagnostic=diagnostic, **self.timers[who])
        return self.capture.say(who, other, packet, after_us=int(after_ms * MS))

    def both(self, times: int) -> None:
        for _ in range(times):
            self.say(A, after_ms=25)
            self.say(B, after_ms=25)

    def one(self, who: str, times: int, state: int = UP, diagnostic: int = 0, every_ms: float = 50) -> None:
        for _ in range(times):
            self.say(who, state, diagnostic, after_ms=every_ms)

    def up_again(self) -> None:
        self.say(A, INIT, after_ms=1)
        self.say(B, UP)
        self.say(A, UP)
        self.both(10)

    def unreachable(self, who: str) -> None:
        """The host of `who` says that nobody listens."""
        other = A if who == B else B
        quoted = datagram(other, who, bfd(1, 2, UP))
        self.capture.add(ethernet(icmp_unreachable(who, other, quoted)))

    def story(self, directory: Path) -> replay.Session:
        path = directory / "capture.pcap"
        path.write_bytes(self.capture.pcap())
        return replay.watch(path).sessions[0]
