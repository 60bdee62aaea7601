# SPDX-License-Identifier: Apache-2.0
"""Passive sessions to strangers (RFC 9468): who gets one, how many there may be, and when one goes."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.session import EventType, StandingSessions, Stranger, Timers, Unsolicited, UnsolicitedPolicy
from bfd_fastpath.session.unsolicited import ESTABLISH_NS
from tests.session.ledger import LedgerEngine, came_up, failed, record, state
from tests.session.scene import HERE, A, S, X

OPEN = UnsolicitedPolicy(enabled=True, timers=Timers(3, 50_000, 50_000))


class House:
    def __init__(self, policy: UnsolicitedPolicy = OPEN) -> None:
        self.engine = LedgerEngine()
        self.standing = StandingSessions(self.engine)
        self.unsolicited = Unsolicited(self.standing)
        self.unsolicited.set_attachments([HERE])
        self.unsolicited.set_policy(policy)

    def heard(self, source=X, *, destination=A, port=0, vlan=0, now_ns=S):
        return self.unsolicited.heard(Stranger(now_ns, source, destination, port, vlan, 5), now_ns)

    def tell(self, what):
        session = self.standing.event(what)
        if session is not None:
            self.unsolicited.event(session, what)

    def id(self, source=X):
        return self.engine.id_of(source)

    def left(self):
        return [str(one.destination) for one in self.standing]


def test_a_stranger_gets_a_passive_session_with_the_wanted_timers():
    house = House()
    session = house.heard()
    assert session is not None
    assert (session.source, session.destination) == (A, X)
    assert session.timers == Timers(3, 50_000, 50_000, passive=True)
    assert house.unsolicited.ids() == {house.id()}
    assert house.heard() is None
    assert len(house.engine.sessions) == 1


@pytest.mark.parametrize(
    "policy",
    [
        UnsolicitedPolicy(),
        replace(OPEN, allowed=(ip_network("198.51.100.128/25"),)),
        replace(OPEN, allowed=(ip_network("2001:db8::/32"),)),
        replace(OPEN, interfaces=("lan1",)),
        replace(OPEN, max_sessions=0),
        replace(OPEN, max_per_prefix=0),
    ],
    ids=["off", "prefix", "family", "interface", "sessions", "per prefix"],
)
def test_who_is_not_allowed_gets_none(policy):
    house = House(policy)
    assert house.heard() is None
    assert house.engine.sessions == {}


@pytest.mark.parametrize(
    "stranger",
    [
        {"source": ip_address("203.0.113.9")},
        {"destination": ip_address("198.51.100.77")},
        {"port": 1},
        {"vlan": 5},
    ],
    ids=str,
)
def test_who_is_no_neighbour_there_gets_none(stranger):
    assert House().heard(**stranger) is None


def test_the_caps_count_sessions_at_a_time():
    house = House(replace(OPEN, max_sessions=2))
    peers = [ip_address(f"198.51.100.{number}") for number in (2, 3, 4)]
    assert [house.heard(one) is not None for one in peers] == [True, True, False]
    house.tell(came_up(house.id(peers[0]), 2 * S))
    house.tell(failed(house.id(peers[0]), 3 * S))
    assert house.heard(peers[2]) is not None


def test_who_is_turned_away_for_want_of_room_is_told_once_until_there_was_room():
    house = House(replace(OPEN, max_sessions=1))
    first, second, third = (ip_address(f"198.51.100.{last}") for last in (7, 8, 9))
    assert house.heard(ip_address("203.0.113.1")) is None
    assert not house.unsolicited.full()
    assert house.heard(first) is not None
    assert not house.unsolicited.full()
    assert house.heard(second) is house.heard(third) is None
    assert house.unsolicited.full()
    assert house.heard(second) is None
    assert not house.unsolicited.full()
    house.unsolicited.set_policy(replace(OPEN, max_sessions=2))
    assert house.heard(second) is not None
    assert house.heard(third) is None
    assert house.unsolicited.full()


def test_each_prefix_has_a_cap_of_its_own():
    halves = (ip_network("198.51.100.0/25"), ip_network("198.51.100.128/25"))
    house = House(replace(OPEN, allowed=halves, max_per_prefix=1))
    assert [house.heard(ip_address(f"198.51.100.{n}")) is not None for n in (2, 3, 200, 201)] == [
        True,
        False,
        True,
        False,
    ]


def test_one_that_goes_down_is_torn_down_and_forgotten():
    house = House()
    house.heard()
    session = house.id()
    house.tell(came_up(session, 2 * S))
    assert house.unsolicited.next_deadline() is None
    house.tell(failed(session, 3 * S))
    assert (house.left(), house.unsolicited.ids()) == ([], set())
    assert ("remove", str(X)) in house.engine.taken()
    # It says AdminDown still, and then the peer may begin anew.
    house.tell(house.engine.gone(session, 4 * S))
    assert house.heard(now_ns=5 * S) is not None


def test_one_that_does_not_come_up_goes_after_a_while():
    house = House()
    house.heard()
    house.tell(state(house.id(), BfdState.DOWN, BfdState.INIT, S + 1))
    assert house.unsolicited.next_deadline() == S + ESTABLISH_NS
    house.unsolicited.timer(S + ESTABLISH_NS - 1)
    assert house.left() == [str(X)]
    house.unsolicited.timer(S + ESTABLISH_NS)
    assert house.left() == []


def test_one_that_falls_back_before_it_was_up_goes_at_once():
    house = House()
    house.heard()
    house.tell(state(house.id(), BfdState.DOWN, BfdState.INIT, S + 1))
    house.tell(state(house.id(), BfdState.INIT, BfdState.DOWN, 4 * S))
    assert house.left() == []


def test_another_policy_ends_whom_it_does_not_allow_and_changes_the_others_timers():
    house = House()
    house.heard()
    session = house.id()
    house.tell(came_up(session, 2 * S))
    house.unsolicited.set_policy(replace(OPEN, timers=Timers(5)))
    assert house.engine.sessions[session].timers == Timers(5, passive=True)
    assert house.unsolicited.ids() == {session}
    house.unsolicited.set_policy(replace(OPEN, enabled=False))
    assert house.left() == []


def test_an_address_of_ours_that_is_gone_ends_its_sessions():
    house = House()
    house.heard()
    house.unsolicited.set_attachments([])
    assert house.left() == []


def test_a_session_that_a_client_asks_for_itself_is_the_client_s():
    house = House()
    house.heard()
    session = house.id()
    house.unsolicited.yield_to({}.get)
    assert house.unsolicited.ids() == {session}
    house.unsolicited.yield_to({X: session + 1}.get)
    assert house.unsolicited.ids() == {session}
    house.unsolicited.yield_to({X: session}.get)
    assert (house.unsolicited.ids(), house.left()) == (set(), [])
    assert ("remove", str(X)) not in house.engine.taken()
    assert house.unsolicited.next_deadline() is None


def test_other_standing_sessions_events_are_none_of_its_business():
    house = House()
    other = replace(house.heard(), source=X, destination=A)
    house.unsolicited.event(other, came_up(99, 2 * S))
    assert house.unsolicited.next_deadline() is not None


def test_one_that_the_engine_ended_is_forgotten():
    house = House()
    house.heard()
    house.tell(record(house.id(), EventType.REMOVED, 2 * S))
    assert house.unsolicited.ids() == set()
