# SPDX-License-Identifier: Apache-2.0
"""Failures overtake steps that are no news; each session's own records stay in order, and what they come to is
the same."""

from collections import defaultdict

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bfd_fastpath.session import EventType, UrgentFirst
from tests.session.ring import ADMIN_DOWN, DOWN, HOPS, INIT, MS, UP, Ring, row, streams
from tests.session.scene import S, Scene


def storm(first, count, old=UP, new=DOWN, time_ns=S):
    return numpy.concatenate(
        [row(number, old, new, time_ns).reshape(1) for number in range(first, first + count)]
    )


def sessions(batch):
    return batch["session"].tolist()


@pytest.fixture
def ring():
    return Ring()


@pytest.fixture
def source(ring):
    return UrgentFirst(ring)


def drained(source, most=256):
    found = []
    while len(batch := source.drain(most)):
        found.append(batch.copy())
    return found


def test_failures_come_before_steps_that_are_no_news(ring, source):
    ring.put(storm(100, 20, DOWN, INIT), storm(200, 20))
    first, then = drained(source)
    assert sessions(first) == list(range(200, 220))
    assert sessions(then) == list(range(100, 120))
    assert not len(source.drain(256))


@pytest.mark.parametrize(
    "more",
    [
        {"old": INIT, "new": UP},
        {"old": DOWN, "new": ADMIN_DOWN},
        {"old": ADMIN_DOWN, "new": DOWN},
        {"old": UP, "new": INIT},
        {"old": DOWN, "new": INIT, "remote": ADMIN_DOWN},
        {"old": DOWN, "new": INIT, "flags": 1},
        *(
            {"old": DOWN, "new": DOWN, "type_": one}
            for one in EventType
            if one not in (EventType.STATE, EventType.UNSOLICITED)
        ),
    ],
)
def test_what_may_be_news_waits_for_nobody(ring, source, more):
    ring.put(storm(100, 20, DOWN, INIT), row(7, **more))
    assert sessions(source.drain(256)) == [7]


def test_a_stranger_is_no_step_whatever_its_octets_look_like(ring, source):
    stranger = row(0, DOWN, INIT, type_=EventType.UNSOLICITED)
    ring.put(storm(100, 20, DOWN, INIT), stranger)
    assert source.drain(256)["type"].tolist() == [EventType.UNSOLICITED]


def test_what_follows_on_a_step_that_waits_waits_with_it(ring, source):
    ring.put(storm(1, 20), storm(1, 20, DOWN, INIT), storm(1, 20, INIT, UP), storm(1, 20), storm(50, 3))
    first, then = drained(source)
    assert sessions(first) == [*range(1, 21), 50, 51, 52]
    assert then["new_state"].tolist() == [INIT] * 20 + [UP] * 20 + [DOWN] * 20


def test_who_waits_no_more_is_urgent_again(ring, source):
    ring.put(storm(1, 20, DOWN, INIT))
    assert len(source.drain(256)) == 20
    ring.put(storm(1, 20), storm(100, 20, DOWN, INIT))
    assert sessions(source.drain(256)) == list(range(1, 21))


def test_a_few_records_are_taken_as_they_are(ring, source):
    ring.put(storm(100, 3, DOWN, INIT), storm(1, 3))
    assert sessions(source.drain(256)) == [100, 101, 102, 1, 2, 3]


def test_nobody_sleeps_while_something_waits(ring, source):
    ring.put(storm(100, 20, DOWN, INIT), storm(1, 1))
    source.drain(256)
    assert source.fd == ring.fd
    assert (source.arm(), ring.armed) == (True, 0)
    source.drain(256)
    assert (source.arm(), ring.armed) == (False, 1)


def test_no_more_than_asked_for_are_given_at_once(ring, source):
    ring.put(storm(100, 50, DOWN, INIT))
    assert [sessions(one) for one in drained(source, 20)] == [
        list(range(100, 120)),
        list(range(120, 140)),
        list(range(140, 150)),
    ]


def test_what_waits_is_given_together(ring, source):
    ring.put(*(row(number, *((DOWN, INIT) if number % 2 else (UP, DOWN))) for number in range(1, 101)))
    assert [len(one) for one in drained(source, 40)] == [20, 20, 10, 40, 10]


def test_a_storm_without_end_does_not_keep_a_step_waiting_for_ever(ring, source):
    ring.put(storm(100, 20, DOWN, INIT))
    for number in range(30):
        ring.put(storm(1, 20, time_ns=S + number * 50 * MS))
        if 100 in sessions(source.drain(20)):
            break
    else:
        pytest.fail("it waited for 1.5 s")
    assert number >= 10


def played(source):
    """Everything that the records come to: by next hop, what changed and what happened, and the NHIB."""
    scene = Scene()
    for hop in HOPS:
        scene.manager.want(hop, "bgp", None, 0)
    changes, seen = defaultdict(list), defaultdict(list)
    while len(batch := source.drain(32)):
        done = scene.manager.events(batch)
        for change in done.changes:
            changes[change.address].append(change)
        for address, record in done.seen():
            seen[address].append(record)
    return changes, seen, scene.nhib.entries(), scene.engine.taken()


@settings(deadline=None)
@given(streams(), st.integers(1, 40))
def test_what_it_comes_to_is_what_the_ring_s_own_order_comes_to(rows, piece):
    plain, sifted = Ring(), Ring(piece)
    for ring in (plain, sifted):
        ring.put(*(row(*one) for one in rows))
    assert played(UrgentFirst(sifted)) == played(plain)
