# SPDX-License-Identifier: Apache-2.0
"""Sessions that guard no next hop: made, changed in place, held, taken back while leaving, and gone."""

from dataclasses import replace

import pytest

from bfd_fastpath.session import (
    EngineRefusedError,
    EngineSession,
    EventType,
    PathType,
    StandingSessions,
    Timers,
)
from tests.session.ledger import LedgerEngine, came_up, record
from tests.session.scene import A, X, Y

WANTED = EngineSession(0, 0, A, X, Timers(), path_type=PathType.IP_MH, gateway=Y, rx_ttl=250)


@pytest.fixture
def engine():
    return LedgerEngine()


@pytest.fixture
def standing(engine):
    return StandingSessions(engine)


def test_the_same_wish_again_is_the_same_session(standing, engine):
    standing.want("one", WANTED)
    standing.want("one", WANTED)
    assert len(engine.sessions) == 1
    assert list(standing) == [WANTED]


def test_another_way_is_a_change_and_another_source_another_session(standing, engine):
    standing.want("one", WANTED)
    first = standing.id_of("one")
    standing.want("one", replace(WANTED, port=1, gateway=None, tx_ttl=3))
    assert standing.id_of("one") == first
    standing.want("one", replace(WANTED, source=Y))
    assert standing.id_of("one") != first
    assert ("remove", str(X)) in engine.taken()
    assert standing.leaving() == 1


def test_events_name_their_session_until_it_is_gone(standing, engine):
    standing.want("one", WANTED)
    session = standing.id_of("one")
    assert standing.event(came_up(session, 5)) == WANTED
    assert standing.event(came_up(session + 99, 5)) is None
    standing.unwant("one")
    assert standing.event(engine.gone(session, 9)) == WANTED
    assert standing.leaving() == 0
    assert standing.event(came_up(session, 9)) is None


def test_what_is_wanted_again_while_it_leaves_is_taken_back(standing, engine):
    standing.want("one", WANTED)
    session = standing.id_of("one")
    standing.unwant("one")
    standing.want("one", WANTED)
    assert (standing.id_of("one"), standing.leaving()) == (session, 0)


def test_a_session_that_the_engine_ended_of_its_own_is_forgotten(standing, engine):
    standing.want("one", WANTED)
    session = standing.id_of("one")
    assert standing.event(record(session, EventType.REMOVED, 9)) == WANTED
    assert (list(standing), standing.id_of("one")) == ([], None)


def test_what_an_operator_holds_down_stays_so_until_the_wish_changes_its_mind(standing, engine):
    standing.want("one", WANTED)
    session = standing.id_of("one")
    assert standing.hold(X, True)
    assert not standing.hold(Y, True)
    assert engine.sessions[session].admin_down
    standing.want("one", replace(WANTED, tx_ttl=9))
    assert engine.sessions[session].admin_down
    standing.want("one", replace(WANTED, admin_down=True))
    standing.want("one", WANTED)
    assert not engine.sessions[session].admin_down
    assert standing.hold(X, True)
    assert standing.hold(X, False)
    assert not engine.sessions[session].admin_down


def test_a_refusal_leaves_nothing_half_made(standing, engine):
    engine.room = 0
    with pytest.raises(EngineRefusedError):
        standing.want("one", WANTED)
    assert list(standing) == []
    assert standing.leave() == 0


def test_leaving_ends_all(standing, engine):
    standing.want("one", WANTED)
    standing.want("two", replace(WANTED, destination=Y))
    assert standing.leave() == 2
    assert list(standing) == []


def test_sessions_of_different_paths_between_the_same_addresses_have_different_keys():
    assert WANTED.key != replace(WANTED, path_type=PathType.IP_SH).key
    assert WANTED.neighbour == Y
    assert replace(WANTED, gateway=None).neighbour == X


def test_what_happens_to_sessions_makes_them_no_others(standing, engine):
    standing.want("one", WANTED)
    before = standing.revision
    standing.event(came_up(1, 1))
    assert standing.revision == before
    standing.unwant("one")
    assert standing.revision > before
