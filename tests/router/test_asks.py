# SPDX-License-Identifier: Apache-2.0
"""ReachAsks of a route server: what is taken, refused and kept."""

from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.router.events import AskLearned, AskWithdrawn
from bfd_fastpath.router.intake import MOST_ASKS, Intake
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.wire.bgp import AsPath, Attributes, MpReach, MpUnreach, Origin, Update, nh_reach
from bfd_fastpath.wire.bgpls.profile_l5 import Reader
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

SERVER, B = ip_address("198.51.100.254"), ip_address("198.51.100.2")
LANS = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
ATTRIBUTES = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64499))


@pytest.fixture
def intake():
    return Intake(SERVER, 64500, Reader(LANS), Learned())


def nh_reach_update(asked, gone=()):
    """IPv4 entries that come and go."""
    reach = MpReach(nh_reach(4), (), asked) if asked else None
    unreach = MpUnreach(nh_reach(4), gone) if gone else None
    return Update(attributes=ATTRIBUTES, mp_reach=reach, mp_unreach=unreach)


def test_asks_are_taken_and_taken_back_by_address_alone(intake):
    """The state of an ask means nothing, nor does that of a withdrawal; the type picks the table."""
    asked = NhReachNlri(B, False, NhState.DOWN)
    (learned,) = intake.update(nh_reach_update((asked, NhReachNlri(B + 1, True, NhState.UP))), 5)
    assert learned == AskLearned(5, SERVER, B)
    assert (intake.learned.wanted(), intake.counts.tells) == ({B}, 1)
    assert intake.learned.named_by(B) == ["ask"]
    assert intake.update(nh_reach_update((asked,)), 6) == []
    assert intake.update(nh_reach_update((), gone=(NhReachNlri(B, True, NhState.UP),)), 7) == []
    assert intake.update(nh_reach_update((), gone=(asked,)), 8) == [AskWithdrawn(8, SERVER, B)]
    assert intake.learned.wanted() == set()


def test_asks_outside_the_lans_or_where_it_may_ask_are_refused(intake):
    outside = ip_address("203.0.113.9")
    assert intake.update(nh_reach_update((NhReachNlri(outside),)), 0) == []
    assert intake.counts.asks_outside == 1
    intake.allowed = (ip_network("203.0.113.0/24"),)
    assert len(intake.update(nh_reach_update((NhReachNlri(outside), NhReachNlri(B))), 0)) == 1
    assert (intake.learned.asked, intake.counts.asks_outside) == ({outside}, 2)


def test_more_asks_than_are_remembered_are_counted(intake):
    intake.allowed = (ip_network("10.0.0.0/8"),)
    many = tuple(NhReachNlri(ip_address("10.0.0.0") + number) for number in range(MOST_ASKS + 3))
    assert len(intake.update(nh_reach_update(many), 0)) == MOST_ASKS
    assert intake.counts.asks_beyond == 3


def test_asks_of_a_lost_session_are_kept_as_wants(intake):
    intake.update(nh_reach_update((NhReachNlri(B),)), 0)
    assert AskWithdrawn(9, SERVER, B) in intake.lost(9)
    assert (intake.learned.asked, intake.learned.wanted()) == (set(), {B})
    assert intake.learned.named_by(B) == ["before"]
    intake.learned.swept()
    assert intake.learned.wanted() == set()
