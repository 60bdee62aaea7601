# SPDX-License-Identifier: Apache-2.0
"""What is kept of a neighbour that restarts or repeats itself, and for how long (RFC 4724 4.2, RFC 7313)."""

from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.events import NodeWithdrawn, RoutesWithdrawn
from bfd_fastpath.router.intake import Intake
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.router.retention import STALE_NS, Retention
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    Capabilities,
    CloseCause,
    MpReach,
    Origin,
    PeerInfo,
    Update,
)
from bfd_fastpath.wire.bgp.graceful import GracefulRestart
from bfd_fastpath.wire.bgpls.profile_l5 import Reader, node

SERVER, B = ip_address("198.51.100.254"), ip_address("198.51.100.2")
P, Q, P6 = ip_network("192.0.2.0/24"), ip_network("203.0.113.0/24"), ip_network("2001:db8:2::/48")
ATTRIBUTES = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64501), next_hop=B)
ALL = frozenset({IPV4_UNICAST, IPV6_UNICAST, BGP_LS})
S = 1_000_000_000


def info(*forwarding, time_s=120, families=(IPV4_UNICAST,), said=True):
    graceful = GracefulRestart(False, time_s, frozenset(families), frozenset(forwarding)) if said else None
    return PeerInfo(64499, B, ALL, Capabilities(graceful_restart=graceful), 90, True, False)


def gone(time_ns, prefix):
    return RoutesWithdrawn(time_ns, SERVER, Run.of([prefix])[0], B)


@pytest.fixture
def intake():
    made = Intake(SERVER, 64500, Reader((ip_network("198.51.100.0/24"),)), Learned())
    made.update(Update(attributes=ATTRIBUTES, announced=(P, Q)), 0)
    return made


def has(intake):
    return set(intake.learned.run(4)) | set(intake.learned.run(6))


def test_a_peer_that_restarts_keeps_what_it_tells_again(intake):
    kept = Retention(intake, helps=True)
    assert kept.lost(info(IPV4_UNICAST), CloseCause.TRANSPORT, S) == []
    assert kept.next_deadline() == 121 * S
    assert kept.established(info(IPV4_UNICAST), 2 * S) == []
    assert intake.update(Update(attributes=ATTRIBUTES, announced=(P,)), 3 * S) == []
    assert kept.told_all(IPV4_UNICAST, 4 * S) == [gone(4 * S, Q)]
    assert has(intake) == {P}
    assert kept.next_deadline() is None


def test_other_families_and_members_are_not_kept(intake):
    member = MpReach(BGP_LS, (SERVER,), (node(B),))
    intake.update(Update(attributes=ATTRIBUTES, mp_reach=member), 0)
    intake.update(
        Update(attributes=ATTRIBUTES, mp_reach=MpReach(IPV6_UNICAST, (ip_address("2001:db8::2"),), (P6,))), 0
    )
    kept = Retention(intake, helps=True)
    told = kept.lost(info(families=(IPV4_UNICAST, BGP_LS)), CloseCause.TRANSPORT, S)
    assert [type(one) for one in told] == [RoutesWithdrawn, NodeWithdrawn]
    assert has(intake) == {P, Q}


@pytest.mark.parametrize(
    ("helps", "peer", "cause"),
    [
        (False, info(), CloseCause.TRANSPORT),
        (True, info(said=False), CloseCause.TRANSPORT),
        (True, info(time_s=0), CloseCause.TRANSPORT),
        (True, info(families=()), CloseCause.TRANSPORT),
        (True, info(), CloseCause.PEER),
        (True, info(), CloseCause.HOLD_TIMER),
        (True, info(), CloseCause.LOCAL),
    ],
)
def test_whatever_is_no_restart_ends_the_routes_at_once(intake, helps, peer, cause):
    kept = Retention(intake, helps=helps)
    assert len(kept.lost(peer, cause, S)) == 1
    assert has(intake) == set()
    assert kept.next_deadline() is None


def test_a_peer_that_does_not_come_back_in_time_loses_its_routes(intake):
    kept = Retention(intake, helps=True)
    kept.lost(info(), CloseCause.TRANSPORT, S)
    assert kept.expire(121 * S - 1) == []
    assert len(kept.expire(121 * S)) == 1
    assert has(intake) == set()


@pytest.mark.parametrize("back", [info(), info(said=False), info(IPV6_UNICAST, families=(IPV6_UNICAST,))])
def test_a_peer_that_lost_its_forwarding_state_loses_its_routes_when_it_is_back(intake, back):
    kept = Retention(intake, helps=True)
    kept.lost(info(), CloseCause.TRANSPORT, S)
    assert len(kept.established(back, 2 * S)) == 1
    assert has(intake) == set()


def test_what_was_stale_is_not_kept_through_a_second_restart(intake):
    kept = Retention(intake, helps=True)
    kept.lost(info(IPV4_UNICAST), CloseCause.TRANSPORT, S)
    kept.established(info(IPV4_UNICAST), 2 * S)
    intake.update(Update(attributes=ATTRIBUTES, announced=(P,)), 3 * S)
    assert kept.lost(info(IPV4_UNICAST), CloseCause.TRANSPORT, 4 * S) == [gone(4 * S, Q)]
    assert has(intake) == {P}


def test_a_refresh_sweeps_what_was_not_repeated_and_waits_no_longer_than_its_bound(intake):
    kept = Retention(intake, helps=False)
    kept.refresh_begun(IPV4_UNICAST, S)
    assert kept.view() == ["ipv4-unicast"]
    intake.update(Update(attributes=ATTRIBUTES, announced=(Q,)), 2 * S)
    assert kept.told_all(IPV4_UNICAST, 3 * S) == [gone(3 * S, P)]
    kept.refresh_begun(BGP_LS, 4 * S)
    assert kept.next_deadline() is None
    kept.refresh_begun(IPV4_UNICAST, 5 * S)
    assert kept.expire(5 * S + STALE_NS) == [gone(5 * S + STALE_NS, Q)]


def test_a_route_withdrawn_during_a_refresh_is_gone_once(intake):
    kept = Retention(intake, helps=False)
    kept.refresh_begun(IPV4_UNICAST, S)
    assert intake.update(Update(withdrawn=(P, Q)), 2 * S) != []
    assert kept.told_all(IPV4_UNICAST, 3 * S) == []
