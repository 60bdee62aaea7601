# SPDX-License-Identifier: Apache-2.0
"""Octets of captured frames, written by hand for the tests of core's header walk, and the walk's answer as a record.

The octets go to the core in memory of exactly their size, so that the sanitizer sees a read beyond them."""

from dataclasses import dataclass
from typing import Any

from tests.core.binding import ffi, lib

#: enum net_fault, by number.
NET_FAULTS = [
    "ok",
    "snapped",
    "unknown-link",
    "malformed-link",
    "other-type",
    "malformed-ip4",
    "checksum-ip4",
    "malformed-ip6",
    "fragment",
    "other-protocol",
    "malformed-udp",
    "checksum-udp",
]

IP4, ARP, IP6 = 0x0800, 0x0806, 0x86DD
NULL, ETHERNET, RAW_12, RAW_14, RAW, LOOP, SLL, RAW_4, RAW_6, SLL2 = (
    0,
    1,
    12,
    14,
    101,
    108,
    113,
    228,
    229,
    276,
)

HELLO = bytes.fromhex("20c003181111111122222222000493e0000493e000000000")
SOURCE4, DESTINATION4 = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
SOURCE6, DESTINATION6 = (
    bytes.fromhex("20010db8" + "00" * 11 + "01"),
    bytes.fromhex("20010db8" + "00" * 11 + "02"),
)


def folded(data: bytes) -> int:
    """The Internet sum of the octets, not complemented."""
    total = sum(int.from_bytes(data[i : i + 2].ljust(2, b"\0")) for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def word(value: int) -> bytes:
    return value.to_bytes(2)


def udp4(
    payload: bytes = HELLO, *, ports: tuple[int, int] = (49152, 3784), udp: bytes | None = None, **fields: Any
) -> bytes:
    """An IPv4 packet. udp: the datagram as it is, instead of one round the payload. fields: ip4's."""
    return ip4(udp_datagram(payload, ports, SOURCE4 + DESTINATION4) if udp is None else udp, **fields)


def udp6(
    payload: bytes = HELLO,
    *,
    ports: tuple[int, int] = (49152, 3784),
    udp: bytes | None = None,
    extensions: tuple[tuple[int, bytes], ...] = (),
    length: int | None = None,
    hop_limit: int = 255,
    after: int = 17,
) -> bytes:
    """An IPv6 packet. extensions: (protocol, octets with an empty first one), outermost first; after: what they lead to."""
    inner = udp_datagram(payload, ports, SOURCE6 + DESTINATION6) if udp is None else udp
    following = after
    for protocol, octets in reversed(extensions):
        inner = bytes([following]) + octets[1:] + inner
        following = protocol
    stated = len(inner) if length is None else length
    return b"\x6c\0\0\0" + word(stated) + bytes([following, hop_limit]) + SOURCE6 + DESTINATION6 + inner


def udp_datagram(
    payload: bytes, ports: tuple[int, int], addresses: bytes, checksum: int | None = None
) -> bytes:
    length = 8 + len(payload)
    head = word(ports[0]) + word(ports[1]) + word(length)
    if checksum is None:
        checksum = 0xFFFF - folded(addresses + word(17) + word(length) + head + b"\0\0" + payload) or 0xFFFF
    return head + word(checksum) + payload


def ip4(
    inner: bytes,
    *,
    protocol: int = 17,
    ttl: int = 255,
    options: bytes = b"",
    total: int | None = None,
    fragment: int = 0x4000,
    checksum: int | None = None,
    first: int | None = None,
) -> bytes:
    header_length = 20 + len(options)
    stated = header_length + len(inner) if total is None else total
    first = 0x40 | header_length // 4 if first is None else first
    head = bytes([first, 0xC0]) + word(stated) + word(7) + word(fragment) + bytes([ttl, protocol])
    if checksum is None:
        checksum = 0xFFFF - folded(head + b"\0\0" + SOURCE4 + DESTINATION4 + options)
    return head + word(checksum) + SOURCE4 + DESTINATION4 + options + inner


def exactly(octets: bytes) -> Any:
    """The octets in memory that ends where they do."""
    memory = ffi.new("uint8_t[]", len(octets))
    ffi.memmove(memory, octets, len(octets))
    return memory


@dataclass(frozen=True, slots=True)
class Frame:
    fault: str
    network_at: int
    type: int
    vlan: int
    vlans: int
    link_index: int


def link(link_type: int, octets: bytes) -> Frame:
    data, frame = exactly(octets), ffi.new("struct net_frame *")
    fault = NET_FAULTS[lib.net_link(link_type, data, len(octets), frame)]
    assert frame.network_at <= len(octets)
    return Frame(fault, frame.network_at, frame.type, frame.vlan, frame.vlans, frame.link_index)


@dataclass(frozen=True, slots=True)
class Datagram:
    """payload: the octets of it that are there; length: what the headers say."""

    fault: str
    family: int
    source: bytes
    destination: bytes
    protocol: int
    ttl: int
    ports: tuple[int, int]
    payload: bytes
    length: int


def datagram(type_: int, octets: bytes, wire: int | None = None) -> Datagram:
    data, got = exactly(octets), ffi.new("struct net_datagram *")
    fault = NET_FAULTS[lib.net_datagram(type_, data, len(octets), len(octets) if wire is None else wire, got)]
    size = 4 if got.family == 4 else 16

    def piece(at: Any, length: int) -> bytes:
        if at == ffi.NULL:
            assert length in (0, size)
            return b""
        begin = int(ffi.cast("uintptr_t", at)) - int(ffi.cast("uintptr_t", data))
        assert begin >= 0
        assert begin + length <= len(octets)
        return octets[begin : begin + length]

    return Datagram(
        fault,
        got.family,
        piece(got.source, size),
        piece(got.destination, size),
        got.protocol,
        got.ttl,
        (got.source_port, got.destination_port),
        piece(got.payload, got.payload_captured),
        got.payload_length,
    )
