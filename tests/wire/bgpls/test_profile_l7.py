# SPDX-License-Identifier: Apache-2.0
"""Profile L7 as a receiver reads it: routers by AS and BGP identifier, an Identifier for each IP version."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgpls import LinkNlri, NodeDescriptor, NodeNlri, RawNlri, Tlv
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls import profile_l7 as l7
from bfd_fastpath.wire.bgpls.nlri import ProtocolId, decode_list

LANS = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
A4, X4 = ip_address("198.51.100.1"), ip_address("198.51.100.2")
A6, X6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
A = l7.RouterName(64500, IPv4Address("192.0.2.1"))
X = l7.RouterName(4200000000, IPv4Address("192.0.2.2"))
READER = l7.Reader(LANS, 0, frozenset({A4, A6}), A)
LINK = l7.link(A, X, A4, X4)


@pytest.mark.parametrize("identifier", [0, 7])
@pytest.mark.parametrize(("local", "remote"), [(A4, X4), (A6, X6)])
def test_what_is_told_is_understood(local, remote, identifier):
    reader = replace(READER, identifier=identifier)
    node = l7.node(X, remote.version, identifier=identifier)
    link = l7.link(A, X, local, remote, identifier=identifier)
    assert decode_list(node.encode() + link.encode()) == ([node, link], [])
    assert reader.read(node) == l7.TrackedRouter(X, remote.version)
    assert reader.read(link) == l7.RouterLink(local, remote, X)


def test_each_ip_version_has_a_node_of_its_own():
    assert l7.node(X, 4).encode() != l7.node(X, 6).encode()
    assert (l7.node(X, 4).identifier, l7.node(X, 6).identifier) == (0, 1)


REFUSED = {
    l5.Refusal.PROTOCOL: l5.link(A4, X4),
    l5.Refusal.IDENTIFIER: l7.link(A, X, A4, X4, identifier=2),
    l5.Refusal.LOCAL_ADDRESS: l7.link(A, X, ip_address("198.51.100.9"), X4),
    l5.Refusal.LOCAL_NODE: l7.link(X, X, A4, X4),
    l5.Refusal.SHAPE: replace(LINK, identifier=1),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_refused_link_names_the_address_it_spoke_of(reason):
    assert READER.read(REFUSED[reason]) == l5.Refused(reason, X4)


def test_a_link_to_outside_the_lan_is_refused():
    far = ip_address("203.0.113.1")
    assert READER.read(l7.link(A, X, A4, far)) == l5.Refused(l5.Refusal.OUTSIDE_LAN, far)


@pytest.mark.parametrize(
    "descriptor",
    [
        NodeDescriptor.make(asn=64501),
        NodeDescriptor.make(bgp_router_id=X.router_id),
        NodeDescriptor.make(asn=64501, bgp_router_id=IPv4Address(0)),
        NodeDescriptor.make(asn=0, bgp_router_id=X.router_id),
        NodeDescriptor.make(igp_router_id=X4.packed),
        NodeDescriptor((Tlv(512, (64501).to_bytes(4, "big")), Tlv(516, b"\1"))),
    ],
)
def test_a_node_without_both_names_is_refused(descriptor):
    nlri = NodeNlri(descriptor, ProtocolId.BGP)
    assert READER.read(nlri) == l5.Refused(l5.Refusal.SHAPE)
    assert READER.read(replace(LINK, remote=descriptor)) == l5.Refused(l5.Refusal.SHAPE, X4)


def test_half_a_link_and_other_types_are_refused():
    half = LinkNlri(A.descriptor(), X.descriptor(), (Tlv(260, X4.packed),), ProtocolId.BGP)
    assert READER.read(half) == l5.Refused(l5.Refusal.SHAPE, X4)
    assert READER.read(RawNlri(3, b"")) == l5.Refused(l5.Refusal.TYPE)


@pytest.mark.parametrize(("local", "remote"), [("fe80::1", "fe80::2"), ("198.51.100.1", "2001:db8::2")])
def test_links_that_must_not_be_sent_are_refused(local, remote):
    with pytest.raises(ValueError):
        l7.link(A, X, ip_address(local), ip_address(remote))


@pytest.mark.parametrize(("asn", "router_id"), [(0, "192.0.2.1"), (64500, "0.0.0.0")])
def test_a_name_of_zeros_names_nobody(asn, router_id):
    with pytest.raises(ValueError, match="names no router"):
        l7.RouterName(asn, IPv4Address(router_id))


@given(st.binary(max_size=120))
def test_any_octets_are_read_or_refused(octets):
    kind = 2 if octets[:1] > b"\x80" else 1
    nlris, _ = decode_list(kind.to_bytes(2, "big") + len(octets).to_bytes(2, "big") + octets)
    for nlri in nlris:
        READER.read(nlri)
