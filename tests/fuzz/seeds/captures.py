# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzzers of the replay: `python -m tests.fuzz.seeds.captures DIRECTORY`. BFD of every kind in every link layer, in
files of every format, and damaged files; each behind the settings that feed.h describes.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
)
from scapy.layers.l2 import ARP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Ether, Loopback
from scapy.packet import Raw

from tests.replay import capfile_octets as make
from tests.replay.capfile_damage import CASES, STRANGERS
from tests.replay.crafting import ADMIN_DOWN, AUTH, DEMAND, DOWN, FINAL, INIT, POLL, UP, bfd

START_US = 1_700_000_000_000_000
#: Mode of the cuts, sessions, events, packets, long gap (2), random (2): as in feed.h.
SETTINGS = [bytes([i, 40 * i, 3 + 60 * i, 50 * i, 5, 0xDC, 0x12, 0x34 + i]) for i in range(4)]
ETHERNET = 1
Frames = list[bytes]


def sides(version: int, *, sport: int, dport: int, ttl: int) -> tuple[Any, Any]:
    """Headers of the two directions, without checksums: mutations would make them wrong at once."""
    hosts = ("192.0.2.1", "192.0.2.2") if version == 4 else ("2001:db8::1", "2001:db8::2")
    one, other = (
        (
            IP(src=source, dst=destination, ttl=ttl, chksum=0)
            if version == 4
            else IPv6(src=source, dst=destination, hlim=ttl)
        )
        / (UDP(sport=sport, dport=dport, chksum=0) if version == 4 else UDP(sport=sport, dport=dport))
        for source, destination in (hosts, hosts[::-1])
    )
    return one, other


def conversation(version: int = 4, dport: int = 3784, ttl: int = 255, tail: bytes = b"") -> list[Any]:
    """Up, a poll sequence, down, a restart with another discriminator, AdminDown."""
    one, other = sides(version, sport=49152, dport=dport, ttl=ttl)
    flags = AUTH if tail else 0
    said: list[tuple[Any, dict[str, Any]]] = [
        (one, {"my": 1, "state": DOWN}),
        (other, {"my": 2, "your": 1, "state": INIT}),
        (one, {"my": 1, "your": 2, "state": UP}),
        (other, {"my": 2, "your": 1, "state": UP, "flags": POLL, "tx": 1000}),
        (one, {"my": 1, "your": 2, "state": UP, "flags": FINAL}),
        (other, {"my": 2, "your": 1, "state": DOWN, "diagnostic": 1}),
        (one, {"my": 7, "state": DOWN, "diagnostic": 3}),
        (other, {"my": 2, "your": 7, "state": ADMIN_DOWN, "diagnostic": 7}),
    ]
    return [
        header / Raw(bfd(**values | {"flags": values.get("flags", 0) | flags}, tail=tail))
        for header, values in said
    ]


def s_bfd() -> list[Any]:
    request, _ = sides(4, sport=49152, dport=7784, ttl=64)
    _, reply = sides(4, sport=7784, dport=49152, ttl=64)
    return [request / Raw(bfd(1, 9, DOWN, flags=DEMAND)), reply / Raw(bfd(9, 1, UP))] * 2


def echoes() -> list[Any]:
    packets = []
    for ttl in (255, 254):
        header = IP(src="192.0.2.1", dst="192.0.2.1", ttl=ttl, chksum=0) / UDP(
            sport=49152, dport=3785, chksum=0
        )
        packets.append(header / Raw(b"an echo"))
    return packets * 3


def unreachable() -> list[Any]:
    four, six = conversation(4)[0], conversation(6)[0]
    return [
        four,
        IP(src="192.0.2.2", dst="192.0.2.1") / ICMP(type=3, code=3) / Raw(bytes(four)),
        six,
        IPv6(src="2001:db8::2", dst="2001:db8::1") / ICMPv6DestUnreach(code=4) / Raw(bytes(six)),
    ]


def others() -> list[Any]:
    ports = {"sport": 1, "dport": 2}
    return [
        IP(src="192.0.2.1", dst="192.0.2.2") / TCP(**ports),
        IP(src="192.0.2.1", dst="192.0.2.2", frag=3) / Raw(bytes(8)),
        IP(src="192.0.2.1", dst="192.0.2.2", options=[b"\x01\x01\x01\x00"], chksum=0)
        / UDP(dport=3784, chksum=0),
        IPv6() / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / UDP(dport=3784) / Raw(bfd()),
        IPv6() / IPv6ExtHdrFragment(offset=1) / Raw(bytes(8)),
    ]


def auth(kind: int) -> bytes:
    """A section of this type (RFC 5880 4.2 to 4.4)."""
    if kind == 1:
        return bytes([1, 9, 5]) + b"secret"
    digest = bytes(16 if kind in (2, 3) else 20)
    return bytes([kind, 8 + len(digest), 5, 0]) + (77).to_bytes(4, "big") + digest


def links(packet: Any) -> Iterator[tuple[int, bytes]]:
    """The packet behind the header of each link type."""
    kind = 0x0800 if packet.version == 4 else 0x86DD
    macs = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}
    yield ETHERNET, bytes(Ether(**macs, type=kind) / packet)
    yield ETHERNET, bytes(Ether(**macs) / Dot1Q(vlan=100, type=kind) / packet)
    yield ETHERNET, bytes(Ether(**macs) / Dot1AD(vlan=7) / Dot1Q(vlan=100, type=kind) / packet)
    yield 113, bytes(CookedLinux(proto=kind) / packet)
    yield 276, bytes(CookedLinuxV2(proto=kind, ifindex=3) / packet)
    yield 101, bytes(packet)
    yield 0, bytes(Loopback(type=2 if packet.version == 4 else 30) / packet)
    yield 108, (2 if packet.version == 4 else 24).to_bytes(4, "big") + bytes(packet)


def pcap(frames: Frames, link_type: int = ETHERNET, order: str = "<", magic: int = make.MICROSECOND) -> bytes:
    records = [
        make.pcap_record(
            frame, 1_700_000_000 + i // 20, i % 20 * 50_000, order, modified=magic == make.MODIFIED
        )
        for i, frame in enumerate(frames)
    ]
    return make.pcap_header(order, magic=magic, link_type=link_type) + b"".join(records)


def pcapng(frames: Frames, link_type: int = ETHERNET, order: str = "<", resolution: int = 6) -> bytes:
    options = make.name("eth0", order) + make.resolution(resolution, order)
    parts = [
        make.section(order),
        make.interface(order, link_type=link_type, options=options),
        make.interface(order, link_type=link_type, options=make.time_offset(5, order)),
    ]
    for i, frame in enumerate(frames):
        ticks = START_US + i * 50_000
        if i % 5 == 3:
            parts.append(make.simple(frame, order=order))
        elif i % 5 == 4:
            parts.append(make.obsolete(frame, ticks, 0, 1, order))
        else:
            parts.append(make.enhanced(frame, ticks, i % 7 == 6, order))
    parts.append(make.statistics(0, order, ifdrop=3, osdrop=1, usrdeliv=len(frames)))
    return b"".join(parts)


def stories() -> dict[str, list[Any]]:
    told = {
        "single-hop-4": conversation(4),
        "single-hop-6": conversation(6),
        "multihop": conversation(4, 4784, 64),
        "micro": conversation(6, 6784),
        "ttl-low": conversation(4, 3784, 254),
        "s-bfd": s_bfd(),
        "echo": echoes(),
        "unreachable": unreachable(),
        "others": others(),
    }
    return told | {f"auth-{kind}": conversation(tail=auth(kind)) for kind in range(1, 7)}


def files() -> Iterator[tuple[str, bytes]]:
    everything: Frames = [bytes(Ether(src="02:00:00:00:00:01", dst="ff:ff:ff:ff:ff:ff") / ARP())]
    for name, packets in stories().items():
        by_link = [list(links(packet)) for packet in packets]
        yield f"{name}-pcap", pcap([each[0][1] for each in by_link])
        everything += [each[1][1] for each in by_link]
    for number in range(8):
        by_link = [list(links(packet)) for packet in conversation(4 if number % 2 else 6)]
        link_type = by_link[0][number][0]
        yield f"link-{number}", pcapng([each[number][1] for each in by_link], link_type)
    for order in "<>":
        word = "little" if order == "<" else "big"
        for magic in (make.MICROSECOND, make.NANOSECOND, make.MODIFIED):
            yield f"pcap-{magic:x}-{word}", pcap(everything[:20], order=order, magic=magic)
        for resolution in (6, 9, 0x80 | 30):
            yield f"pcapng-{resolution}-{word}", pcapng(everything[:20], order=order, resolution=resolution)
    yield "everything", pcap(everything)
    yield (
        "sections",
        pcapng(everything[:4]) + pcapng(everything[4:9], order=">") + pcapng(everything[:3], resolution=9),
    )
    for name, (octets, *_) in (CASES | STRANGERS).items():
        yield f"damaged-{name}", octets[:4096]


def main(directory: Path) -> None:
    logging.getLogger("scapy").setLevel(logging.ERROR)
    directory.mkdir(parents=True, exist_ok=True)
    for number, (name, octets) in enumerate(files()):
        (directory / name).write_bytes(SETTINGS[number % len(SETTINGS)] + octets)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
