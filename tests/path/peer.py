# SPDX-License-Identifier: Apache-2.0
"""A neighbour of the stepped router that speaks BFD when it is told to."""

from ipaddress import ip_address

from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet

import pydp
from pydp import State
from tests.path.router import Router

#: Of both ends; three may be missed.
INTERVAL_US = 50_000
DETECTION_MS = 150


class Peer:
    """The far end of a session that the router has with a neighbour. It says nothing by itself."""

    def __init__(
        self, router: Router, own: str, address: str, *, port: int, mac: str, guards_next_hop: bool = True
    ) -> None:
        self._router = router
        self._mac, self._port = mac, port
        self.config = pydp.SessionConfig(
            source_addr=ip_address(own),
            dest_addr=ip_address(address),
            port=port,
            desired_min_tx_interval_us=INTERVAL_US,
            required_min_rx_interval_us=INTERVAL_US,
            guards_next_hop=guards_next_hop,
        )
        self.id = router.engine.sessions.upsert(self.config)

    def is_in(self, state: State) -> bool:
        """The router's session."""
        return self._router.engine.sessions.read(self.id).local_state is state

    def frame(self, state: State) -> Packet:
        own, address = str(self.config.source_addr), str(self.config.dest_addr)
        head = (
            IP(src=address, dst=own, ttl=255)
            if self.config.dest_addr.version == 4
            else IPv6(src=address, dst=own, hlim=255)
        )
        bfd = BFD(
            sta=int(state),
            my_discriminator=self.id,
            your_discriminator=self._router.engine.sessions.read(self.id).local_discriminator,
            detect_mult=3,
            min_tx_interval=INTERVAL_US,
            min_rx_interval=INTERVAL_US,
        )
        if state is State.DOWN and self.is_in(State.DOWN):
            bfd.your_discriminator = 0
        ether = Ether(src=self._mac, dst=self._router.links[self._port][0].info().mac)
        return ether / head / UDP(sport=49152, dport=3784) / bfd

    def says(self, state: State) -> None:
        """The router hears it in its next step."""
        self._router.send(self.frame(state), port=self._port)

    def comes_up(self) -> None:
        for state in (State.DOWN, State.INIT, State.UP):
            self.says(state)
            self._router.step()
        assert self.is_in(State.UP)

    def goes_down(self) -> None:
        """By its own word."""
        self.says(State.DOWN)
        self._router.step()
        assert self.is_in(State.DOWN)
