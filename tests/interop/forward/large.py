# SPDX-License-Identifier: Apache-2.0
"""Packets above 1500 octets, by name, and the ports that they go through."""

from scapy.layers.inet import ICMP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6ExtHdrFragment

from tests.interop.forward.packets import ALERT, Case, ip4, ip6

#: Of the two ports. What comes in by the first may be too big for the second.
MTUS = (9000, 4000)
#: Data of UDP in the largest packet that the second port carries.
_MOST, _MOST6 = MTUS[1] - 28, MTUS[1] - 48

LARGE: dict[str, Case] = {
    "1473 octets": ip4(1473),
    "3000 octets": ip4(3000, tos=0xB9),
    "DF": ip4(3000, flags="DF"),
    "all that fits": ip4(_MOST),
    "all that fits, DF": ip4(_MOST, flags="DF"),
    "a fragment": ip4(3000, flags="MF", frag=16),
    "options": ip4(3000, options=ALERT),
    "back out of its port": ip4(8972, dst="172.16.0.1"),
    "by an IPv6 gateway": ip4(_MOST, dst="10.9.0.1"),
    "too big by one": ip4(_MOST + 1),
    "too big by one, DF": ip4(_MOST + 1, flags="DF"),
    "as big as the first port's": ip4(8972),
    "as big as the first port's, DF": ip4(8972, flags="DF", src="172.16.1.9"),
    "too big, a fragment": ip4(8000, flags="MF", frag=16),
    "too big, options": ip4(8000, options=ALERT + b"\x9e\x04\xab\xcd\x1e\x04\xab\xcd"),
    "too big by an IPv6 gateway": ip4(5000, dst="10.9.0.1"),
    "TTL 1": ip4(3000, ttl=1),
    "TTL 1, too big": ip4(8000, ttl=1, src="172.16.1.10"),
    "ping of 4000 octets": ip4(4000, dst="192.0.2.1", proto=ICMP(id=7, seq=9)),
    "IPv6, 1453 octets": ip6(1453),
    "IPv6, all that fits": ip6(_MOST6),
    "IPv6, back out of its port": ip6(8952, dst="2001:db8:e::1"),
    "IPv6, too big by one": ip6(_MOST6 + 1),
    "IPv6, as big as the first port's": ip6(8952, src="2001:db8:e::9"),
    "IPv6, too big, a fragment": ip6(8000, IPv6ExtHdrFragment(m=1, nh=17), UDP()),
    "IPv6, hop limit 1": ip6(3000, hlim=1),
    "ping6 of 4000 octets": ip6(4000, ICMPv6EchoRequest(id=7, seq=9), dst="2001:db8::1"),
}
