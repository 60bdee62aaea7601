# SPDX-License-Identifier: Apache-2.0
"""Echo requests to addresses of ours are answered where the engine forwards."""

from collections.abc import Callable

import pytest
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Raw

from tests.path.router import SENDER, SENDER6, Router, mac

pytestmark = pytest.mark.eal

DATA = Raw(bytes(range(56)))


def reply4(frame: bytes) -> IP:
    """The IPv4 answer in a frame, whose checksums are right."""
    packet = Ether(frame)[IP]
    wanted = packet.copy()
    del wanted.chksum, wanted[ICMP].chksum
    assert bytes(wanted) == bytes(packet)
    return packet


@pytest.mark.parametrize("own", ["192.0.2.1", "198.51.100.1"])
def test_an_answer_returns_what_was_asked(router: Router, own: str) -> None:
    asked = (
        IP(src=SENDER, dst=own, ttl=3, tos=0x28, options=b"\x07\x07\x04\0\0\0\0\0") / ICMP(id=7, seq=9) / DATA
    )
    back, out = router.through(router.ether() / asked)
    assert out == []
    assert len(back) == 1
    reply = reply4(back[0])
    assert (reply.src, reply.dst, reply.ttl, reply.tos, reply.ihl, reply.flags) == (
        own,
        SENDER,
        64,
        0x28,
        5,
        0,
    )
    assert (reply[ICMP].type, reply[ICMP].code, reply[ICMP].id, reply[ICMP].seq) == (0, 0, 7, 9)
    assert bytes(reply[ICMP].payload) == bytes(DATA)
    assert Ether(back[0]).dst == mac(0)
    assert router.counted() == {"rx-echo": 1}


def test_an_ipv6_answer(router: Router) -> None:
    asked = IPv6(src=SENDER6, dst="2001:db8::1", hlim=3, tc=0x28, fl=5) / ICMPv6EchoRequest(
        id=7, seq=9, data=bytes(DATA)
    )
    reply = Ether(router.through(router.ether() / asked)[0][0])[IPv6]
    wanted = IPv6(src="2001:db8::1", dst=SENDER6, hlim=64, tc=0x28) / ICMPv6EchoReply(
        id=7, seq=9, data=bytes(DATA)
    )
    assert bytes(reply) == bytes(wanted)


def test_on_a_vlan_and_on_the_link(router: Router) -> None:
    asked = IP(src="203.0.113.2", dst="203.0.113.1") / ICMP() / DATA
    out = Ether(router.through(router.ether(1) / Dot1Q(vlan=7) / asked, port=1)[1][0])
    assert (out[Dot1Q].vlan, out[ICMP].type) == (7, 0)
    router.engine.address_add(0, "fe80::1/64")
    router.engine.neighbour_set(0, "fe80::2", mac(0))
    near = IPv6(src="fe80::2", dst="fe80::1", hlim=255) / ICMPv6EchoRequest()
    assert ICMPv6EchoReply in Ether(router.through(router.ether() / near)[0][0])


def test_what_is_not_answered(make_router: Callable[..., Router]) -> None:
    router = make_router(icmp_echo_rate=40)
    asked = IP(src=SENDER, dst="192.0.2.1") / ICMP() / DATA
    wrong = IP(src=SENDER, dst="192.0.2.1") / ICMP(chksum=1) / DATA
    nowhere = IP(src="172.16.0.1", dst="192.0.2.1") / ICMP() / DATA
    reply = IP(src=SENDER, dst="192.0.2.1") / ICMP(type=0) / DATA
    assert router.through(*(router.ether() / packet for packet in (wrong, nowhere, reply))) == ([], [])
    assert router.counted() == {"drop-icmp-malformed": 1, "drop-no-route": 1, "drop-other-protocol": 1}
    router.now_ns += 10_000_000_000
    assert len(router.through(*[router.ether() / asked] * 9)[0]) == 3
    assert router.counted() == {"rx-echo": 3, "drop-echo-rate": 6}
    cut = IP(src=SENDER, dst="192.0.2.1", proto=1, len=21) / Raw(b"\x08")
    router.now_ns += 10_000_000_000
    router.through(router.ether() / cut)
    assert router.counted() == {"drop-icmp-malformed": 1}


def test_without_forwarding_a_ping_is_dropped(make_router: Callable[..., Router]) -> None:
    router = make_router(enabled=False)
    assert router.through(router.ether() / IP(src=SENDER, dst="192.0.2.1") / ICMP() / DATA) == ([], [])
    assert router.counted() == {"drop-other-protocol": 1}
