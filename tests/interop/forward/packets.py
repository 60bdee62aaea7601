# SPDX-License-Identifier: Apache-2.0
"""The packets, by name: each carries its number all over its data, so that whatever comes out can be told to be of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    PadN,
    RouterAlert,
)
from scapy.packet import Packet, Raw

SENDER, SENDER6 = "192.0.2.9", "2001:db8::9"
OUT, OUT6 = "10.0.0.1", "2001:db8:f::1"
_MARK = re.compile(rb"@(\d{6})@")


@dataclass(frozen=True, slots=True)
class Case:
    """A packet to a port of the router; `make` is given its data maker: octets with the case's mark."""

    make: Callable[[Callable[[int], bytes]], Packet | bytes]
    family: int = 4
    port: int = 0
    #: Octets behind the packet: negative ones are taken from its end.
    behind: int = 0
    vlan: int | None = None


def data(number: int, length: int) -> bytes:
    """So many octets, any sixteen of which have the number in them."""
    return (b"@%06d@" % number * (length // 8 + 1))[:length]


def number_of(frame: bytes) -> int | None:
    """Which packet a frame is of; None where it does not say."""
    found = _MARK.search(frame)
    return int(found[1]) if found else None


def frame_of(case: Case, number: int, header: bytes) -> bytes:
    """header: the twelve octets of the addresses."""
    octets = bytes(case.make(lambda length: data(number, length)))
    tag = b"" if case.vlan is None else b"\x81\x00" + case.vlan.to_bytes(2, "big")
    frame = header + tag + (b"\x08\x00" if case.family == 4 else b"\x86\xdd") + octets
    return frame + bytes(case.behind) if case.behind >= 0 else frame[: case.behind]


def ip4(length: int = 40, proto: Packet | None = None, **fields: object) -> Case:
    """UDP from SENDER to OUT unless told."""
    wanted = {"src": SENDER, "dst": OUT, "ttl": 9, "id": 4711} | fields
    return Case(
        lambda made: IP(**wanted) / (UDP(sport=7, dport=9) if proto is None else proto) / Raw(made(length))
    )


def ip6(length: int = 40, *headers: Packet, **fields: object) -> Case:
    wanted = {"src": SENDER6, "dst": OUT6, "hlim": 9} | fields

    def make(made: Callable[[int], bytes]) -> Packet:
        packet: Packet = IPv6(**wanted)
        for header in headers or (UDP(sport=7, dport=9),):
            packet /= header
        return packet / Raw(made(length))

    return Case(make, 6)


def on(case: Case, port: int, vlan: int | None = None) -> Case:
    return replace(case, port=port, vlan=vlan)


def cut(case: Case, octets: int) -> Case:
    """Without the last octets."""
    return replace(case, behind=-octets)


def longer(case: Case, octets: int) -> Case:
    return replace(case, behind=octets)


def patched(case: Case, at: int, octets: bytes) -> Case:
    def make(made: Callable[[int], bytes]) -> bytes:
        whole = bytes(case.make(made))
        return whole[:at] + octets + whole[at + len(octets) :]

    return replace(case, make=make)


def hop_by_hop(*options: Packet) -> IPv6ExtHdrHopByHop:
    return IPv6ExtHdrHopByHop(options=list(options))


RECORD_ROUTE = b"\x07\x0b\x04" + bytes(8) + b"\0"
TIMESTAMP = b"\x44\x0c\x05\x00" + bytes(8)
ALERT = b"\x94\x04\0\0"

FOUR: dict[str, Case] = {
    "plain": ip4(),
    "one octet": ip4(1, TCP()),
    "1472 octets": ip4(1472),
    "back out of its port": ip4(dst="172.16.0.1"),
    "to a neighbour": ip4(dst="198.51.100.9"),
    "priority tag": on(ip4(), 0, 0),
    "unknown VLAN": on(ip4(), 1, 9),
    "by an IPv6 gateway": ip4(dst="10.9.0.1"),
    "TTL 0": ip4(ttl=0),
    "TTL 1": ip4(ttl=1),
    "TTL 1, long": ip4(900, ttl=1, tos=0x48),
    "TTL 1, IP alone": Case(lambda made: IP(src=SENDER, dst=OUT, ttl=1, proto=253) / Raw(made(16))),
    "TTL 1 from beyond": ip4(src="172.16.5.5", ttl=1),
    "TTL 1 from nowhere": ip4(src="100.64.1.1", ttl=1),
    "TTL 2": ip4(ttl=2),
    "TTL 255": ip4(ttl=255),
    "TTL 1 to a neighbour": ip4(dst="198.51.100.9", ttl=1),
    "TTL 1, no route": ip4(src="172.16.1.1", dst="100.64.0.1", ttl=1),
    "TTL 1, blackhole": ip4(dst="10.6.0.1", ttl=1),
    "TTL 1, prohibited": ip4(src="172.16.1.2", dst="10.8.0.1", ttl=1),
    "TTL 1, an ICMP error": ip4(proto=ICMP(type=3, code=1), ttl=1),
    "TTL 1, time exceeded": ip4(proto=ICMP(type=11), ttl=1),
    "TTL 1, a redirect": ip4(proto=ICMP(type=5), ttl=1),
    "TTL 1, an unknown ICMP type": ip4(proto=ICMP(type=200), ttl=1),
    "TTL 1, an echo request": ip4(proto=ICMP(), ttl=1),
    "TTL 1, an echo reply": ip4(proto=ICMP(type=0), ttl=1),
    "TTL 1, first fragment": ip4(flags="MF", ttl=1),
    "TTL 1, later fragment": ip4(frag=8, ttl=1),
    "TTL 1, too big": ip4(1800, flags="DF", ttl=1),
    "no route": ip4(src="172.16.1.3", dst="100.64.0.1"),
    "blackhole": ip4(dst="10.6.0.1"),
    "unreachable": ip4(src="172.16.1.4", dst="10.7.0.1"),
    "prohibited": ip4(src="172.16.1.5", dst="10.8.0.1", tos=0xFF),
    "type of service": ip4(tos=0xB9),
    "fragment": ip4(flags="MF", frag=5),
    "reserved flag": ip4(flags="evil"),
    "checksum wrong": ip4(chksum=0x1234),
    "checksum zero": ip4(chksum=0),
    "version 5": patched(ip4(), 0, b"\x55"),
    "version 6": patched(ip4(), 0, b"\x65"),
    "header of 16 octets": ip4(ihl=4),
    "header of 60 octets": ip4(ihl=15),
    "length below its header": ip4(len=19),
    "length of its header": ip4(len=20),
    "length beyond the frame": ip4(len=69),
    "length short of the frame": ip4(len=60),
    "cut off": cut(ip4(), 9),
    "cut off in its header": cut(ip4(), 60),
    "trailer": longer(ip4(), 20),
    "short and padded": longer(ip4(10, TCP()), 30),
    "source 0/8": ip4(src="0.1.2.3"),
    "source unspecified": ip4(src="0.0.0.0"),
    "source loopback": ip4(src="127.0.0.1"),
    "source multicast": ip4(src="224.0.0.1"),
    "source class E": ip4(src="240.0.0.1"),
    "source limited broadcast": ip4(src="255.255.255.255"),
    "source link-local": ip4(src="169.254.1.1"),
    "source our own": ip4(src="192.0.2.1"),
    "source our other": ip4(src="198.51.100.1"),
    "source directed broadcast": ip4(src="192.0.2.255"),
    "source directed broadcast, TTL 1": ip4(src="192.0.2.255", ttl=1),
    "source of a route that forwards nothing": ip4(src="10.6.0.9"),
    "destination 0/8": ip4(dst="0.1.2.3"),
    "destination loopback": ip4(dst="127.0.0.1"),
    "destination class E": ip4(src="172.16.1.6", dst="240.0.0.1"),
    "destination limited broadcast": ip4(dst="255.255.255.255"),
    "destination link-local": ip4(src="172.16.1.7", dst="169.254.1.1"),
    "destination multicast": ip4(dst="239.1.2.3"),
    "destination local multicast": ip4(dst="224.0.0.5"),
    "directed broadcast": ip4(dst="198.51.100.255"),
    "directed broadcast of its own link": ip4(dst="192.0.2.255"),
    "record route": ip4(options=RECORD_ROUTE),
    "record route, full": ip4(options=b"\x07\x07\x08\x0a\x01\x01\x01\0"),
    "record route without room": ip4(options=b"\x07\x03\x04\0"),
    "record route with a bad pointer": ip4(options=b"\x07\x07\x02\0\0\0\0\0"),
    "record route, TTL 1": ip4(options=RECORD_ROUTE, ttl=1),
    "record route, no route": ip4(src="172.16.1.8", dst="100.64.0.1", options=RECORD_ROUTE),
    "timestamp": ip4(options=TIMESTAMP),
    "timestamp with a bad pointer": ip4(options=b"\x44\x08\x02\x00\0\0\0\0"),
    "timestamp, full, no overflow left": ip4(options=b"\x44\x08\x09\xf0\0\0\0\0"),
    "router alert": ip4(options=ALERT),
    "router alert, TTL 1": ip4(options=ALERT, ttl=1),
    "stream identifier": ip4(options=b"\x88\x04\0\x09"),
    "unknown option": ip4(options=b"\x9e\x04\xab\xcd"),
    "no operation and end": ip4(options=b"\x01\x01\x00\xff"),
    "behind the end": ip4(options=b"\x00\x83\x07\x04"),
    "loose source route": ip4(options=b"\x83\x07\x04\x0a\0\0\2\0"),
    "strict source route": ip4(options=b"\x89\x07\x04\x0a\0\0\2\0"),
    "source route to us": ip4(dst="192.0.2.1", options=b"\x83\x07\x04\x0a\0\0\2\0"),
    "option without a length": ip4(src="172.16.1.9", options=b"\x01\x01\x01\x44"),
    "option of length 0": ip4(src="172.16.1.10", options=b"\x9e\x00\0\0"),
    "option of length 1": ip4(src="172.16.1.11", options=b"\x9e\x01\0\0"),
    "option beyond the header": ip4(src="172.16.1.12", options=b"\x44\x09\x05\x00"),
    "bad option, TTL 1": ip4(src="172.16.1.13", options=b"\x9e\x09\0\0", ttl=1),
    "bad option, no route": ip4(src="172.16.1.14", dst="100.64.0.1", options=b"\x9e\x09\0\0"),
    "bad option in an ICMP error": ip4(proto=ICMP(type=3, code=1), options=b"\x9e\x09\0\0"),
    "too big": ip4(1800),
    "too big by one": ip4(1473),
    "too big, DF": ip4(1800, flags="DF", tos=4),
    "too big by one, DF": ip4(1473, flags="DF"),
    "too big, a fragment": ip4(1800, flags="MF", frag=16),
    "too big, the last fragment": ip4(1800, frag=16),
    "too big, options": ip4(1800, options=ALERT + b"\x9e\x04\xab\xcd\x1e\x04\xab\xcd"),
    "too big, a fragment with options": ip4(1800, frag=16, options=b"\x1e\x04\xab\xcd"),
    "too big, options that end": ip4(1800, options=b"\x1e\x04\xab\xcd\x00\xff\xff\xff"),
    "too big by an IPv6 gateway": ip4(1800, dst="10.9.0.1"),
    "ping": ip4(dst="192.0.2.1", proto=ICMP(id=7, seq=9), tos=0x1C),
    "ping of the other port": ip4(dst="198.51.100.1", proto=ICMP(id=7, seq=9)),
    "ping with TTL 1": ip4(dst="192.0.2.1", ttl=1, proto=ICMP()),
    "ping, padded": longer(ip4(8, dst="192.0.2.1", proto=ICMP()), 20),
    "ping, checksum wrong": ip4(dst="192.0.2.1", proto=ICMP(chksum=1)),
    "ping with DF": ip4(dst="192.0.2.1", flags="DF", proto=ICMP()),
    "ping from beyond": ip4(src="172.16.3.3", dst="192.0.2.1", proto=ICMP()),
    "ping from nowhere": ip4(src="100.64.3.3", dst="192.0.2.1", proto=ICMP()),
    "ping, router alert": ip4(dst="192.0.2.1", options=ALERT, proto=ICMP()),
    "ping, code 3": ip4(dst="192.0.2.1", proto=ICMP(code=3)),
    "echo reply to us": ip4(dst="192.0.2.1", proto=ICMP(type=0)),
    "ping through": ip4(proto=ICMP()),
    "fragment to us": ip4(dst="192.0.2.1", flags="MF", proto=ICMP()),
    "UDP to us": ip4(src="172.16.1.15", dst="192.0.2.1"),
    "unknown protocol to us": Case(
        lambda made: IP(src="172.16.1.17", dst="192.0.2.1", proto=253) / Raw(made(40))
    ),
}

SIX: dict[str, Case] = {
    "IPv6": ip6(),
    "IPv6, one octet": ip6(1, TCP()),
    "IPv6, 1452 octets": ip6(1452),
    "IPv6, back out of its port": ip6(dst="2001:db8:e::1"),
    "IPv6 to a neighbour": ip6(dst="2001:db8:1::9"),
    "IPv6 class and label": ip6(tc=0xB9, fl=0xABCDE),
    "hop limit 0": ip6(hlim=0),
    "hop limit 1": ip6(hlim=1),
    "hop limit 1, long": ip6(1300, hlim=1, tc=0x48, fl=5),
    "hop limit 1 from beyond": ip6(src="2001:db8:e::5", hlim=1),
    "hop limit 1 from nowhere": ip6(src="2001:db9::5", hlim=1),
    "hop limit 2": ip6(hlim=2),
    "hop limit 1, no route": ip6(dst="2001:db9::1", hlim=1),
    "hop limit 1, an ICMPv6 error": ip6(40, ICMPv6DestUnreach(), hlim=1),
    "hop limit 1, an echo request": ip6(40, ICMPv6EchoRequest(), hlim=1),
    "hop limit 1, ICMPv6 type 200": ip6(40, ICMPv6EchoRequest(type=200), hlim=1),
    "hop limit 1, ICMPv6 type 5": ip6(40, ICMPv6EchoRequest(type=5), hlim=1),
    "hop limit 1, an error behind a header": ip6(40, IPv6ExtHdrDestOpt(), ICMPv6DestUnreach(), hlim=1),
    "hop limit 1, first fragment": ip6(40, IPv6ExtHdrFragment(m=1, nh=17), UDP(), hlim=1),
    "hop limit 1, later fragment": ip6(40, IPv6ExtHdrFragment(offset=9, nh=17), hlim=1),
    "hop limit 1, later fragment of ICMPv6": ip6(40, IPv6ExtHdrFragment(offset=9, nh=58), hlim=1),
    "IPv6, no route": ip6(dst="2001:db9::1"),
    "IPv6, blackhole": ip6(dst="2001:db8:f:6::1"),
    "IPv6, unreachable": ip6(dst="2001:db8:f:7::1"),
    "IPv6, prohibited": ip6(dst="2001:db8:f:8::1"),
    "IPv6, too big": ip6(1700),
    "IPv6, too big by one": ip6(1453),
    "IPv6, too big, hop limit 1": ip6(1700, hlim=1),
    "IPv6, too big, a fragment": ip6(1700, IPv6ExtHdrFragment(m=1, nh=17), UDP()),
    "IPv6, version 5": patched(ip6(), 0, b"\x50"),
    "IPv6, version 4": patched(ip6(), 0, b"\x45"),
    "IPv6, length beyond the frame": ip6(plen=49),
    "IPv6, length short of the frame": ip6(plen=40),
    "IPv6, length 0": ip6(plen=0),
    "IPv6, cut off in its header": cut(ip6(), 60),
    "IPv6, trailer": longer(ip6(), 20),
    "IPv6, nothing behind the header": Case(lambda made: IPv6(src=SENDER6, dst=OUT6, nh=59, hlim=9), 6),
    "IPv6 source unspecified": ip6(src="::"),
    "IPv6 source unspecified, on its link": ip6(src="::", dst="2001:db8:e::1"),
    "IPv6 source ::1": ip6(src="::1"),
    "IPv6 source mapped": ip6(src="::ffff:10.0.0.1"),
    "IPv6 source compatible": ip6(src="::10.0.0.1"),
    "IPv6 source group": ip6(src="ff02::1"),
    "IPv6 source our own": ip6(src="2001:db8::1"),
    "IPv6 source our own, hop limit 1": ip6(src="2001:db8:1::1", hlim=1),
    "IPv6 source link-local": ip6(src="fe80::9"),
    "IPv6 source link-local, hop limit 1": ip6(src="fe80::9", hlim=1),
    "IPv6 source site-local": ip6(src="fec0::9"),
    "IPv6 destination unspecified": ip6(dst="::"),
    "IPv6 destination ::1": ip6(dst="::1"),
    "IPv6 destination mapped": ip6(dst="::ffff:10.0.0.1"),
    "IPv6 destination link-local": ip6(dst="fe80::9"),
    "IPv6 destination link-local, hop limit 1": ip6(dst="fe80::9", hlim=1),
    "IPv6 source link-local, on its link": ip6(src="fe80::9", dst="2001:db8:e::1"),
    "IPv6 source link-local, no route": ip6(src="fe80::9", dst="2001:db9::1"),
    "IPv6 source link-local, prohibited": ip6(src="fe80::9", dst="2001:db8:f:8::1"),
    "IPv6 destination link-local, both": ip6(src="fe80::2", dst="fe80::9"),
    "IPv6 destination group": ip6(dst="ff0e::5"),
    "IPv6 destination group of the link": ip6(dst="ff02::5"),
    "hop-by-hop padding": ip6(40, hop_by_hop(PadN(optdata=bytes(4))), UDP()),
    "hop-by-hop router alert": ip6(40, hop_by_hop(RouterAlert(), PadN(optdata=b"")), UDP()),
    "hop-by-hop, unknown option": ip6(40, IPv6ExtHdrHopByHop(bytes.fromhex("11001e0400000000")), UDP()),
    "hop-by-hop, unknown option to discard": ip6(
        40, IPv6ExtHdrHopByHop(bytes.fromhex("11005e0400000000")), UDP()
    ),
    "hop-by-hop, unknown option to report": ip6(
        40, IPv6ExtHdrHopByHop(bytes.fromhex("11009e0400000000")), UDP()
    ),
    "hop-by-hop, option beyond the header": ip6(
        40, IPv6ExtHdrHopByHop(bytes.fromhex("11001e0900000000")), UDP()
    ),
    "hop-by-hop beyond the packet": ip6(40, IPv6ExtHdrHopByHop(bytes.fromhex("11ff010400000000")), UDP()),
    "routing header": ip6(40, IPv6ExtHdrRouting(addresses=["2001:db8:f::2"]), UDP()),
    "destination options": ip6(40, IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]), UDP()),
    "IPv6 fragment": ip6(40, IPv6ExtHdrFragment(offset=3, m=1, nh=17)),
    "unknown next header": ip6(nh=253),
    "ping6": ip6(40, ICMPv6EchoRequest(id=7, seq=9), dst="2001:db8::1", tc=0x48, fl=77),
    "ping6 of the other port": ip6(40, ICMPv6EchoRequest(), dst="2001:db8:1::1"),
    "ping6 with hop limit 1": ip6(40, ICMPv6EchoRequest(), dst="2001:db8::1", hlim=1),
    "ping6, checksum wrong": ip6(40, ICMPv6EchoRequest(cksum=1), dst="2001:db8::1"),
    "ping6 from beyond": ip6(40, ICMPv6EchoRequest(), src="2001:db8:e::3", dst="2001:db8::1"),
    "ping6 of a link-local address": ip6(40, ICMPv6EchoRequest(), src="fe80::9", dst="fe80::1"),
    "ping6 of the first address of a prefix": ip6(40, ICMPv6EchoRequest(), dst="2001:db8:1::"),
    "ping6 through": ip6(40, ICMPv6EchoRequest()),
    "UDP6 to us": ip6(dst="2001:db8::1"),
}

NAMED = FOUR | SIX
