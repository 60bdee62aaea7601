# SPDX-License-Identifier: Apache-2.0
"""Packets at random: mostly right, with a few fields that are not; the same seed gives the same packets."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from scapy.layers.inet import ICMP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment
from scapy.packet import Packet

from tests.interop.forward.packets import ALERT, RECORD_ROUTE, TIMESTAMP, Case, ip4, ip6

One = TypeVar("One")

TTLS = (0, 1, 2, 64, 255)
LENGTHS = (16, 17, 40, 100, 548, 576, 1232, 1300, 1452, 1453, 1472, 1473, 1474, 1600, 1800)
#: The kernel's port 0 has a larger MTU than ours, so that what is too big for port 1 can come in.
BACK = {"172.16.0.1", "2001:db8:e::1"}
FIT = LENGTHS[:8]
TO4 = ("10.0.0.1", "10.9.0.1", "198.51.100.9", "172.16.0.1", "10.6.0.1", "10.7.0.1", "10.8.0.1")
TO4_RARE = ("198.51.100.255", "239.1.2.3", "127.0.0.1", "0.0.0.0", "255.255.255.255", "100.64.0.1")
#: None that is told of unreachable routes: see Dice._four.
FROM4 = ("100.64.0.1", "192.0.2.255", "127.0.0.1", "224.0.0.1", "0.0.0.0")
TO6 = (
    "2001:db8:f::1",
    "2001:db8:1::9",
    "2001:db8:e::1",
    "2001:db8:f:6::1",
    "2001:db8:f:7::1",
    "2001:db8:f:8::1",
)
TO6_RARE = ("2001:db9::1", "ff0e::5", "::1", "fe80::9")
FROM6 = ("2001:db8::9", "2001:db8:e::9", "2001:db9::9", "fe80::9", "::", "::1", "ff02::1", "fec0::9")
OPTIONS = (
    b"",
    ALERT,
    RECORD_ROUTE,
    TIMESTAMP,
    b"\x01",
    b"\x00",
    b"\x9e\x04\xab\xcd",
    b"\x1e\x04\xab\xcd",
    b"\x83\x03\x04",
)
INNER4: tuple[Callable[[], Packet], ...] = (
    UDP,
    TCP,
    ICMP,
    lambda: ICMP(type=0),
    lambda: ICMP(type=3, code=1),
    lambda: ICMP(type=11),
    lambda: ICMP(type=41),
)
INNER6: tuple[Callable[[], tuple[Packet, ...]], ...] = (
    lambda: (UDP(),),
    lambda: (TCP(),),
    lambda: (ICMPv6EchoRequest(),),
    lambda: (ICMPv6DestUnreach(),),
    lambda: (IPv6ExtHdrDestOpt(), UDP()),
    lambda: (IPv6ExtHdrFragment(m=1, nh=17), UDP()),
    lambda: (IPv6ExtHdrFragment(offset=9, m=1, nh=58),),
    lambda: (IPv6ExtHdrFragment(offset=9, nh=17),),
)


class Dice:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def case(self) -> Case:
        return self._four() if self._random.random() < 0.6 else self._six()

    def _one(self, wanted: Sequence[One]) -> One:
        return self._random.choice(wanted)

    def _rarely(self, chance: float = 0.15) -> bool:
        return self._random.random() < chance

    def _sized(self, case: Case) -> Case:
        return replace(case, behind=self._random.randint(-30, 30)) if self._rarely(0.1) else case

    def _length(self, fields: dict[str, object]) -> int:
        return self._one(FIT if fields["dst"] in BACK else LENGTHS)

    def _four(self) -> Case:
        fields: dict[str, object] = {
            "dst": self._one(TO4_RARE if self._rarely(0.1) else TO4),
            # Another one each time: the kernel limits the errors that it sends to an address.
            "src": f"172.{self._random.randint(16, 31)}.{self._random.randint(0, 255)}.{self._random.randint(1, 254)}",
            "ttl": self._one(TTLS) if self._rarely(0.4) else 64,
            "tos": self._random.randint(0, 255),
            "id": self._random.randint(0, 65535),
            "flags": self._one(("", "DF", "MF", "DF+MF", "evil")),
            "frag": self._random.randint(1, 8000) if self._rarely() else 0,
        }
        if self._rarely(0.1):
            fields["src"] = self._one(FROM4)
        if self._rarely(0.3):
            fields["options"] = self._options()
        if self._rarely(0.05):
            fields["len"] = self._random.randint(0, 200)
        if self._rarely(0.05):
            fields["ihl"] = self._random.randint(0, 15)
        if self._rarely(0.03):
            fields["version"] = self._random.randint(0, 15)
        if self._rarely(0.03):
            fields["chksum"] = self._random.randint(0, 65535)
        return self._sized(ip4(self._length(fields), self._one(INNER4)(), **fields))

    def _options(self) -> bytes:
        octets = b"".join(self._one(OPTIONS) for _ in range(3))
        if self._rarely(0.3):
            octets = bytes(self._random.randint(0, 255) for _ in range(self._random.randint(1, 12)))
        return octets.ljust((len(octets) + 3) // 4 * 4, b"\0")

    def _six(self) -> Case:
        fields: dict[str, object] = {
            "dst": self._one(TO6_RARE if self._rarely(0.1) else TO6),
            "hlim": self._one(TTLS) if self._rarely(0.4) else 64,
            "tc": self._random.randint(0, 255),
            "fl": self._random.randint(0, 0xFFFFF),
        }
        if self._rarely(0.3):
            fields["src"] = self._one(FROM6)
        if self._rarely(0.05):
            fields["plen"] = self._random.randint(0, 200)
        if self._rarely(0.03):
            fields["version"] = self._random.randint(0, 15)
        return self._sized(ip6(self._length(fields), *self._one(INNER6)(), **fields))
