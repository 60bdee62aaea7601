# SPDX-License-Identifier: Apache-2.0
"""Attributes, AS paths and UPDATEs survive the way over the wire, to new and to two-octet peers."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    Aggregator,
    AsPath,
    Attributes,
    LargeCommunity,
    MpReach,
    MpUnreach,
    Origin,
    RawAttribute,
    Segment,
    SegmentType,
    Update,
    end_of_rib,
)
from bfd_fastpath.wire.bgp.as_path import merge
from bfd_fastpath.wire.bgp.attribute_decoder import AttributeContext
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.bgpls import LinkState
from tests.wire.bgp.messages import MANDATORY, body

asns = st.integers(1, 2**32 - 1)
segments = st.builds(
    Segment,
    st.sampled_from([SegmentType.SET, SegmentType.SEQUENCE]),
    st.lists(asns, min_size=1, max_size=5).map(tuple),
)
paths = st.lists(segments, max_size=4).map(tuple).map(AsPath)
number = st.integers(0, 2**32 - 1)
hosts = st.ip_addresses(v=4).filter(lambda a: 0 < int(a) < 0xE0000000)
full = st.builds(
    Attributes,
    origin=st.sampled_from(Origin),
    as_path=paths,
    next_hop=hosts,
    med=st.none() | number,
    local_pref=st.none() | number,
    atomic_aggregate=st.booleans(),
    aggregator=st.none() | st.builds(Aggregator, asns, hosts),
    communities=st.lists(number, max_size=70).map(tuple),
    originator_id=st.none() | hosts,
    cluster_list=st.lists(hosts, max_size=3).map(tuple),
    extended_communities=st.lists(st.binary(min_size=8, max_size=8), max_size=3).map(tuple),
    link_state=st.none() | st.just(LinkState.make(node_name="x")),
    large_communities=st.lists(
        st.builds(LargeCommunity, number, number, number), max_size=3, unique=True
    ).map(tuple),
    unknown=st.just(()) | st.just((RawAttribute(0xE0, 99, b"kept"),)),
)
v4 = st.ip_addresses(v=4).flatmap(
    lambda a: st.integers(0, 32).map(lambda n: ip_network((a, n), strict=False))
)
v6 = st.ip_addresses(v=6).flatmap(
    lambda a: st.integers(0, 128).map(lambda n: ip_network((a, n), strict=False))
)
FAMILIES = frozenset({IPV4_UNICAST, IPV6_UNICAST, BGP_LS})


def decode(update: Update, *, as4: bool = True):
    reader = UpdateDecoder(FAMILIES, AttributeContext(as4, external=False))
    return reader.decode(update.encode_body(as4=as4))


@given(full, st.lists(v4, max_size=20).map(tuple), st.lists(v4, min_size=1, max_size=20).map(tuple))
def test_ipv4_updates_survive(attributes, withdrawn, announced):
    update = Update(withdrawn, attributes, announced)
    decoded = decode(update)
    assert decoded.updates == (update,)
    assert decoded.faults == ()


@given(full, st.lists(v6, min_size=1, max_size=20).map(tuple), st.lists(v6, max_size=20).map(tuple))
def test_ipv6_updates_survive(attributes, announced, withdrawn):
    hops = (IPv6Address("2001:db8::1"), IPv6Address("fe80::1"))
    reach, unreach = MpReach(IPV6_UNICAST, hops, announced), MpUnreach(IPV6_UNICAST, withdrawn)
    update = Update(attributes=attributes, mp_reach=reach, mp_unreach=unreach)
    decoded = decode(update)
    assert decoded.updates == (update,)
    assert decoded.faults == ()
    assert reach.next_hop == hops[0]


@given(paths)
def test_wide_paths_reach_two_octet_peers_whole(path):
    update = Update(
        attributes=Attributes(Origin.IGP, path, IPv4Address("192.0.2.9")),
        announced=(IPv4Network("10.0.0.0/8"),),
    )
    decoded = decode(update, as4=False)
    assert decoded.faults == ()
    assert decoded.updates[0].attributes.as_path.asns == path.asns


@pytest.mark.parametrize("asn", [64500, 4_200_000_000])
def test_aggregators_reach_two_octet_peers_whole(asn):
    attributes = Attributes(
        Origin.IGP,
        AsPath.sequence(1),
        IPv4Address("192.0.2.9"),
        aggregator=Aggregator(asn, IPv4Address("192.0.2.1")),
    )
    update = Update(attributes=attributes, announced=(IPv4Network("10.0.0.0/8"),))
    assert decode(update, as4=False).updates == (update,)


def test_an_old_speaker_in_between_is_put_before_the_as4_path():
    merged = merge(AsPath.sequence(64496, 23456, 23456), AsPath.sequence(4_200_000_000, 70000))
    assert merged == AsPath.sequence(64496, 4_200_000_000, 70000)


def test_a_longer_as4_path_is_ignored():
    assert merge(AsPath.sequence(23456), AsPath.sequence(1, 2)) == AsPath.sequence(23456)


def test_path_properties():
    path = AsPath((Segment(SegmentType.SEQUENCE, (1, 2)), Segment(SegmentType.SET, (3, 4))))
    assert (path.length, path.first, path.asns, 4 in path, 5 in path) == (3, 1, (1, 2, 3, 4), True, False)
    assert str(path) == "1 2 {3 4}"
    assert (AsPath().first, AsPath().length, str(AsPath())) == (None, 0, "")


def test_long_sequences_take_several_segments():
    path = AsPath.sequence(*range(1, 301))
    assert [len(segment.asns) for segment in path.segments] == [255, 45]
    assert path.length == 300


def test_bits_beyond_a_prefix_are_ignored():
    reader = UpdateDecoder(FAMILIES)
    (update,) = reader.decode(body(nlri=bytes.fromhex("14cb007f"))).updates
    assert update.announced == (ip_network("203.0.112.0/20"),)
    assert reader.decode(body(nlri=bytes.fromhex("0cffff"))).updates[0].announced == (
        ip_network("255.240.0.0/12"),
    )


def test_unknown_transitive_attributes_are_kept_partial_and_others_dropped():
    octets = MANDATORY + bytes.fromhex("c06302abcd" + "806402abcd")
    (update,) = UpdateDecoder(FAMILIES).decode(body(octets)).updates
    assert update.attributes.unknown == (RawAttribute(0xE0, 99, b"\xab\xcd"),)


def test_duplicate_large_communities_go():
    octets = MANDATORY + bytes.fromhex("c02018" + "000000010000000200000003" * 2)
    (update,) = UpdateDecoder(FAMILIES).decode(body(octets)).updates
    assert [str(each) for each in update.attributes.large_communities] == ["1:2:3"]


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST, BGP_LS])
def test_end_of_rib_is_known_for_what_it_is(family):
    decoded = decode(end_of_rib(family))
    assert (decoded.end_of_rib, decoded.updates, decoded.faults) == (family, (), ())


def test_end_of_rib_octets():
    assert end_of_rib(IPV4_UNICAST).encode().hex() == "ff" * 16 + "0017" + "02" + "00000000"
    assert end_of_rib(IPV6_UNICAST).encode().hex() == "ff" * 16 + "001d" + "02" + "00000006" + "800f03000201"


def test_mp_attributes_come_first():
    update = Update(
        attributes=Attributes(Origin.IGP, AsPath()),
        mp_reach=MpReach(IPV6_UNICAST, (IPv6Address("::1"),), (ip_network("2001:db8::/32"),)),
    )
    assert update.encode_body()[5] == 14


def test_an_extended_next_hop_is_taken_only_where_negotiated():
    hops = (IPv6Address("2001:db8::1"),)
    update = Update(
        attributes=Attributes(Origin.IGP, AsPath.sequence(1)),
        mp_reach=MpReach(IPV4_UNICAST, hops, (ip_network("10.0.0.0/8"),)),
    )
    assert decode(update).disabled == (IPV4_UNICAST,)
    reader = UpdateDecoder(FAMILIES, extended_next_hop=frozenset({IPV4_UNICAST}))
    assert reader.decode(update.encode_body()).updates == (update,)
