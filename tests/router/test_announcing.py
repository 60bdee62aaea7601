# SPDX-License-Identifier: Apache-2.0
"""Our own prefixes as UPDATEs: families, next hops, paths, and what a changed list means."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

from bfd_fastpath.config.model import Announcement
from bfd_fastpath.router.announcing import announce, difference, withdraw
from bfd_fastpath.wire.bgp import IPV4_UNICAST, IPV6_UNICAST, Capabilities, PeerInfo, Role
from bfd_fastpath.wire.bgp.attributes import only_to_customer

LIMIT = 4096
A4 = Announcement(ip_network("192.0.2.0/24"), ip_address("198.51.100.1"))
A6 = Announcement(ip_network("2001:db8:1::/48"), ip_address("2001:db8::1"))
OTHER = Announcement(ip_network("203.0.113.0/24"), ip_address("198.51.100.9"))


def peer(*families, asn=64499):
    return PeerInfo(asn, ip_address("192.0.2.9"), frozenset(families), Capabilities(), 90, True, False)


def test_each_family_is_announced_in_its_own_way():
    four, six = announce([A4, A6], 64500, peer(IPV4_UNICAST, IPV6_UNICAST), LIMIT)
    assert four.announced == (A4.prefix,)
    assert four.attributes.next_hop == A4.next_hop
    assert four.attributes.as_path.asns == (64500,)
    assert six.mp_reach.next_hops == (A6.next_hop,)
    assert six.mp_reach.nlris == (A6.prefix,)
    assert six.attributes.next_hop is None


def test_a_family_that_was_not_negotiated_is_left_out():
    assert [one.announced for one in announce([A4, A6], 64500, peer(IPV4_UNICAST), LIMIT)] == [(A4.prefix,)]
    assert list(withdraw([A6], peer(IPV4_UNICAST), LIMIT)) == []


def test_prefixes_with_different_next_hops_go_into_different_updates():
    updates = list(announce([A4, OTHER], 64500, peer(IPV4_UNICAST), LIMIT))
    assert [(one.attributes.next_hop, one.announced) for one in updates] == [
        (A4.next_hop, (A4.prefix,)),
        (OTHER.next_hop, (OTHER.prefix,)),
    ]


def test_inside_our_as_the_path_is_empty_and_local_pref_is_there():
    """RFC 4271 5.1.2 and 5.1.5."""
    (update,) = announce([A4], 64500, peer(IPV4_UNICAST, asn=64500), LIMIT)
    assert update.attributes.as_path.asns == ()
    assert update.attributes.local_pref == 100


def test_withdrawals_are_of_the_right_family():
    four, six = withdraw([A4, A6], peer(IPV4_UNICAST, IPV6_UNICAST), LIMIT)
    assert four.withdrawn == (A4.prefix,)
    assert six.mp_unreach.nlris == (A6.prefix,)


def test_a_changed_next_hop_is_announced_again_and_not_withdrawn():
    moved = Announcement(A4.prefix, OTHER.next_hop)
    assert difference([A4, A6], [moved, A6]) == ([], [moved])
    assert difference([A4, A6], [A6, OTHER]) == ([A4], [OTHER])
    assert difference([A4], [A4]) == ([], [])


def test_an_ipv6_next_hop_for_ipv4_goes_to_who_reads_it():
    """RFC 8950."""
    over = Announcement(A4.prefix, A6.next_hop)
    assert list(announce([over], 64500, peer(IPV4_UNICAST), LIMIT)) == []
    reads = replace(peer(IPV4_UNICAST), extended_next_hop=frozenset({IPV4_UNICAST}))
    (update,) = announce([over], 64500, reads, LIMIT)
    assert (update.mp_reach.family, update.mp_reach.next_hops) == (IPV4_UNICAST, (A6.next_hop,))
    assert update.attributes.next_hop is None


def test_routes_are_marked_only_to_customer_where_our_role_wants_it():
    """RFC 9234 5."""
    for role in (None, *Role):
        (update,) = announce([A4], 64500, peer(IPV4_UNICAST), LIMIT, role)
        marked = role in (Role.PROVIDER, Role.PEER, Role.RS)
        assert update.attributes.unknown == ((only_to_customer(64500),) if marked else ())
