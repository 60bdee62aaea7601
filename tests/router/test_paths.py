# SPDX-License-Identifier: Apache-2.0
"""Attributes of an UPDATE as a path: octets as a dump has them, and what is no route (RFC 4271 9.1.2, RFC 9234 5)."""

from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.router.paths import Merit, Path, Paths, Unused
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    MpReach,
    Origin,
    Role,
    Update,
)
from bfd_fastpath.wire.bgp.attributes import encode_attributes, only_to_customer

B, B6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")
P, P6 = ip_network("192.0.2.0/24"), ip_network("2001:db8:2::/48")
ATTRIBUTES = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64501, 64502), next_hop=B, med=7)


def test_a_path_says_what_routes_are_compared_by():
    path = Paths(64500).of(Update(attributes=ATTRIBUTES, announced=(P,)), IPV4_UNICAST)
    assert isinstance(path, Path)
    assert (path.next_hop, path.merit) == (B, Merit(2, 0, 64501, 7, 100))
    assert path.as_path == ATTRIBUTES.as_path
    assert path.octets == encode_attributes(ATTRIBUTES)


def test_an_ipv6_next_hop_stands_in_the_octets_as_a_dump_has_it():
    """RFC 6396 4.3.4: MP_REACH has its next hop alone."""
    update = Update(attributes=ATTRIBUTES, announced=(P,), mp_reach=MpReach(IPV6_UNICAST, (B6,), (P6,)))
    paths = Paths(64500)
    six, four = paths.of(update, IPV6_UNICAST), paths.of(update, IPV4_UNICAST)
    assert isinstance(six, Path)
    assert isinstance(four, Path)
    assert six.octets.startswith(b"\x80\x0e\x11\x10" + B6.packed)
    assert B.packed not in six.octets
    assert (six.next_hop, four.next_hop) == (B6, B)
    assert six.as_path == ATTRIBUTES.as_path


def test_paths_are_equal_by_their_octets():
    one, other = (
        Paths(64500).of(Update(attributes=ATTRIBUTES, announced=(P,)), IPV4_UNICAST) for _ in range(2)
    )
    assert one == other
    assert hash(one) == hash(other)
    assert one is not other


@pytest.mark.parametrize(
    ("asns", "next_hop", "why"),
    [((64501, 64500), B, Unused.LOOP), ((64501,), None, Unused.NEXT_HOP)],
)
def test_what_is_no_route_says_why(asns, next_hop, why):
    attributes = Attributes(Origin.IGP, AsPath.sequence(*asns), next_hop)
    assert Paths(64500).of(Update(attributes=attributes, announced=(P,)), IPV4_UNICAST) is why


@pytest.mark.parametrize(
    ("role", "mark", "kept"),
    [
        (None, 64496, 64496),
        (Role.RS_CLIENT, None, 64499),
        (Role.RS_CLIENT, 64496, 64496),
        (Role.CUSTOMER, None, 64499),
        (Role.PEER, 64499, 64499),
        (Role.PEER, 64496, Unused.LEAK),
        (Role.PROVIDER, 64496, Unused.LEAK),
        (Role.PROVIDER, None, None),
    ],
)
def test_leaks_are_no_routes_and_others_are_marked(role, mark, kept):
    unknown = () if mark is None else (only_to_customer(mark),)
    attributes = Attributes(Origin.IGP, AsPath.sequence(64501), B, unknown=unknown)
    path = Paths(64500, role, 64499).of(Update(attributes=attributes, announced=(P,)), IPV4_UNICAST)
    if isinstance(kept, Unused):
        assert path is kept
        return
    assert isinstance(path, Path)
    expected = () if kept is None else (only_to_customer(kept),)
    assert path.octets == encode_attributes(
        Attributes(Origin.IGP, AsPath.sequence(64501), B, unknown=expected)
    )
