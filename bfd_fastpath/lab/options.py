# SPDX-License-Identifier: Apache-2.0
"""What the demo is asked to do. One record, checked when it is made."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final

Prefix = IPv4Network | IPv6Network

DEFAULT_PREFIX: Final = IPv4Network("203.0.113.0/24")
BOTH: Final = "both"
A_TO_B: Final = "a-to-b"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`prefix` is what B announces; A announces one of its own of the same IP version."""

    interval_us: int = 50_000
    multiplier: int = 3
    prefix: Prefix = DEFAULT_PREFIX
    cut: str = BOTH
    pcap: Path | None = None
    json: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError with one sentence."""
        if not 1_000 <= self.interval_us <= 10_000_000:
            raise ValueError(f"an interval of {self.interval_us} us; the demo takes 1 ms to 10 s")
        if not 1 <= self.multiplier <= 255:
            raise ValueError(f"a multiplier of {self.multiplier}; BFD has 1 to 255")
        if self.cut not in (BOTH, A_TO_B):
            raise ValueError(f"cut {self.cut!r}; the demo knows {BOTH} and {A_TO_B}")

    @property
    def detection_time_us(self) -> int:
        """T: what both ends must show before the cut."""
        return self.interval_us * self.multiplier
