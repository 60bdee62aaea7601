# SPDX-License-Identifier: Apache-2.0
"""Where we forward otherwise than Linux does, on purpose: docs/decisions.md, "Forwarding beside Linux", has the reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from tests.interop.forward.shape import LOCAL

_OURS = {ip_address(address) for address in LOCAL}
_END, _NOTHING, _RECORD_ROUTE, _TIMESTAMP = 0, 1, 7, 68
_SOURCE_ROUTES = {131, 137}
#: Of which Linux reads more than their length: it fills them in, or expects more of them.
_READ = {_RECORD_ROUTE, _TIMESTAMP, 130, 134, 148, *_SOURCE_ROUTES}
_RESERVED = [IPv4Network(net) for net in ("0.0.0.0/8", "240.0.0.0/4", "169.254.0.0/16")]
_LINK_LOCAL = IPv6Network("fe80::/10")
_FIRST = (IPv6Address("2001:db8::"), IPv6Address("2001:db8:1::"))
_LINK = (IPv6Network("2001:db8::/64"), IPv6Network("2001:db8:e::/48"))


class Packet:
    """An IP packet as far as the differences ask of it; whatever it lacks is empty."""

    def __init__(self, frame: bytes) -> None:
        octets = frame[14:]
        self.octets = octets
        self.version = 4 if frame[12:14] == b"\x08\x00" else 6
        if self.version == 4:
            octets = octets.ljust(20, b"\0")
            self.source: IPv4Address | IPv6Address = IPv4Address(octets[12:16])
            self.destination: IPv4Address | IPv6Address = IPv4Address(octets[16:20])
            self.options = octets[20 : (octets[0] & 15) * 4]
        else:
            octets = octets.ljust(48, b"\0")
            self.source, self.destination = IPv6Address(octets[8:24]), IPv6Address(octets[24:40])
            self.options = b""
        self.next_header = octets[6]
        self.extension = octets[40:48]

    def option_kinds(self) -> set[int]:
        """Up to the end of the options, or where one has no sound length."""
        found, at = set(), 0
        while at < len(self.options) and self.options[at] != _END:
            kind = self.options[at]
            found.add(kind)
            length = 1 if kind == _NOTHING else self.options[at + 1] if at + 1 < len(self.options) else 0
            if length < 1 or (length < 2 and kind != _NOTHING):
                break
            at += length
        return found

    def behind_the_end(self) -> bytes:
        """Of the options."""
        at = 0
        while at < len(self.options) and self.options[at] != _END:
            kind = self.options[at]
            length = 1 if kind == _NOTHING else self.options[at + 1] if at + 1 < len(self.options) else 0
            if length < 1:
                return b""
            at += length
        return self.options[at + 1 :]


@dataclass(frozen=True, slots=True)
class Difference:
    """`applies`: whether a packet may come out differently for this reason."""

    name: str
    applies: Callable[[Packet], bool]


def _is_reserved(address: IPv4Address | IPv6Address) -> bool:
    return any(address.version == 4 and address in net for net in _RESERVED)


def _later_fragment_of_icmp6(packet: Packet) -> bool:
    offset = int.from_bytes(packet.extension[2:4], "big") & 0xFFF8
    return packet.version == 6 and packet.next_header == 44 and packet.extension[0] == 58 and offset > 0


def _is_nobodys(address: IPv4Address | IPv6Address) -> bool:
    return isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address.is_unspecified)


DIFFERENCES = {
    one.name: one
    for one in (
        Difference("reserved IPv4 addresses", lambda p: _is_reserved(p.source) or _is_reserved(p.destination)),
        Difference("our own address as the source", lambda p: p.source in _OURS),
        Difference("errors to a broadcast address", lambda p: str(p.source) in ("192.0.2.255", "198.51.100.255")),
        Difference("options are not read", lambda p: bool(p.option_kinds() & _READ)),
        Difference("behind the end of options", lambda p: any(p.behind_the_end())),
        Difference("for us, and no host", lambda p: p.destination in _OURS),
        Difference("later fragments of ICMPv6", _later_fragment_of_icmp6),
        Difference("addresses that stand in no IPv6 packet", lambda p: any(map(_is_nobodys, (p.source, p.destination)))),
        Difference("the first address of an IPv6 prefix", lambda p: p.destination in _FIRST),
        Difference("link-local destinations", lambda p: p.destination in _LINK_LOCAL),
        Difference("link-local sources on their link", lambda p: p.source in _LINK_LOCAL and any(p.destination in net for net in _LINK)),
        Difference("hop-by-hop options are not read", lambda p: p.version == 6 and p.next_header == 0),
    )
}  # fmt: skip

#: Named packets that come out differently: how from Linux, how from us, and why.
SEEN = {
    "source 0/8": ("out 1", "nothing", "reserved IPv4 addresses"),
    "source class E": ("out 1", "nothing", "reserved IPv4 addresses"),
    "source link-local": ("out 1", "nothing", "reserved IPv4 addresses"),
    "destination 0/8": ("icmp 3/0", "nothing", "reserved IPv4 addresses"),
    "destination class E": ("icmp 3/0", "nothing", "reserved IPv4 addresses"),
    "destination link-local": ("icmp 3/0", "nothing", "reserved IPv4 addresses"),
    "source our own": ("nothing", "out 1", "our own address as the source"),
    "source our other": ("nothing", "out 1", "our own address as the source"),
    "source directed broadcast, TTL 1": ("icmp 11/0", "nothing", "errors to a broadcast address"),
    "record route": ("out 1", "out 1", "options are not read"),
    "record route with a bad pointer": ("icmp 12/0", "out 1", "options are not read"),
    "record route, TTL 1": ("icmp 11/0", "icmp 11/0", "options are not read"),
    "record route, no route": ("icmp 3/0", "icmp 3/0", "options are not read"),
    "timestamp": ("out 1", "out 1", "options are not read"),
    "timestamp with a bad pointer": ("icmp 12/0", "out 1", "options are not read"),
    "timestamp, full, no overflow left": ("icmp 12/0", "out 1", "options are not read"),
    "no operation and end": ("out 1", "out 1", "behind the end of options"),
    "behind the end": ("out 1", "out 1", "behind the end of options"),
    "too big, options that end": (
        "fragment 1, fragment 1",
        "fragment 1, fragment 1",
        "behind the end of options",
    ),
    "UDP to us": ("icmp 3/3", "nothing", "for us, and no host"),
    "unknown protocol to us": ("icmp 3/2", "nothing", "for us, and no host"),
    "UDP6 to us": ("icmp 1/4", "nothing", "for us, and no host"),
    "hop limit 1, later fragment of ICMPv6": ("icmp 3/0", "nothing", "later fragments of ICMPv6"),
    "IPv6 source mapped": ("out 1", "nothing", "addresses that stand in no IPv6 packet"),
    "IPv6 source unspecified, on its link": ("out 0", "nothing", "addresses that stand in no IPv6 packet"),
    "IPv6 destination unspecified": ("icmp 1/0", "nothing", "addresses that stand in no IPv6 packet"),
    "IPv6 destination mapped": ("icmp 1/0", "nothing", "addresses that stand in no IPv6 packet"),
    "IPv6 destination link-local": ("out 0", "nothing", "link-local destinations"),
    "IPv6 destination link-local, both": ("out 0", "nothing", "link-local destinations"),
    "IPv6 destination link-local, hop limit 1": ("icmp 3/0", "nothing", "link-local destinations"),
    "IPv6 source link-local, on its link": ("out 0", "icmp 1/2", "link-local sources on their link"),
    "ping6 of the first address of a prefix": (
        "icmp 129/0",
        "nothing",
        "the first address of an IPv6 prefix",
    ),
    "hop-by-hop, unknown option to discard": ("nothing", "out 1", "hop-by-hop options are not read"),
    "hop-by-hop, unknown option to report": ("icmp 4/2", "out 1", "hop-by-hop options are not read"),
    "hop-by-hop, option beyond the header": ("nothing", "out 1", "hop-by-hop options are not read"),
    "hop-by-hop beyond the packet": ("nothing", "out 1", "hop-by-hop options are not read"),
}
