# SPDX-License-Identifier: Apache-2.0
"""Packets of which a capture kept only the beginning, at every length; and any octets at all, against scapy and the oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

from bfd_fastpath.wire.bfd import PacketError, decode
from tests.core.binding import ffi, lib
from tests.core.frames import ETHERNET, HELLO, IP4, IP6, datagram, exactly, link, udp4, udp6
from tests.core.subject import FAULT_NAMES

PADDING = b"\0\0" + bytes(6)
PACKETS = {
    "IPv4": (IP4, udp4(), 20),
    "IPv4 with options": (IP4, udp4(options=b"\1" * 8), 28),
    "IPv6": (IP6, udp6(), 40),
    "IPv6 with extension headers": (IP6, udp6(extensions=((0, PADDING), (60, PADDING))), 56),
    "IPv6 with a long extension header": (IP6, udp6(extensions=((43, b"\0\x02" + bytes(22)),)), 64),
}
SIGNED = bytes.fromhex("20c403211111111122222222000f4240000f424000000000010901736563726574")


@pytest.mark.parametrize("name", PACKETS)
def test_what_is_there_is_read_and_the_rest_known_by_length(name: str) -> None:
    type_, packet, udp_at = PACKETS[name]
    whole = datagram(type_, packet)
    for captured in range(len(packet)):
        got = datagram(type_, packet[:captured], wire=len(packet))
        if captured < udp_at + 8:
            assert got.fault == "snapped"
            assert got.ports == ((49152, 3784) if captured >= udp_at + 4 else (0, 0))
        else:
            assert (got.fault, got.length, got.ports) == ("ok", 24, whole.ports)
            assert got.payload == HELLO[: captured - udp_at - 8]
        assert got.source == (whole.source if captured >= (20 if type_ == IP4 else 40) else b"")


@pytest.mark.parametrize("name", PACKETS)
def test_a_checksum_is_judged_when_all_of_it_is_there(name: str) -> None:
    type_, packet, udp_at = PACKETS[name]
    wrong = packet[: udp_at + 6] + bytes([packet[udp_at + 6] ^ 1]) + packet[udp_at + 7 :]
    assert datagram(type_, wrong).fault == "checksum-udp"
    assert datagram(type_, wrong[:-1], wire=len(wrong)).fault == "ok"


def test_an_octet_less_than_a_header_on_the_wire_is_malformed_not_snapped() -> None:
    assert datagram(IP4, udp4()[:10], wire=19).fault == "malformed-ip4"
    assert datagram(IP6, udp6()[:10], wire=39).fault == "malformed-ip6"
    assert datagram(IP4, udp4(total=60)[:30], wire=59).fault == "malformed-ip4"


def test_an_ip4_checksum_needs_the_header_only() -> None:
    assert datagram(IP4, udp4(checksum=0x1234)[:28], wire=52).fault == "checksum-ip4"


@pytest.mark.parametrize("there", range(24, len(SIGNED)))
def test_the_mandatory_section_is_enough_to_check_a_packet(there: int) -> None:
    """The memory ends at `there`; the length is the one on the wire."""
    data, packet = exactly(SIGNED[:there]), ffi.new("struct bfd_packet *")
    assert lib.bfd_packet_parse(data, len(SIGNED), packet) == 0
    assert packet.length == len(SIGNED)


@given(st.binary(max_size=90), st.integers(0, 200), st.sampled_from([IP4, IP6]))
def test_any_octets_stay_within_them(octets: bytes, more: int, type_: int) -> None:
    octets = bytes([0x45 if type_ == IP4 else 0x60]) + octets
    datagram(type_, octets, wire=len(octets) + more)


@given(st.data(), st.sampled_from(sorted(PACKETS)))
def test_any_damage_gives_an_answer_within_the_octets(data: st.DataObject, name: str) -> None:
    type_, packet, _ = PACKETS[name]
    octets = bytearray(packet)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    kept = data.draw(st.integers(0, len(octets)))
    got = datagram(type_, bytes(octets[:kept]), wire=len(octets))
    if kept == len(octets):
        assert got.fault != "snapped"


def by_core(payload: bytes) -> str:
    """What the walk and the check say of a payload that came in a frame of its own."""
    got = datagram(IP4, udp4(payload))
    assert (got.fault, got.payload) == ("ok", payload)
    data = exactly(got.payload)
    return FAULT_NAMES[lib.bfd_packet_parse(data, len(payload), ffi.new("struct bfd_packet *"))]


@given(st.integers(0, 27), st.binary(min_size=1, max_size=3), st.booleans())
def test_the_oracle_agrees_on_damaged_hellos(at: int, damage: bytes, signed: bool) -> None:
    base = SIGNED if signed else HELLO
    payload = base[:at] + damage + base[at + len(damage) :]
    try:
        decode(payload)
        expected = ""
    except PacketError as error:
        expected = error.fault.value
    assert by_core(payload) == expected


LAYERS = st.lists(st.tuples(st.booleans(), st.integers(1, 4094)), max_size=4)


@given(
    LAYERS,
    st.booleans(),
    st.integers(1, 65535),
    st.sampled_from([3784, 3785, 4784, 6784, 7784, 53]),
    st.data(),
)
def test_scapy_builds_what_the_core_reads(
    stack: list[tuple[bool, int]], six: bool, source: int, destination: int, data: st.DataObject
) -> None:
    payload = data.draw(st.binary(max_size=80))
    ttl = data.draw(st.integers(1, 255))
    frame = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    for service, vlan in stack:
        frame /= Dot1AD(vlan=vlan) if service else Dot1Q(vlan=vlan)
    if six:
        frame /= IPv6(src="2001:db8::1", dst="2001:db8::2", hlim=ttl)
        for kind in data.draw(st.lists(st.sampled_from([IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt]), max_size=3)):
            frame /= kind()
    else:
        frame /= IP(
            src="192.0.2.1", dst="192.0.2.2", ttl=ttl, options=b"\1" * (4 * data.draw(st.integers(0, 10)))
        )
    octets = bytes(frame / UDP(sport=source, dport=destination) / Raw(payload))
    read = link(ETHERNET, octets)
    assert (read.fault, read.type, read.vlans) == ("ok", IP6 if six else IP4, len(stack))
    assert read.vlan == (stack[-1][1] if stack else 0)
    got = datagram(read.type, octets[read.network_at :])
    assert (got.fault, got.ttl, got.ports, got.payload) == ("ok", ttl, (source, destination), payload)
