# SPDX-License-Identifier: Apache-2.0
"""Writes a capture to the path given: a session that comes up, one malformed hello, and AdminDown."""

import struct
import sys

ADMIN_DOWN, DOWN, INIT, UP = range(4)
ENDS = (bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
DISCRIMINATORS = (0x11111111, 0x22222222)


def hello(end: int, state: int, diagnostic: int = 0, multiplier: int = 3, met: bool = True) -> bytes:
    """RFC 5880 4.1."""
    yours = DISCRIMINATORS[1 - end] if met else 0
    head = bytes([0x20 | diagnostic, state << 6, multiplier, 24])
    return head + struct.pack(">5I", DISCRIMINATORS[end], yours, 100_000, 100_000, 0)


def datagram(end: int, payload: bytes) -> bytes:
    """IPv4 and UDP; neither header's checksum is filled in."""
    udp = struct.pack(">4H", 49152 + end, 3784, 8 + len(payload), 0)
    length = 20 + len(udp) + len(payload)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 255, 17, 0, ENDS[end], ENDS[1 - end])
    return ip + udp + payload


HELLOS = [
    (0, hello(0, DOWN, met=False)),
    (1, hello(1, INIT)),
    (0, hello(0, UP)),
    (1, hello(1, UP)),
    *((end, hello(end, UP)) for _ in range(10) for end in (0, 1)),
    (1, hello(1, UP, multiplier=0)),
    (0, hello(0, ADMIN_DOWN, diagnostic=7)),
    (1, hello(1, DOWN, diagnostic=3)),
]

with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
    for number, (end, payload) in enumerate(HELLOS):
        packet = datagram(end, payload)
        file.write(struct.pack("<4I", 1_767_225_600, number * 45_000, len(packet), len(packet)) + packet)
