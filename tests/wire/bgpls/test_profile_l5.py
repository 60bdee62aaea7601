# SPDX-License-Identifier: Apache-2.0
"""Profile L5 as a receiver reads it: which NLRIs count, for which address, and why the others do not."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgpls import LinkNlri, NodeDescriptor, NodeNlri, RawNlri, Tlv
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls.nlri import ProtocolId, decode_list

LANS = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
A4, X4 = ip_address("198.51.100.1"), ip_address("198.51.100.2")
A6, X6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
READER = l5.Reader(LANS, client_addresses=frozenset({A4, A6}))


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("local", "remote"), [(A4, X4), (A6, X6)])
def test_what_is_told_is_understood(local, remote, full):
    assert READER.read(l5.node(remote, full=full)) == l5.TrackedNode(remote)
    link = l5.link(local, remote, full=full)
    assert READER.read(link) == l5.HalfLink(local, remote, l5.node_id(remote, full=full))


@given(st.sampled_from(LANS).flatmap(lambda lan: st.ip_addresses(network=lan)), st.booleans())
def test_every_address_of_the_lans_is_tellable(address, full):
    assert l5.tellable(address, LANS, full=full)


@pytest.mark.parametrize("address", ["2001:db8:0:1::2", "203.0.113.1"])
def test_an_address_outside_the_lans_is_not_tellable(address):
    assert not l5.tellable(ip_address(address), LANS)
    assert isinstance(READER.read(l5.node(ip_address(address), full=True)), l5.Refused | l5.RouterNode)


def test_an_interface_identifier_stands_for_the_address_in_the_lan_that_holds_it():
    lans = (ip_network("2001:db8:1::/80"), ip_network("2001:db8:2::/64"))
    assert l5.address_of(bytes.fromhex("0001000000000009"), lans) == ip_address("2001:db8:2::1:0:0:9")
    assert l5.address_of(bytes.fromhex("0000000000000009"), lans) == ip_address("2001:db8:1::9")


def test_a_four_octet_id_outside_the_lan_is_a_bgp_identifier():
    node = NodeNlri(NodeDescriptor.make(igp_router_id=bytes((192, 0, 2, 2)), asn=64501))
    assert READER.read(node) == l5.RouterNode(IPv4Address("192.0.2.2"), 64501)


REFUSED = {
    l5.Refusal.PROTOCOL: replace(l5.link(A4, X4), protocol_id=ProtocolId.BGP),
    l5.Refusal.IDENTIFIER: l5.link(A4, X4, identifier=1),
    l5.Refusal.LOCAL_ADDRESS: l5.link(ip_address("198.51.100.9"), X4),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_refused_link_names_the_address_it_spoke_of(reason):
    assert READER.read(REFUSED[reason]) == l5.Refused(reason, X4)


def test_a_link_to_outside_the_lan_is_refused():
    far = ip_address("203.0.113.1")
    assert READER.read(l5.link(A4, far)) == l5.Refused(l5.Refusal.OUTSIDE_LAN, far)


def test_a_link_without_both_addresses_is_refused():
    bare = NodeDescriptor.make(igp_router_id=X4.packed)
    assert READER.read(LinkNlri(bare, bare)) == l5.Refused(l5.Refusal.SHAPE, None)
    half = LinkNlri(bare, bare, (Tlv(260, X4.packed),))
    assert READER.read(half) == l5.Refused(l5.Refusal.SHAPE, X4)


@pytest.mark.parametrize("nlri", [l5.node(X4, identifier=7), replace(l5.node(X4), protocol_id=1)])
def test_foreign_nodes_are_refused(nlri):
    assert isinstance(READER.read(nlri), l5.Refused)


def test_a_node_without_a_router_id_is_refused():
    assert READER.read(NodeNlri(NodeDescriptor.make(asn=1))) == l5.Refused(l5.Refusal.SHAPE)


def test_other_nlri_types_are_refused():
    assert READER.read(RawNlri(3, b"")) == l5.Refused(l5.Refusal.TYPE)


def test_the_configured_identifier_is_read():
    reader = l5.Reader(LANS, identifier=7)
    assert reader.read(l5.node(X4, identifier=7)) == l5.TrackedNode(X4)


def test_a_client_reads_links_from_anywhere():
    assert isinstance(l5.Reader(LANS).read(l5.link(ip_address("198.51.100.9"), X4)), l5.HalfLink)


@pytest.mark.parametrize(("local", "remote"), [("fe80::1", "fe80::2"), ("198.51.100.1", "2001:db8::2")])
def test_links_that_must_not_be_sent_are_refused(local, remote):
    with pytest.raises(ValueError):
        l5.link(ip_address(local), ip_address(remote))


@pytest.mark.parametrize(("local", "remote"), [(A4, X4), (A6, X6)])
def test_the_address_of_a_malformed_link_is_salvaged(local, remote):
    good = l5.link(local, remote)
    bad = replace(good, descriptors=good.descriptors[::-1]).encode()
    _, (fault,) = decode_list(bad)
    assert l5.salvage_remote(fault.raw) == remote


@given(st.binary(max_size=100))
def test_salvaging_takes_any_octets(octets):
    l5.salvage_remote(octets)
