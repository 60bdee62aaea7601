# SPDX-License-Identifier: Apache-2.0
"""What passes an interface, stamped by the kernel when the sender's frame enters the cable: our own hellos
and the other end's Down packets. A stamp of the generator would be as late as its turn.
"""

import ctypes
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, Self

#: <asm-generic/socket.h>, <linux/if_packet.h>, <linux/if_ether.h>.
_ATTACH_FILTER, _RECEIVE_BUFFER, _STAMPS = 26, 33, 35
_OUTGOING: Final = 4
_ALL: Final = 3
_BUFFER: Final = 32 << 20
#: Octets that are kept of a frame: Ethernet, IPv4 and UDP headers, and BFD.
_KEPT: Final = 14 + 20 + 8 + 24
_SOURCE, _DESTINATION, _BFD = 26, 30, 42
_DOWN: Final = 1
#: BPF: frames to UDP port 3784 that are ours or whose State is Down: operation, jumps if true and false,
#: operand.
_PROGRAM: Final = (
    (0x28, 0, 0, 12),
    (0x15, 0, 10, 0x0800),
    (0x30, 0, 0, 23),
    (0x15, 0, 8, 17),
    (0x28, 0, 0, 36),
    (0x15, 0, 6, 3784),
    (0x20, 0, 0, 0xFFFFF004),
    (0x15, 3, 0, _OUTGOING),
    (0x30, 0, 0, _BFD + 1),
    (0x54, 0, 0, 0xC0),
    (0x15, 0, 1, _DOWN << 6),
    (0x06, 0, 0, _KEPT),
    (0x06, 0, 0, 0),
)


@dataclass(frozen=True, slots=True)
class Passed:
    """One frame; nanoseconds of CLOCK_REALTIME."""

    time_ns: int
    #: Of the end that watches: the peer's address is the source; otherwise the destination.
    ours: bool
    peer: IPv4Address
    #: RFC 5880 4.1.
    state: int
    diagnostic: int

    @property
    def down(self) -> bool:
        return not self.ours and self.state == _DOWN


class Tap:
    """Of one interface of this process's network namespace; as root."""

    def __init__(self, interface: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in _PROGRAM))
        at = struct.pack("HP", len(_PROGRAM), ctypes.addressof(program))
        self._socket.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, at)
        self._socket.setsockopt(socket.SOL_SOCKET, _RECEIVE_BUFFER, _BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)
        self._socket.setblocking(False)
        self._socket.bind((interface, _ALL))

    def passed(self) -> Iterator[Passed]:
        """What waits, in its order."""
        while True:
            try:
                frame, told, _, sender = self._socket.recvmsg(_KEPT, socket.CMSG_SPACE(16))
            except BlockingIOError:
                return
            ours = sender[2] == _OUTGOING
            at = _SOURCE if ours else _DESTINATION
            seconds, ns = struct.unpack("qq", told[0][2])
            yield Passed(
                seconds * 1_000_000_000 + ns,
                ours,
                IPv4Address(frame[at : at + 4]),
                frame[_BFD + 1] >> 6,
                frame[_BFD] & 0x1F,
            )

    def forget(self) -> None:
        """What waits is not looked at."""
        for _ in self.passed():
            pass

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *what: object) -> None:
        self.close()
