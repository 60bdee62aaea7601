# SPDX-License-Identifier: Apache-2.0
"""The packer fills messages to the peer's limit, keeps order, and never splits a group."""

from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.prefixes import Run
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    Nlri,
    Origin,
    PackError,
    Update,
    pack_announcements,
    pack_withdrawals,
    singles,
)
from bfd_fastpath.wire.bgpls.profile_l5 import link, node

A = IPv4Address("198.51.100.1")
ATTRIBUTES = Attributes(Origin.IGP, AsPath.sequence(64500), A)
ROUTES = [ip_network((0x0A000000 + (n << 8), 24)) for n in range(3000)]
ROUTES6 = [ip_network(((0x20010DB8 << 96) + (n << 64), 64)) for n in range(1000)]
PAIRS = [(link(A, A + n), node(A + n)) for n in range(1, 200)]


def nlris_of(update: Update) -> tuple[Nlri, ...]:
    part = update.mp_reach or update.mp_unreach
    assert part is not None
    return tuple(part.nlris)


@pytest.mark.parametrize("limit", [4096, 65535])
def test_ipv4_routes_fill_messages(limit):
    updates = list(pack_announcements(IPV4_UNICAST, ATTRIBUTES, (), singles(ROUTES), limit=limit))
    assert [prefix for update in updates for prefix in update.announced] == ROUTES
    lengths = [len(update.encode()) for update in updates]
    assert max(lengths) <= limit
    assert all(length > limit - 4 for length in lengths[:-1])


def test_ipv4_withdrawals_fill_messages():
    updates = list(pack_withdrawals(IPV4_UNICAST, singles(ROUTES)))
    assert [prefix for update in updates for prefix in update.withdrawn] == ROUTES
    assert all(4092 < len(update.encode()) <= 4096 for update in updates[:-1])


@pytest.mark.parametrize("limit", [4096, 65535, 300])
def test_pairs_stay_together(limit):
    updates = list(pack_announcements(BGP_LS, ATTRIBUTES, (A,), PAIRS, limit=limit))
    assert all(len(update.encode()) <= limit for update in updates)
    sent = [nlris_of(update) for update in updates]
    assert [nlri for nlris in sent for nlri in nlris] == [nlri for pair in PAIRS for nlri in pair]
    assert all(len(nlris) % 2 == 0 for nlris in sent)


@given(st.lists(st.sampled_from(PAIRS), max_size=60), st.integers(160, 900))
def test_any_limit_is_kept(pairs, limit):
    groups = [pair[::-1] for pair in pairs]
    updates = list(pack_withdrawals(BGP_LS, groups, limit=limit))
    assert all(len(update.encode()) <= limit for update in updates)
    assert [nlri for u in updates for nlri in nlris_of(u)] == [nlri for group in groups for nlri in group]


def test_ipv6_goes_into_mp_reach():
    updates = list(
        pack_announcements(IPV6_UNICAST, ATTRIBUTES, (ip_address("2001:db8::1"),), singles(ROUTES6))
    )
    assert [prefix for update in updates for prefix in nlris_of(update)] == ROUTES6
    assert all(4080 < len(update.encode()) <= 4096 for update in updates[:-1])


@pytest.mark.parametrize("limit", [4096, 65535, 80])
@pytest.mark.parametrize(("family", "routes"), [(IPV4_UNICAST, ROUTES), (IPV6_UNICAST, ROUTES6)])
def test_a_run_is_packed_as_its_prefixes_are_one_by_one(family, routes, limit):
    (run,) = Run.of(routes)
    next_hops = () if family == IPV4_UNICAST else (ip_address("2001:db8::1"),)
    for pack in (
        lambda nlris: pack_withdrawals(family, nlris, limit=limit),
        lambda nlris: pack_announcements(family, ATTRIBUTES, next_hops, nlris, limit=limit),
    ):
        assert [one.encode() for one in pack(run)] == [one.encode() for one in pack(singles(routes))]


@pytest.mark.parametrize("routes", [ROUTES[:3], ROUTES6[:3]])
def test_a_run_beside_attributes_that_leave_no_room_is_refused(routes):
    (run,) = Run.of(routes)
    family = IPV4_UNICAST if run.version == 4 else IPV6_UNICAST
    with pytest.raises(PackError):
        list(pack_announcements(family, ATTRIBUTES, (), run, limit=40))


def test_nothing_to_send_sends_nothing():
    assert list(pack_withdrawals(BGP_LS, [])) == []
    assert list(pack_withdrawals(IPV4_UNICAST, Run(4, b"", 0))) == []


def test_a_group_that_can_never_fit_is_refused():
    with pytest.raises(PackError):
        list(pack_announcements(BGP_LS, ATTRIBUTES, (A,), PAIRS[:1], limit=100))


def test_a_foreign_nlri_among_ipv4_prefixes_is_refused():
    with pytest.raises(PackError):
        list(pack_withdrawals(IPV4_UNICAST, [(ip_network("2001:db8::/32"),)]))
    with pytest.raises(PackError):
        list(pack_withdrawals(IPV4_UNICAST, Run.of(ROUTES6)[0]))
