# SPDX-License-Identifier: Apache-2.0
"""The blocks of a pcapng file with one Ethernet interface and nanoseconds, as octets. It opens no file.

Nothing in them says which machine wrote them or when: the same packets give the same octets.
"""

from struct import Struct
from typing import Final

_SECTION: Final = Struct("<IIIHHqI")
_BLOCK: Final = Struct("<II")
_INTERFACE: Final = Struct("<HHI")
_PACKET: Final = Struct("<IIIIIII")
_LENGTH: Final = Struct("<I")
_ETHERNET: Final = 1
_COMMENT: Final = 1
_IF_NAME: Final = 2
_IF_TSRESOL: Final = 9
#: Powers of ten below a second.
_NANOSECONDS: Final = b"\x09"
_END: Final = bytes(4)


def head(interface: str) -> bytes:
    """What a file begins with: the section, and its one interface by name."""
    options = _option(_IF_NAME, interface.encode()) + _option(_IF_TSRESOL, _NANOSECONDS) + _END
    length = _BLOCK.size + _INTERFACE.size + len(options) + _LENGTH.size
    described = _BLOCK.pack(1, length) + _INTERFACE.pack(_ETHERNET, 0, 0) + options + _LENGTH.pack(length)
    return _SECTION.pack(0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28) + described


def packet(time_ns: int, octets: bytes, comment: str = "") -> bytes:
    """One frame; nanoseconds since the epoch. The comment is shown by Wireshark beside the frame."""
    captured = len(octets)
    padding = bytes(-captured % 4)
    options = _option(_COMMENT, comment.encode()) + _END if comment else b""
    length = _PACKET.size + captured + len(padding) + len(options) + _LENGTH.size
    block = _PACKET.pack(6, length, 0, time_ns >> 32, time_ns & 0xFFFFFFFF, captured, captured)
    return b"".join((block, octets, padding, options, _LENGTH.pack(length)))


def _option(code: int, value: bytes) -> bytes:
    return code.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value + bytes(-len(value) % 4)
