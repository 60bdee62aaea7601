# SPDX-License-Identifier: Apache-2.0
"""Which port and source address reach a next hop."""

from ipaddress import ip_address, ip_network

from bfd_fastpath.session import Attachment, find_path


def attachment(port, interface, address, network, vlan=0):
    return Attachment(port, interface, ip_address(address), ip_network(network), vlan)


WIDE = attachment(0, "wide", "10.0.0.1", "10.0.0.0/8")
NARROW = attachment(1, "narrow", "10.1.0.1", "10.1.0.0/16")
TAGGED = attachment(1, "narrow", "10.1.0.2", "10.1.0.0/16", 7)
SIX = attachment(1, "narrow", "2001:db8::1", "2001:db8::/64")
ALL = (WIDE, NARROW, TAGGED, SIX)


def test_the_longest_prefix_wins_and_then_the_first():
    assert find_path(ALL, ip_address("10.1.2.3")) == NARROW
    assert find_path(ALL, ip_address("10.2.2.3")) == WIDE


def test_families_do_not_mix():
    assert find_path(ALL, ip_address("2001:db8::2")) == SIX
    assert find_path((SIX,), ip_address("10.1.2.3")) is None


def test_no_subnet_is_no_path():
    assert find_path(ALL, ip_address("192.0.2.1")) is None


def test_interface_source_and_vlan_narrow_the_choice():
    target = ip_address("10.1.2.3")
    assert find_path(ALL, target, interface="wide") == WIDE
    assert find_path(ALL, target, vlan=7) == TAGGED
    assert find_path(ALL, target, source=ip_address("10.1.0.2")) == TAGGED
    assert find_path(ALL, target, source=ip_address("10.1.0.2"), vlan=0) is None
