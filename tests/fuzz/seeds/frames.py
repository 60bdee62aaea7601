# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzzer of forwarding: `python -m tests.fuzz.seeds.frames DIRECTORY`. Frames for the engine of targets/forward.c,
each with how it comes and its length before it; a seed for each thing that can become of one."""

from __future__ import annotations

import sys
from pathlib import Path

from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import (
    ICMPv6EchoRequest,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
)
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Packet, Raw

AS_IT_IS, PORT_1, STRICT, TURN = 1, 2, 4, 8
DATA = UDP(sport=5, dport=6) / Raw(b"d" * 40)


def record(frame: Packet | bytes, how: int = 0) -> bytes:
    octets = bytes(frame)
    return bytes([how]) + len(octets).to_bytes(2, "big") + octets


def ip4(net: int = 12, host: int = 5, body: Packet = DATA, **fields: object) -> Packet:
    return Ether() / IP(**({"src": "10.0.0.9", "dst": f"10.0.{net}.{host}", "ttl": 9} | fields)) / body


def ip6(net: int = 12, host: int = 5, body: Packet = DATA, **fields: object) -> Packet:
    return (
        Ether()
        / IPv6(**({"src": "2001:db8::9", "dst": f"2001:db8:0:{net:x}::{host}", "hlim": 9} | fields))
        / body
    )


def hostile() -> dict[str, bytes]:
    """Lengths that lie, options and extension headers that do, and fragments that end beyond the longest datagram."""
    large = Raw(b"l" * 1800)
    hop = IPv6ExtHdrHopByHop()
    cut = bytes(ip6(body=hop / DATA))
    return {
        "total-lengths": b"".join(record(ip4(len=n)) for n in (0, 19, 20, 21, 67, 69, 65535)),
        "header-lengths": b"".join(record(ip4(ihl=n)) for n in range(16)),
        "payload-lengths": b"".join(record(ip6(plen=n)) for n in (0, 1, 7, 47, 49, 65535)),
        "option-lengths": b"".join(
            record(ip4(options=bytes([kind, length]) + b"\x01\x00"))
            for kind in (7, 68, 131, 137, 148)
            for length in (0, 1, 2, 3, 4, 5, 255)
        ),
        "forty-octets-of-options": record(ip4(options=b"\x01" * 40))
        + record(ip4(options=b"\x44\x28\x05" + bytes(37))),
        "extension-headers": record(ip6(body=hop / IPv6ExtHdrRouting() / IPv6ExtHdrDestOpt() / DATA, hlim=1))
        + record(ip6(body=Raw(b"\0" * 40), nh=0, hlim=1))
        + record(cut[:55] + b"\xff" + cut[56:])
        + record(ip6(body=Raw((b"\x3c\0" + bytes(6)) * 20), nh=60, hlim=1)),
        "icmp-behind-headers": record(ip6(body=IPv6ExtHdrDestOpt() / ICMPv6EchoRequest(), hlim=1))
        + record(ip6(body=IPv6ExtHdrFragment(offset=9, nh=58) / Raw(bytes(8)), hlim=1)),
        "fragments-beyond-the-end": record(ip4(frag=8191, body=large))
        + record(ip4(frag=8100, flags="MF", body=large)),
        "a-fragment-with-options": record(ip4(options=b"\x07\x07\x04\0\0\0\0\0" * 5, body=large)),
        "tags": record(Ether() / Dot1Q(vlan=7, prio=5) / Dot1Q(vlan=7) / ip4()[IP], PORT_1)
        + record(Ether() / Dot1Q(vlan=0) / ip4()[IP])
        + record(bytes(Ether() / Dot1Q(vlan=7))[:17], PORT_1),
    }


def neighbours() -> dict[str, bytes]:
    """Of net 16, whose hosts are asked for, more than may be; what is sent to one that is known meanwhile, and to one that is not."""
    answer = Ether() / ARP(op="is-at", hwsrc="02:00:00:00:00:07", psrc="10.0.16.202", pdst="10.0.1.1")
    absent = b"".join(record(ip4(16, host), TURN if host % 60 == 0 else 0) for host in range(1, 200))
    return {
        "absent-hosts": absent,
        "more-than-may-wait": b"".join(record(ip4(16, 201, ttl=9 + i)) for i in range(6)),
        "one-that-answers": record(ip4(16, 202), TURN) + record(answer, PORT_1 | TURN) + record(ip4(16, 202)),
        "large-for-one-that-does-not": record(ip4(16, 203, body=Raw(b"l" * 1800))),
    }


def seeds() -> dict[str, bytes]:
    made = {f"ip4-to-{net}": record(ip4(net)) for net in range(23)}
    made |= {f"ip6-to-{net}": record(ip6(net)) for net in range(23)}
    made |= hostile() | neighbours()
    large = DATA / Raw(b"l" * 1500)
    made |= {
        "expired": record(ip4(ttl=1)) + record(ip6(hlim=1)),
        "too-big": record(ip4(body=large, flags="DF")) + record(ip6(body=large)) + record(ip4(body=large)),
        "options": record(ip4(options=b"\x07\x07\x04\0\0\0\0\0")) + record(ip4(options=b"\x44\x00\x00\x00")),
        "source-route": record(ip4(options=b"\x83\x07\x04\0\0\0\0\0")),
        "martians": record(ip4(src="127.0.0.1")) + record(ip6(src="::1")) + record(ip4(dst="127.0.0.1")),
        "groups": record(ip4(dst="224.0.0.9")) + record(ip6(dst="ff02::9")) + record(ip4(0, 255)),
        "scope": record(ip6(src="fe80::9")),
        "checksum": record(ip4(chksum=1)),
        "version": record(bytes(ip4())[:14] + b"\x25" + bytes(ip4())[15:]),
        "reverse": record(ip4(src="10.0.99.1"), STRICT),
        "pings": record(ip4(0, 1, ICMP() / b"ping")) + record(ip6(0, 1, ICMPv6EchoRequest())),
        "bad-ping": record(ip4(0, 1, ICMP(chksum=1) / b"ping")),
        "many-pings": record(ip4(0, 1, ICMP())) * 90,
        "many-expired": record(ip4(ttl=1)) * 90,
        "more-than-half-a-queue": record(ip4()) * 200,
        "errors-nobody-hears": record(ip4(src="10.9.9.9", ttl=1)),
        "fragments": record(ip4(flags="MF", frag=5)) + record(ip6(body=IPv6ExtHdrFragment(offset=5) / DATA)),
        "tagged": record(Ether() / Dot1Q(vlan=7) / ip4(0)[IP], PORT_1) + record(ip4(7)),
        "others-mac": record(ip4(), AS_IT_IS),
        "short": b"".join(record(bytes(ip4())[:length]) for length in range(0, 60, 7)),
    }
    return made


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, octets in seeds().items():
        (directory / name).write_bytes(octets)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
