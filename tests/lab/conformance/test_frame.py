# SPDX-License-Identifier: Apache-2.0
"""Frames of the far end, as scapy reads them, and what is not a datagram."""

from ipaddress import ip_address

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from bfd_fastpath.lab.conformance.frame import Datagram, datagram

MACS = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


def made(version: int, payload: bytes, ttl: int = 255) -> Datagram:
    source, destination = ("192.0.2.1", "192.0.2.2") if version == 4 else ("2001:db8::1", "2001:db8::2")
    return Datagram(*MACS, ip_address(source), ip_address(destination), 50_000, 3784, payload, ttl)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("payload", [b"", b"x", bytes(24), bytes(range(52))])
def test_scapy_makes_the_same_frame_of_the_same_parts(version, payload):
    ours = made(version, payload)
    network = (
        IP(src=str(ours.source), dst=str(ours.destination), ttl=255, tos=0xC0, id=0, flags="DF")
        if version == 4
        else IPv6(src=str(ours.source), dst=str(ours.destination), hlim=255, tc=0xC0)
    )
    link = Ether(src=ours.source_mac, dst=ours.destination_mac)
    assert bytes(ours) == bytes(link / network / UDP(sport=50_000, dport=3784) / payload)


@pytest.mark.parametrize("version", [4, 6])
def test_a_frame_is_read_as_it_was_made(version):
    ours = made(version, b"payload", ttl=7)
    assert datagram(bytes(ours)) == ours
    # A short frame is padded on the wire.
    assert datagram(bytes(ours) + bytes(12)) == ours


@pytest.mark.parametrize("version", [4, 6])
def test_a_frame_that_is_cut_anywhere_is_no_datagram(version):
    octets = bytes(made(version, b"payload"))
    assert [cut for cut in range(len(octets)) if datagram(octets[:cut]) is not None] == []


def test_other_protocols_and_fragments_are_no_datagrams():
    octets = bytearray(bytes(made(4, b"payload")))
    octets[14 + 9] = 6
    assert datagram(bytes(octets)) is None
    octets[14 + 9] = 17
    octets[14 + 6 : 14 + 8] = b"\x20\x00"
    assert datagram(bytes(octets)) is None
    assert datagram(MACS[0] + MACS[1] + b"\x08\x06" + bytes(28)) is None
