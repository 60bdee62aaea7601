# SPDX-License-Identifier: Apache-2.0
"""Capture files of the recorded cases: reads what dumpcap wrote and writes it anew, in the format that a case asks for.

Nothing of the recording machine goes along: no operating system, no command line, no comment. Interface names, stamps,
lengths and the count of lost packets do."""

import gzip
import struct
from dataclasses import dataclass, field, replace
from pathlib import Path

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
IF_NAME, IF_TSRESOL, ISB_DROP = 2, 9, 5
#: How a file of each format is named, and how fine its stamps are, in ns.
FORMATS = {
    "pcapng": (".pcapng", 1),
    "pcapng-us": (".pcapng", 1000),
    "pcap": (".pcap", 1000),
    "pcap-ns": (".pcap", 1),
}


@dataclass(frozen=True, slots=True)
class Interface:
    link_type: int
    snap_length: int
    name: str = ""
    resolution_ns: int = 1000


@dataclass(frozen=True, slots=True)
class Packet:
    interface: int
    time_ns: int
    length: int
    data: bytes


@dataclass(slots=True)
class Recording:
    interfaces: list[Interface] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    dropped: int = 0

    def after(self, time_ns: int) -> "Recording":
        return replace(self, packets=[one for one in self.packets if one.time_ns >= time_ns])


def _options(octets: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(octets):
        code, length = struct.unpack_from("<HH", octets, at)
        if code == 0:
            break
        found[code] = octets[at + 4 : at + 4 + length]
        at += 4 + (length + 3) // 4 * 4
    return found


def _interface(body: bytes) -> Interface:
    link_type, _, snap_length = struct.unpack_from("<HHI", body)
    options = _options(body[8:])
    exponent = options.get(IF_TSRESOL, b"\x06")[0]
    return Interface(link_type, snap_length, options.get(IF_NAME, b"").decode(), 10 ** (9 - exponent))


def read(path: Path) -> Recording:
    """A pcapng file of this machine's byte order (little endian), as dumpcap writes it."""
    octets = path.read_bytes()
    recording = Recording()
    at = 0
    while at < len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        body = octets[at + 8 : at + length - 4]
        at += length
        if kind == INTERFACE:
            recording.interfaces.append(_interface(body))
        elif kind == PACKET:
            number, high, low, captured, wire = struct.unpack_from("<IIIII", body)
            stamp = (high << 32 | low) * recording.interfaces[number].resolution_ns
            recording.packets.append(Packet(number, stamp, wire, body[20 : 20 + captured]))
        elif kind == STATISTICS:
            lost = _options(body[12:]).get(ISB_DROP)
            recording.dropped += struct.unpack("<Q", lost)[0] if lost else 0
    return recording


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def pcapng(recording: Recording, resolution_ns: int) -> bytes:
    out = _block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    exponent = bytes([9 if resolution_ns == 1 else 6])
    for one in recording.interfaces:
        options = _option(IF_NAME, one.name.encode()) + _option(IF_TSRESOL, exponent) + bytes(4)
        out += _block(INTERFACE, struct.pack("<HHI", one.link_type, 0, one.snap_length) + options)
    for packet in recording.packets:
        stamp = packet.time_ns // resolution_ns
        head = struct.pack(
            "<IIIII", packet.interface, stamp >> 32, stamp & 0xFFFFFFFF, len(packet.data), packet.length
        )
        out += _block(PACKET, head + _padded(packet.data))
    last = recording.packets[-1].time_ns // resolution_ns
    dropped = _option(ISB_DROP, struct.pack("<Q", recording.dropped)) + bytes(4)
    return out + _block(STATISTICS, struct.pack("<III", 0, last >> 32, last & 0xFFFFFFFF) + dropped)


def pcap(recording: Recording, resolution_ns: int) -> bytes:
    (interface,) = recording.interfaces
    magic = 0xA1B23C4D if resolution_ns == 1 else 0xA1B2C3D4
    out = struct.pack("<IHHiIII", magic, 2, 4, 0, 0, interface.snap_length, interface.link_type)
    for packet in recording.packets:
        seconds, rest = divmod(packet.time_ns, 1_000_000_000)
        out += struct.pack("<IIII", seconds, rest // resolution_ns, len(packet.data), packet.length)
        out += packet.data
    return out


def write(directory: Path, recording: Recording, form: str, compressed: bool) -> Path:
    """capture.pcapng or capture.pcap, with .gz where it is compressed; the same recording gives the same octets."""
    suffix, resolution_ns = FORMATS[form]
    octets = (pcap if suffix == ".pcap" else pcapng)(recording, resolution_ns)
    path = directory / f"capture{suffix}{'.gz' if compressed else ''}"
    path.write_bytes(gzip.compress(octets, mtime=0) if compressed else octets)
    return path
