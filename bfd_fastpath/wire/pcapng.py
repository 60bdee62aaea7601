# SPDX-License-Identifier: Apache-2.0
"""The blocks of a pcapng file with Ethernet interfaces and nanoseconds, as octets. It opens no file.

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
#: epb_flags and its two lowest bits.
_FLAGS: Final = 2
_INBOUND: Final = b"\x01\0\0\0"
_OUTBOUND: Final = b"\x02\0\0\0"
_IF_NAME: Final = 2
_IF_TSRESOL: Final = 9
#: Powers of ten below a second.
_NANOSECONDS: Final = b"\x09"
_END: Final = bytes(4)


def head(*interfaces: str) -> bytes:
    """What a file begins with: the section, and its interfaces by name."""
    return _SECTION.pack(0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28) + b"".join(map(_interface, interfaces))


def _interface(name: str) -> bytes:
    options = _option(_IF_NAME, name.encode()) + _option(_IF_TSRESOL, _NANOSECONDS) + _END
    length = _BLOCK.size + _INTERFACE.size + len(options) + _LENGTH.size
    return _BLOCK.pack(1, length) + _INTERFACE.pack(_ETHERNET, 0, 0) + options + _LENGTH.pack(length)


def packet(
    time_ns: int, octets: bytes, comment: str = "", *, interface: int = 0, sent: bool | None = None
) -> bytes:
    """One frame; nanoseconds since the epoch. The comment is shown by Wireshark beside the frame.
    `interface`: counted from 0; `sent`: whether the frame left by it, or came in; None: not said.
    """
    captured = len(octets)
    padding = bytes(-captured % 4)
    options = _option(_COMMENT, comment.encode()) if comment else b""
    if sent is not None:
        options += _option(_FLAGS, _OUTBOUND if sent else _INBOUND)
    options += _END if options else b""
    length = _PACKET.size + captured + len(padding) + len(options) + _LENGTH.size
    block = _PACKET.pack(6, length, interface, time_ns >> 32, time_ns & 0xFFFFFFFF, captured, captured)
    return b"".join((block, octets, padding, options, _LENGTH.pack(length)))


def _option(code: int, value: bytes) -> bytes:
    return code.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value + bytes(-len(value) % 4)
