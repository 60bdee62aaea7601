# SPDX-License-Identifier: Apache-2.0
"""What a speaker is set to, beyond its BGP session: where the peer is, and how TCP is to be used."""

from __future__ import annotations

from dataclasses import dataclass, field

from bfd_fastpath.net.bgp_connection import SEND_HOLD_S
from bfd_fastpath.net.tcp import MD5_KEY_LIMIT, Address
from bfd_fastpath.wire.bgp import SessionSettings


@dataclass(frozen=True, slots=True)
class SpeakerSettings:
    """Settings of one peer.

    `connect`: open connections ourselves; without it the peer must come to a Listener. `local`,
    `local_port`: the end to connect from, None and 0 for the kernel's choice. `password`: TCP-MD5, None for
    none. `gtsm`: the peer is one hop away (RFC 5082). `send_hold_s`: how long it may read nothing (RFC 9687).
    Delays and timeouts in seconds.
    """

    session: SessionSettings
    remote: Address
    remote_port: int = 179
    local: Address | None = None
    local_port: int = 0
    connect: bool = True
    password: bytes | None = field(default=None, repr=False)
    gtsm: bool = False
    connect_timeout_s: float = 10.0
    reconnect_first_s: float = 1.0
    reconnect_most_s: float = 60.0
    send_hold_s: float = SEND_HOLD_S

    def __post_init__(self) -> None:
        if self.local is not None and self.local.version != self.remote.version:
            raise ValueError(f"local address {self.local} and peer {self.remote} are of different families")
        if self.password is not None and not 1 <= len(self.password) <= MD5_KEY_LIMIT:
            raise ValueError(
                f"the TCP-MD5 password for {self.remote} does not have 1 to {MD5_KEY_LIMIT} octets"
            )
        if not 0 < self.reconnect_first_s <= self.reconnect_most_s:
            raise ValueError(
                f"reconnect delays {self.reconnect_first_s} s to {self.reconnect_most_s} s make no sense"
            )
