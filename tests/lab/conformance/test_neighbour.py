# SPDX-License-Identifier: Apache-2.0
"""ARP and neighbour discovery of an end behind a port, as scapy reads and says them."""

from ipaddress import ip_address

import pytest
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6
from scapy.layers.l2 import ARP, Ether

from bfd_fastpath.lab.conformance.neighbour import answer, answered, question

OURS, THEIRS = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
OWN = {4: ip_address("192.0.2.1"), 6: ip_address("2001:db8::1")}
OTHER = {4: ip_address("192.0.2.2"), 6: ip_address("2001:db8::ab:cdef")}


def asks(version: int, wanted: str) -> bytes:
    """The other's question."""
    source = str(OTHER[version])
    if version == 4:
        arp = ARP(op=1, hwsrc=THEIRS, psrc=source, pdst=wanted)
        return bytes(Ether(src=THEIRS, dst="ff:ff:ff:ff:ff:ff") / arp)
    nd = ICMPv6ND_NS(tgt=wanted) / ICMPv6NDOptSrcLLAddr(lladdr=THEIRS.hex(":"))
    return bytes(
        Ether(src=THEIRS, dst="33:33:ff:00:00:01") / IPv6(src=source, dst="ff02::1:ff00:1", hlim=255) / nd
    )


@pytest.mark.parametrize("version", [4, 6])
def test_a_question_is_as_scapy_would_ask(version):
    frame = Ether(question(OWN[version], OURS, OTHER[version]))
    assert frame.src == OURS.hex(":")
    if version == 4:
        assert (frame[ARP].op, frame[ARP].psrc, frame[ARP].pdst) == (1, "192.0.2.1", "192.0.2.2")
        return
    assert frame.dst == "33:33:ff:ab:cd:ef"
    assert frame[IPv6].dst == "ff02::1:ffab:cdef"
    made = frame[ICMPv6ND_NS]
    assert (made.tgt, made[ICMPv6NDOptSrcLLAddr].lladdr) == (str(OTHER[6]), OURS.hex(":"))
    again = frame.copy()
    del again[ICMPv6ND_NS].cksum
    assert bytes(again) == bytes(frame)


@pytest.mark.parametrize("version", [4, 6])
def test_who_asks_for_us_is_answered(version):
    said = answer(asks(version, str(OWN[version])), (OWN[4], OWN[6]), OURS)
    assert said is not None
    frame = Ether(said)
    assert (frame.src, frame.dst) == (OURS.hex(":"), THEIRS.hex(":"))
    if version == 4:
        arp = frame[ARP]
        assert (arp.op, arp.hwsrc, arp.psrc, arp.pdst) == (2, OURS.hex(":"), "192.0.2.1", "192.0.2.2")
    else:
        nd = frame[ICMPv6ND_NA]
        assert (nd.tgt, nd.S, nd.O, nd[ICMPv6NDOptDstLLAddr].lladdr) == (str(OWN[6]), 1, 1, OURS.hex(":"))
        again = frame.copy()
        del again[ICMPv6ND_NA].cksum
        assert bytes(again) == said
    # And the other end's own question takes it as its answer.
    assert answered(said, OWN[version]) == OURS


@pytest.mark.parametrize("version", [4, 6])
def test_other_addresses_are_not_ours_to_answer_for(version):
    assert answer(asks(version, str(OTHER[version])), (OWN[version],), OURS) is None
    assert answered(question(OWN[version], OURS, OTHER[version]), OTHER[version]) is None


@pytest.mark.parametrize(("version", "whole"), [(4, 42), (6, 78)])
def test_a_frame_that_is_cut_anywhere_is_no_question(version, whole):
    """Options of ND are not needed: the frame says where it came from."""
    frame = asks(version, str(OWN[version]))
    assert [cut for cut in range(whole) if answer(frame[:cut], (OWN[version],), OURS)] == []
    assert answer(frame[:whole], (OWN[version],), OURS)
