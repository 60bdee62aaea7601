# SPDX-License-Identifier: Apache-2.0
"""Frames that scapy builds from its own BFD layer: every kind of session, every authentication, and each fault of
RFC 5880 6.8.6. Written to no file here."""

import hashlib
from collections.abc import Iterable
from typing import Any

from scapy.contrib.bfd import BFD
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror, UDPerror
from scapy.layers.inet6 import ICMPv6ND_NS, IPv6, IPv6ExtHdrHopByHop
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.packet import Packet, Raw

DOWN, INIT, UP = 1, 2, 3
A4, B4, A6, B6 = "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"
#: When the first packet is stamped: 2026-01-01.
START = 1_767_225_600.0
SOURCE_PORT = 49152
KEY = b"secret"


def frame(source: str, destination: str, payload: Any, port: int = 3784, **how: Any) -> Packet:
    """UDP to `port`, TTL 255; how: `ttl`, `source_port`, `vlans` (outermost first), `above` (put between IP and UDP)."""
    ttl = how.get("ttl", 255)
    first = source.endswith("1")
    link: Packet = Ether(
        src=f"02:00:00:00:00:0{1 if first else 2}", dst=f"02:00:00:00:00:0{2 if first else 1}"
    )
    vlans = how.get("vlans", ())
    for number, vlan in enumerate(vlans):
        link /= (Dot1AD if number < len(vlans) - 1 else Dot1Q)(vlan=vlan)
    network: Packet = (
        IPv6(src=source, dst=destination, hlim=ttl)
        if ":" in source
        else IP(src=source, dst=destination, ttl=ttl)
    )
    if "above" in how:
        network /= how["above"]
    return link / network / UDP(sport=how.get("source_port", SOURCE_PORT), dport=port) / payload


def bfd(mine: int, yours: int, state: int, **fields: Any) -> Packet:
    told = {"min_tx_interval": 100_000, "min_rx_interval": 100_000, "echo_rx_interval": 0} | fields
    return BFD(my_discriminator=mine, your_discriminator=yours, sta=state, **told)


def authenticated(mine: int, yours: int, kind: int, sequence: int) -> Raw:
    """RFC 5880 4.2 to 4.4 by hand; kind is Auth Type."""
    size = {1: 3 + len(KEY), 2: 24, 3: 24, 4: 28, 5: 28}[kind]
    head = bytearray(bytes(bfd(mine, yours, UP))[:24])
    head[1] |= 0x04
    head[3] = 24 + size
    if kind == 1:
        return Raw(bytes(head) + bytes([1, size, 7]) + KEY)
    section = bytes([kind, size, 7, 0]) + sequence.to_bytes(4, "big")
    digest = hashlib.md5 if kind < 4 else hashlib.sha1
    return Raw(bytes(head) + section + digest(bytes(head) + section + KEY.ljust(size - 8, b"\0")).digest())


def conversation(
    one: str, other: str, port: int = 3784, discriminators: tuple[int, int] = (17, 34), **how: Any
) -> list[Packet]:
    """Down, Init, Up with a Poll, and a few hellos of both ends."""
    mine, yours = discriminators
    there = [
        bfd(mine, 0, DOWN),
        bfd(mine, yours, INIT),
        bfd(mine, yours, UP, flags="P"),
        bfd(mine, yours, UP, flags="F"),
        *(bfd(mine, yours, UP) for _ in range(5)),
    ]
    back = [
        bfd(yours, 0, DOWN),
        bfd(yours, mine, UP),
        bfd(yours, mine, UP, flags="F"),
        bfd(yours, mine, UP, flags="P"),
        *(bfd(yours, mine, UP) for _ in range(5)),
    ]
    made = []
    for left, right in zip(there, back, strict=True):
        made += [frame(one, other, left, port, **how), frame(other, one, right, port, **how)]
    return made


def sbfd() -> list[Packet]:
    """RFC 7880, 7881: requests to port 7784 with D, replies from it without."""
    made = []
    for _ in range(4):
        request = bfd(0x51, 0x1001, DOWN if not made else UP, flags="D", min_rx_interval=0)
        made.append(frame(A4, B4, request, 7784, source_port=50001))
        made.append(frame(B4, A4, bfd(0x1001, 0x51, UP), 50001, source_port=7784))
    return made


def echoes() -> list[Packet]:
    """To the sender's own address, out and back."""
    return [frame(A4, A4, Raw(bytes(range(24))), 3785, ttl=ttl) for _ in range(4) for ttl in (255, 254)]


def others() -> list[Packet]:
    """What else is on a LAN, and an ICMP error that quotes a BFD packet."""
    link = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    quoted = IPerror(src=A4, dst=B4, ttl=255) / UDPerror(sport=SOURCE_PORT, dport=3784)
    return [
        link / ARP(psrc=A4, pdst=B4),
        link
        / IP(src=A4, dst=B4)
        / TCP(sport=33333, dport=179, flags="PA")
        / Raw(b"\xff" * 16 + b"\0\x13\x04"),
        link / IP(src=A4, dst=B4) / UDP(sport=5353, dport=5353) / Raw(b"x"),
        link / IPv6(src=A6, dst=B6) / ICMPv6ND_NS(tgt=B6),
        Ether(src="02:00:00:00:00:02", dst="02:00:00:00:00:01")
        / IP(src=B4, dst=A4)
        / ICMP(type=3, code=3)
        / quoted
        / Raw(bytes(bfd(17, 34, UP))),
    ]


def every_kind() -> list[Packet]:
    """All of it in one file, mixed. Two sessions share their discriminators."""
    lists = [
        conversation(A4, B4),
        conversation(A6, B6),
        conversation(A4, "192.0.2.77", discriminators=(17, 34)),
        conversation("192.0.2.129", "192.0.2.200", 4784, (51, 68), ttl=61),
        conversation(A4, B4, 6784, (85, 102)),
        conversation(A4, B4, discriminators=(119, 136), vlans=(10,)),
        conversation(A6, B6, discriminators=(153, 170), vlans=(100, 20)),
        conversation("2001:db8::a1", "2001:db8::a2", discriminators=(3, 4), above=IPv6ExtHdrHopByHop()),
        sbfd(),
        echoes(),
        others(),
        *([authenticated_pair(kind, at) for at in range(1, 5)] for kind in range(1, 6)),
    ]
    return mixed(lists)


def authenticated_pair(kind: int, sequence: int) -> Packet:
    source, destination = f"192.0.2.{10 * kind + 1}", f"192.0.2.{10 * kind + 2}"
    return frame(source, destination, authenticated(kind, 100 + kind, kind, sequence))


def mixed(lists: Iterable[list[Packet]]) -> list[Packet]:
    """One of each in turn."""
    waiting = [list(one) for one in lists]
    made = []
    while any(waiting):
        made += [one.pop(0) for one in waiting if one]
    return made


def stamped(frames: Iterable[Packet], step: float = 0.01) -> list[Packet]:
    made = list(frames)
    for number, one in enumerate(made):
        one.time = START + number * step
    return made


def _patched(at: int, value: int) -> Raw:
    octets = bytearray(bytes(bfd(17, 34, UP)))
    octets[at] = value
    return Raw(bytes(octets))


def faults() -> dict[str, Packet]:
    """By the name of the reason that a receiver has to refuse it (RFC 5880 6.8.6, RFC 5881 5, RFC 7880, 7881)."""
    plain = bytes(bfd(17, 34, UP))
    auth = bytes(authenticated(17, 34, 3, 1))
    return {
        "version": frame(A4, B4, _patched(0, 0x40)),
        "length": frame(A4, B4, _patched(3, 23)),
        "length-over-payload": frame(A4, B4, _patched(3, 25)),
        "length-with-auth": frame(A4, B4, Raw(plain[:1] + b"\xc4" + plain[2:])),
        "detect-mult": frame(A4, B4, _patched(2, 0)),
        "multipoint": frame(A4, B4, _patched(1, 0xC1)),
        "my-discriminator": frame(A4, B4, bfd(0, 34, UP)),
        "your-discriminator": frame(A4, B4, bfd(17, 0, UP)),
        "short": frame(A4, B4, Raw(plain[:20])),
        "ttl": frame(A4, B4, bfd(17, 34, UP), ttl=254),
        "ttl-6": frame(A6, B6, bfd(17, 34, UP), ttl=64),
        "auth-type": frame(A4, B4, Raw(auth[:24] + b"\x09" + auth[25:])),
        "auth-length": frame(A4, B4, Raw(auth[:25] + b"\x17" + auth[26:])),
        "sbfd-ports": frame(A4, B4, bfd(1, 2, UP, flags="D"), 7784, source_port=7784),
        "sbfd-demand": frame(A4, B4, bfd(1, 2, UP), 7784),
        "sbfd-state": frame(B4, A4, bfd(2, 1, INIT), SOURCE_PORT, source_port=7784),
    }
