# SPDX-License-Identifier: Apache-2.0
"""The switches and links of the exchange: what is broken, and what a probe of every pair finds. It knows of
no next hop information base, no BFD and no BGP."""

from random import Random

import numpy
import numpy.typing

from bfd_fastpath.lab.exchange.cast import Cast
from bfd_fastpath.lab.exchange.wanted import SWITCHES
from pydp.lan import Lan

#: Of each frame, from port to port.
DELAY_NS = 50_000


class Fabric:
    """Members by their index, the route server behind them. It hangs on every switch by a link of its own."""

    def __init__(self, cast: Cast, random: Random) -> None:
        self.server = cast.server
        self.lan = Lan(
            len(cast.players) + 1,
            switches=SWITCHES + 1,
            delay_ns=DELAY_NS,
            seed=random.getrandbits(64),
        )
        for player in cast.players:
            self.lan.place(player.index, player.switch)
        self.lan.place(self.server, SWITCHES)
        self.reached: numpy.typing.NDArray[numpy.bool_]
        """What the latest probe found: [sender, receiver]."""
        self.probe()

    def probe(self) -> None:
        """Look again; to be called after every change."""
        self.reached = self.lan.probe()

    def whole(self, one: int, other: int) -> bool:
        """Whether frames go both ways."""
        return bool(self.reached[one, other] and self.reached[other, one])

    def broken(self) -> numpy.typing.NDArray[numpy.bool_]:
        """Symmetric, the route server in the last row and column: True where either direction is lost."""
        broken = ~(self.reached & self.reached.T)
        numpy.fill_diagonal(broken, False)
        return broken

    def link(self, one: int, other: int, carries: bool) -> None:
        """Both ways."""
        self.lan.link(one, other, carries)
        self.lan.link(other, one, carries)

    def switch(self, number: int, joined: bool) -> None:
        """A switch and all others, but not the route server's links."""
        for other in range(SWITCHES):
            if other != number:
                self.lan.trunk(number, other, joined)
                self.lan.trunk(other, number, joined)
