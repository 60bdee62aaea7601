# SPDX-License-Identifier: Apache-2.0
"""What a simulation is asked for. Plain records, checked once."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bfd_fastpath.report import Preference
from bfd_fastpath.session import Timers

CLIENTS_MOST: Final = 4000
PREFIXES_MOST: Final = 60_000
SWITCHES: Final = 4
FLAPS_MOST: Final = 1000


class Pattern(StrEnum):
    """What fails."""

    LINK = "link"
    """Two members lose each other, both ways."""
    ONE_WAY = "one-way"
    """What one member sends no longer gets to another."""
    MEMBER = "member"
    """A member's port dies: it loses everybody, the route server included."""
    SWITCH = "switch"
    """A fabric splits: the members on one switch and all others lose each other; both have the route
    server."""
    FLAP = "flap"
    """A link goes and comes several times, and then stays away."""
    RESTART_CLIENT = "restart-client"
    """A client's control plane leaves in order while two others lose each other; back again, it loses one."""
    RESTART_SERVER = "restart-server"
    """The route server stops dead, two members lose each other meanwhile, and it starts anew."""


class Sabotage(StrEnum):
    """Faults put into the control plane on purpose: the verdict must see them."""

    DROP_WITHDRAWALS = "drop-withdrawals"
    """Withdrawals of the route server do not arrive."""
    IGNORE_DOWN = "ignore-down"
    """Clients do not hear that a session went Down."""
    STICK_DOWN = "stick-down"
    """Clients do not hear that a session came Up again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One run. Raises ValueError, one sentence, for what cannot be simulated."""

    clients: int
    prefixes: int
    patterns: tuple[Pattern, ...]
    seed: int = 1
    #: Share of the members that have no BFD, 0 to 1.
    without_bfd: float = 0.2
    sabotage: Sabotage | None = None
    timers: Timers = field(default_factory=Timers)
    hold_time_s: int = 90
    #: IP version of the LAN and of the routes.
    version: int = 4
    transport: Preference = Preference.BGP_LS
    #: What stands between the members' sessions and their reports; on as in a router, but for dampening.
    fuse: bool = True
    hold: bool = True
    coalesce_us: int = 50_000
    dampening: bool = False
    #: How often a flapping link goes and comes before it stays away.
    flaps: int = 4

    def __post_init__(self) -> None:
        if not 4 <= self.clients <= CLIENTS_MOST:
            raise ValueError(f"{self.clients} clients: it takes 4 to {CLIENTS_MOST}")
        if not 1 <= self.prefixes <= PREFIXES_MOST:
            raise ValueError(f"{self.prefixes} prefixes: it takes 1 to {PREFIXES_MOST}")
        if not 0 <= self.without_bfd <= 1:
            raise ValueError(f"{self.without_bfd:g} is no share of members without BFD: write 0 to 1")
        if self.version not in (4, 6):
            raise ValueError(f"there is no IPv{self.version}: it takes 4 or 6")
        if not 1 <= self.flaps <= FLAPS_MOST:
            raise ValueError(f"{self.flaps} flaps: it takes 1 to {FLAPS_MOST}")
        if not self.patterns:
            raise ValueError("no failure pattern is given")

    @property
    def detection_ns(self) -> int:
        """Of all sessions: the timers are the same everywhere."""
        interval_us = max(self.timers.desired_min_tx_us, self.timers.required_min_rx_us)
        return self.timers.local_multiplier * interval_us * 1000
