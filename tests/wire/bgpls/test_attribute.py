# SPDX-License-Identifier: Apache-2.0
"""Attribute 29: node names, the member flag, disorder, and what makes it malformed."""

from ipaddress import IPv4Address

import pytest

from bfd_fastpath.wire.bgpls import Flag, LinkState, Participation, Tlv, TlvError
from bfd_fastpath.wire.bgpls.tlv import encode

MEMBER = Participation(Flag.TAKES_PART, 64501, IPv4Address("192.0.2.2"))


def test_node_name_and_member_flag_come_back():
    attribute = LinkState.decode(LinkState.make(node_name="edge-1", participation=MEMBER).encode())
    assert attribute.node_name == "edge-1"
    assert attribute.participation() == MEMBER


def test_member_flag_has_the_agreed_octets():
    assert MEMBER.tlv().encode().hex() == "fde90010" + "00007ed9" + "01000000" + "0000fbf5" + "c0000202"


def test_unknown_member_has_zeros():
    assert Participation(Flag.UNKNOWN).tlv().value.hex() == "00007ed9" + "00" * 12


def test_code_and_enterprise_number_are_configurable():
    member = Participation(Flag.NO_BFD, pen=4711)
    attribute = LinkState.make(participation=member, participation_code=65100)
    assert attribute.participation() is None
    assert attribute.participation(65100) is None
    assert attribute.participation(65100, pen=4711) == member


def test_reserved_octets_of_the_member_flag_are_ignored():
    value = bytearray(MEMBER.tlv().value)
    value[5:8] = b"\xff\xff\xff"
    assert LinkState((Tlv(65001, bytes(value)),)).participation() == MEMBER


def test_a_member_flag_of_wrong_length_is_not_read():
    with pytest.raises(TlvError):
        Participation.from_tlv(Tlv(65001, MEMBER.tlv().value + b"\0"))
    assert LinkState((Tlv(65001, MEMBER.tlv().value[:-1]),)).participation() is None


def test_disorder_and_unknown_tlvs_are_no_error():
    tlvs = (Tlv(65001, MEMBER.tlv().value), Tlv(1026, b"name"), Tlv(4000, b"?"))
    assert LinkState.decode(encode(tlvs)).tlvs == tlvs


@pytest.mark.parametrize("octets", ["0402", "04020004414243", "04020000", "040400030a0b0c"])
def test_bad_lengths_make_the_attribute_malformed(octets):
    with pytest.raises(TlvError):
        LinkState.decode(bytes.fromhex(octets))


@pytest.mark.parametrize("name", ["", "x" * 256, "knöchel"])
def test_a_name_that_cannot_be_sent_is_refused(name):
    with pytest.raises(ValueError, match="ASCII"):
        LinkState.make(node_name=name)
