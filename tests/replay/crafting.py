# SPDX-License-Identifier: Apache-2.0
"""Frames and capture files put together octet by octet, for tests of the watch: nothing here knows BFD's rules, so that packets
may break them.
"""

import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

ADMIN_DOWN, DOWN, INIT, UP = range(4)
POLL, FINAL, AUTH, DEMAND, MULTIPOINT = 0x20, 0x10, 0x04, 0x02, 0x01
ETHERNET, RAW, SLL, SLL2 = 1, 101, 113, 276
A, B = "192.0.2.1", "192.0.2.2"
MS = 1000

Address = IPv4Address | IPv6Address


def bfd(
    my: int = 1,
    your: int = 0,
    state: int = DOWN,
    *,
    diagnostic: int = 0,
    flags: int = 0,
    multiplier: int = 3,
    tx: int = 50_000,
    rx: int = 50_000,
    echo: int = 0,
    length: int | None = None,
    version: int = 1,
    tail: bytes = b"",
) -> bytes:
    """A control packet (RFC 5880 4.1); tail: what stands behind the 24 octets."""
    size = 24 + len(tail) if length is None else length
    head = bytes([version << 5 | diagnostic, state << 6 | flags, multiplier, size])
    return head + struct.pack(">5I", my, your, tx, rx, echo) + tail


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2]))
    total += data[-1] << 8 if len(data) % 2 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source: Address, destination: Address, protocol: int, payload: bytes, ttl: int = 255) -> bytes:
    if source.version == 6:
        head = struct.pack(">IHBB", 6 << 28, len(payload), protocol, ttl)
        return head + source.packed + destination.packed + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, ttl, protocol, 0)
    whole = head + source.packed + destination.packed
    return whole[:10] + struct.pack(">H", checksum(whole)) + whole[12:] + payload


def udp(source: Address, destination: Address, sport: int, dport: int, payload: bytes) -> bytes:
    length = 8 + len(payload)
    pseudo = source.packed + destination.packed + struct.pack(">II", length, 17)
    head = struct.pack(">HHHH", sport, dport, length, 0)
    value = checksum(pseudo + head + payload) or 0xFFFF
    return head[:6] + struct.pack(">H", value) + payload


def datagram(
    source: str, destination: str, payload: bytes, *, sport: int = 49152, dport: int = 3784, ttl: int = 255
) -> bytes:
    """An IP packet with a UDP datagram in it; BFD single hop unless told."""
    s, d = ip_address(source), ip_address(destination)
    return ip(s, d, 17, udp(s, d, sport, dport, payload), ttl)


def icmp_unreachable(source: str, destination: str, quoted: bytes, *, code: int | None = None) -> bytes:
    """Destination unreachable; port unreachable unless told."""
    s, d = ip_address(source), ip_address(destination)
    kind, port, protocol = (3, 3, 1) if s.version == 4 else (1, 4, 58)
    return ip(s, d, protocol, bytes([kind, port if code is None else code]) + bytes(6) + quoted, 64)


def ethernet(packet: bytes, *vlans: int) -> bytes:
    """tags: outermost first."""
    tags = b"".join(struct.pack(">HH", 0x8100, vlan) for vlan in vlans)
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return bytes(12) + tags + struct.pack(">H", kind) + packet


def sll2(packet: bytes, index: int) -> bytes:
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return struct.pack(">HHIHBB8s", kind, 0, index, 1, 0, 6, bytes(8)) + packet


@dataclass(slots=True)
class Capture:
    """Packets in order, written as pcap with microseconds. `now_us` moves on by what each packet is told to be after."""

    link_type: int = ETHERNET
    snap: int = 65535
    start_us: int = 1_700_000_000_000_000
    records: list[tuple[int, int, bytes]] = field(default_factory=list)
    now_us: int = 0

    def add(self, frame: bytes, *, after_us: int = 0, interface: int = 0) -> int:
        """Returns the packet's number."""
        self.now_us += after_us
        self.records.append((self.start_us + self.now_us, interface, frame))
        return len(self.records)

    def say(
        self,
        source: str,
        destination: str,
        payload: bytes,
        *,
        after_us: int = 0,
        vlans: tuple[int, ...] = (),
        interface: int = 0,
        sport: int = 49152,
        dport: int = 3784,
        ttl: int = 255,
    ) -> int:
        packet = datagram(source, destination, payload, sport=sport, dport=dport, ttl=ttl)
        return self.add(ethernet(packet, *vlans), after_us=after_us, interface=interface)

    def pcap(self) -> bytes:
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, self.snap, self.link_type)]
        for time_us, _, frame in self.records:
            seconds, micros = divmod(time_us, 1_000_000)
            cut = frame[: self.snap]
            out.append(struct.pack("<IIII", seconds, micros, len(cut), len(frame)) + cut)
        return b"".join(out)

    def pcapng(self, interfaces: int = 2) -> bytes:
        out = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
        for number in range(interfaces):
            name = f"eth{number}".encode()
            options = struct.pack("<HH", 2, len(name)) + name.ljust(4, b"\0") + bytes(4)
            out.append(block(1, struct.pack("<HHI", self.link_type, 0, self.snap) + options))
        for time_us, interface, frame in self.records:
            cut = frame[: self.snap]
            high, low = divmod(time_us, 1 << 32)
            head = struct.pack("<IIIII", interface, high, low, len(cut), len(frame))
            out.append(block(6, head + cut + bytes(-len(cut) % 4)))
        return b"".join(out)


def block(kind: int, body: bytes) -> bytes:
    """A pcapng block."""
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size
