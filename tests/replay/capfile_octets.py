# SPDX-License-Identifier: Apache-2.0
"""Capture files octet by octet, so that tests can have them odd or damaged as they like."""

from __future__ import annotations

from struct import pack

MICROSECOND, NANOSECOND, MODIFIED = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
#: Block types of pcapng.
INTERFACE, PACKET, SIMPLE, STATISTICS, ENHANCED, CUSTOM, SECTION = 1, 2, 3, 5, 6, 0xBAD, 0x0A0D0D0A


def pcap_header(
    order: str = "<",
    *,
    magic: int = MICROSECOND,
    version: tuple[int, int] = (2, 4),
    snap: int = 262144,
    link_type: int = 1,
) -> bytes:
    return pack(f"{order}IHHiIII", magic, *version, 0, 0, snap, link_type)


def pcap_record(
    data: bytes,
    seconds: int = 1,
    fraction: int = 0,
    order: str = "<",
    *,
    captured: int | None = None,
    length: int | None = None,
    modified: bool = False,
) -> bytes:
    words = (
        seconds,
        fraction,
        len(data) if captured is None else captured,
        len(data) if length is None else length,
    )
    return pack(f"{order}4I", *words) + (pack(f"{order}IHBB", 3, 0x0800, 0, 0) if modified else b"") + data


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def block(
    kind: int, body: bytes = b"", order: str = "<", *, length: int | None = None, again: int | None = None
) -> bytes:
    """A block; `length` and `again` replace its length where it begins and where it ends."""
    sound = len(body) + 12
    first = sound if length is None else length
    return pack(f"{order}II", kind, first) + body + pack(f"{order}I", sound if again is None else again)


def option(code: int, value: bytes, order: str = "<", *, length: int | None = None) -> bytes:
    return pack(f"{order}HH", code, len(value) if length is None else length) + padded(value)


END_OF_OPTIONS = bytes(4)


def section(order: str = "<", *, version: tuple[int, int] = (1, 0), options: bytes = b"") -> bytes:
    return block(SECTION, pack(f"{order}IHHq", 0x1A2B3C4D, *version, -1) + options, order)


def interface(order: str = "<", *, link_type: int = 1, snap: int = 0, options: bytes = b"") -> bytes:
    return block(INTERFACE, pack(f"{order}HHI", link_type, 0, snap) + options, order)


def name(text: str | bytes, order: str = "<") -> bytes:
    return option(2, text.encode() if isinstance(text, str) else text, order)


def resolution(value: int, order: str = "<") -> bytes:
    return option(9, bytes([value]), order)


def time_offset(seconds: int, order: str = "<") -> bytes:
    return option(14, pack(f"{order}q", seconds), order)


def enhanced(
    data: bytes,
    ticks: int = 0,
    number: int = 0,
    order: str = "<",
    *,
    captured: int | None = None,
    length: int | None = None,
    options: bytes = b"",
) -> bytes:
    words = (
        number,
        ticks >> 32,
        ticks & 0xFFFFFFFF,
        len(data) if captured is None else captured,
        len(data) if length is None else length,
    )
    return block(ENHANCED, pack(f"{order}5I", *words) + padded(data) + options, order)


def obsolete(data: bytes, ticks: int = 0, number: int = 0, drops: int = 0xFFFF, order: str = "<") -> bytes:
    words = (number, drops, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(PACKET, pack(f"{order}HHIIII", *words) + padded(data), order)


def simple(data: bytes, length: int | None = None, order: str = "<") -> bytes:
    return block(SIMPLE, pack(f"{order}I", len(data) if length is None else length) + padded(data), order)


def statistics(number: int = 0, order: str = "<", **values: int) -> bytes:
    """`ifdrop`, `osdrop`, `usrdeliv`."""
    codes = {"ifdrop": 5, "osdrop": 7, "usrdeliv": 8}
    options = b"".join(option(codes[key], pack(f"{order}Q", value), order) for key, value in values.items())
    return block(STATISTICS, pack(f"{order}III", number, 0, 0) + options + END_OF_OPTIONS, order)
