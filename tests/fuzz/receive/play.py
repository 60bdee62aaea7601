# SPDX-License-Identifier: Apache-2.0
"""The language of plays, the inputs of the fuzzer of the receive path: what targets/receive.c reads, and world.c's sessions by name."""

from __future__ import annotations

import struct
from typing import Any

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Raw

from tests.replay.crafting import AUTH, DOWN, INIT, UP, bfd

FRAME, SAY, WAIT, UNTIL, COMMAND, RETURN, STARVE, HOLD = range(8)
MAC, SUMS, YOURS, SIGN, SEQUENCE, STRIPPED, SEGMENTED, ECHO_MARK = (1 << bit for bit in range(8))
#: Of an unaffiliated echo, which is our own: My Discriminator alone.
MINE = ECHO_MARK
MICROSECOND, TENTH_MS, TEN_MS, SECOND = range(4)
CHANGE, REMOVE, A_POLL, RESET, CLEAR, HELD, KEYS, AUTHENTICATE, PIN = range(9)
#: The sessions of receive/world.c, in its order.
PLAIN4, PLAIN6, TAGGED4, TAGGED6, MULTIHOP4, MULTIHOP6, ECHO4, ECHO6, DEMAND4, DEMAND6 = range(10)
PASSIVE, DISABLED, CONCATENATED, OTHER4, OTHER6, INITIATOR4, INITIATOR6 = range(10, 17)
LOOPED4, LOOPED6, PASSWORD, MD5, METICULOUS_MD5, SHA1, METICULOUS_SHA1 = range(17, 24)
MIXED_MULTIHOP, MIXED_ECHO, SHA1_DEMAND, MICRO4, MICRO6, GIVEN = range(24, 30)
SESSIONS = range(30)
#: Auth Type and Auth Key ID that a session's peer begins with, and Auth Len.
SECTIONS = {
    PASSWORD: (1, 1, 9),
    MD5: (2, 1, 24),
    METICULOUS_MD5: (3, 1, 24),
    SHA1: (4, 1, 28),
    METICULOUS_SHA1: (5, 1, 28),
    MIXED_MULTIHOP: (1, 1, 19),
    MIXED_ECHO: (1, 1, 19),
    SHA1_DEMAND: (5, 1, 28),
}
REFLECTOR = 0x77
THEIRS = 0x99
PEER = "02:00:00:00:00:99"
#: As receive/world.c numbers them.
US4, US6, HOST4, HOST6 = "10.0.0.1", "2001:db8::1", "10.0.0.2", "2001:db8::2"


def section(kind: int, key_id: int, length: int, ahead: int = 1, *, octets: int | None = None) -> bytes:
    """An authentication section (RFC 5880 4.2 to 4.4) to be signed; ahead: how much its sequence number counts on."""
    head = bytes([kind, length, key_id]) + (
        b"" if kind == 1 else bytes(1) + struct.pack(">I", ahead & 0xFFFFFFFF)
    )
    size = length if octets is None else octets
    return (head + bytes(size))[:size]


class Play:
    """The acts of one input, in order."""

    def __init__(self, *, small_ring: bool = False, host: bool = False) -> None:
        self.octets = bytearray([int(small_ring) | int(host) << 1])

    def frame(self, frame: Any, fixes: int = MAC | SUMS, *, port: int = 0, session: int = 0) -> None:
        octets = bytes(frame)
        self.octets += struct.pack(">BBBBH", FRAME, port, fixes, session, len(octets)) + octets

    def ip(self, packet: Any, fixes: int = MAC | SUMS, *, vlan: int | None = None, session: int = 0) -> None:
        ether = Ether(src=PEER, dst=PEER)
        tagged = ether if vlan is None else ether / Dot1Q(vlan=vlan)
        self.frame(tagged / packet, fixes, session=session)

    def say(self, session: int, payload: bytes, fixes: int = YOURS, *, ttl: int = 255) -> None:
        self.octets += struct.pack(">BBBBB", SAY, session, fixes, ttl, len(payload)) + payload

    def hear(self, session: int, state: int, *, your: int = 1, ahead: int = 1, **fields: int) -> None:
        """A packet that the session accepts while it has the keys and the state for it."""
        my = THEIRS if session in (INITIATOR4, INITIATOR6) else 7
        fixes = (YOURS if your else 0) | SIGN | SEQUENCE
        if session in SECTIONS:
            fields["flags"] = fields.get("flags", 0) | AUTH
            self.say(session, bfd(my, your, state, **fields, tail=section(*SECTIONS[session], ahead)), fixes)
        else:
            # One router has forwarded what came to ourselves.
            ttl = 254 if session in (LOOPED4, LOOPED6) else 255
            self.say(session, bfd(my, your, state, **fields), fixes, ttl=ttl)

    def wait(self, unit: int, times: int) -> None:
        self.octets += struct.pack(">BBH", WAIT, unit, times)

    def until(self, deadlines: int) -> None:
        self.octets += bytes([UNTIL, deadlines - 1])

    def command(self, kind: int, session: int, value: int = 0) -> None:
        self.octets += struct.pack(">BBBH", COMMAND, kind, session, value)

    def comes_back(self, which: int, how: int = 2, at: int = 0, change: int = 0) -> None:
        self.octets += bytes([RETURN, which, how, at, change])

    def starve(self) -> None:
        self.octets.append(STARVE)

    def hold(self, frames: int) -> None:
        self.octets += bytes([HOLD, frames])

    def up(self, *sessions: int, echo: int = 0) -> None:
        for session in sessions:
            if session in (INITIATOR4, INITIATOR6):
                self.hear(session, UP)
                continue
            if session in (LOOPED4, LOOPED6):
                for state in (DOWN, INIT, UP):
                    self.hear(session, state)
                continue
            self.hear(session, DOWN, your=0, echo=echo)
            self.hear(session, INIT, echo=echo)
            self.hear(session, UP, echo=echo)


def udp4(payload: bytes = b"", *, src: str = HOST4, dst: str = US4, ttl: int = 255, dport: int = 3784) -> Any:
    return IP(src=src, dst=dst, ttl=ttl) / UDP(sport=50000, dport=dport) / Raw(payload)


def udp6(payload: bytes = b"", *, src: str = HOST6, dst: str = US6, ttl: int = 255, dport: int = 3784) -> Any:
    return IPv6(src=src, dst=dst, hlim=ttl) / UDP(sport=50000, dport=dport) / Raw(payload)
