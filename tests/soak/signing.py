# SPDX-License-Identifier: Apache-2.0
"""Authentication of an end in Python (RFC 5880 6.7): what it wants of keys is the C world's, how it is done the oracle's."""

from typing import Any

from bfd_fastpath.wire.bfd import Algorithm, Authentication, Key, Packet, PacketError, Session, decode
from tests.soak.binding import ffi, lib

MANDATORY = 24
SEQUENCE_AT = 28
_NO_KEY = Key(0, Algorithm.SIMPLE_PASSWORD, b"-")


def _key(number: int) -> Key:
    made = ffi.new("struct key *")
    lib.key_make(number, made)
    secret = bytes(ffi.buffer(made.secret, made.length))
    return Key(int(made.id), Algorithm(made.algorithm), secret)


def _silent(session: Session, now_ns: int) -> bool:
    """Twice the Detection Time passed without a packet (6.8.1)."""
    if session.last_rx_ns is None:
        return True
    us = session.detection_us if session.demanding else session.remote_multiplier * session.negotiated_rx_us
    return now_ns - session.last_rx_ns >= 2000 * max(us, 1)


class Signer:
    """Verifies what a session hears and signs what it says, while it has keys. Broken ends make another Authentication."""

    make: type[Authentication] = Authentication

    def __init__(self, wanted: Any, begin: int = 0) -> None:
        self.auth = self.make((_NO_KEY,), xmit_auth_seq=begin)
        self.on = False
        self.want(wanted)

    def want(self, wanted: Any) -> None:
        keys = [_key(number) for number in wanted.keys if number != 0]
        if not self.on or not keys:
            # What comes after a time without keys begins with the first one.
            self.auth.set_keys((_NO_KEY,))
        if not keys:
            self.auth.rcv_auth_seq = None
        else:
            self.auth.set_keys(keys)
        self.on = bool(keys)
        self.auth.meticulous = wanted.meticulous

    def admits(self, packet: Packet) -> bool:
        return (packet.authentication is not None) == self.on

    def hear(self, session: Session, payload: bytes, now_ns: int) -> Packet | None:
        """The packet, where the session has to take it; None where not."""
        try:
            packet = decode(payload)
        except PacketError:
            return None
        if packet.your_discriminator not in (0, session.local_discr) or not self.admits(packet):
            return None
        if not self.on:
            return packet
        return None if self.auth.verify(packet, silent=_silent(session, now_ns)) else packet

    def say(self, packet: Packet) -> bytes:
        return bytes(self.auth.sign(packet) if self.on else packet)


class Imitator(Signer):
    """Says what somebody else says: its sequence numbers begin as theirs."""

    learned = False

    def learn(self, said: list[bytes]) -> None:
        if said and len(said[0]) > MANDATORY and said[0][MANDATORY] > 1 and not self.learned:
            self.learned = True
            self.auth.xmit_auth_seq = (int.from_bytes(said[0][SEQUENCE_AT:][:4]) - 1) % 2**32
