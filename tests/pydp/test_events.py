# SPDX-License-Identifier: Apache-2.0
"""Events as numpy records: what a change of state tells, waking by eventfd, and a ring that is too small."""

import select

import numpy
import pytest

import pydp
from pydp import Diagnostic, EventFlag, EventType, NextHopState, State

pytestmark = pytest.mark.eal


def of_type(records: numpy.ndarray, kind: EventType) -> numpy.ndarray:
    return records[records["type"] == kind]


def test_a_session_that_comes_up_tells_its_steps_in_order(pair):
    first = pair.engines[0]
    ours = first.sessions.upsert(pair.config(0))
    pair.engines[1].sessions.upsert(pair.config(1))
    pair.until(lambda: pair.state(0, ours) is State.UP)
    records = first.events.drain()
    assert records.dtype == pydp.EVENT_DTYPE
    assert (records["session"] == ours).all()
    assert records["sequence"].tolist() == list(range(1, len(records) + 1))
    steps = of_type(records, EventType.STATE)
    assert steps["old_state"][0] == State.DOWN
    assert steps["new_state"][-1] == State.UP
    assert (steps["old_state"][1:] == steps["new_state"][:-1]).all()
    assert steps["nexthop_state"][-1] == NextHopState.LIVE
    assert len(first.events.drain()) == 0


def test_a_detection_carries_its_evidence(pair):
    ours, _ = pair.up()
    pair.ends[1].cut()
    pair.until(lambda: pair.state(0, ours) is State.DOWN, 1000)
    (record,) = of_type(pair.engines[0].events.drain(), EventType.STATE)
    assert (record["old_state"], record["new_state"]) == (State.UP, State.DOWN)
    assert record["local_diagnostic"] == Diagnostic.CONTROL_EXPIRY
    assert (record["old_nexthop_state"], record["nexthop_state"]) == (NextHopState.LIVE, NextHopState.DEAD)
    assert record["deadline_ns"] == record["last_rx_ns"] + 150_000_000
    assert record["deadline_ns"] <= record["time_ns"] <= record["deadline_ns"] + 1_000_000


def test_clearing_a_next_hop_and_removing_a_session_are_told(pair):
    ours, _ = pair.up()
    pair.ends[1].cut()
    pair.until(lambda: pair.state(0, ours) is State.DOWN, 1000)
    sessions, events = pair.engines[0].sessions, pair.engines[0].events
    events.drain()
    sessions.clear(ours)
    sessions.remove(ours, now=True)
    kinds = events.drain()["type"].tolist()
    assert kinds[0] == EventType.NEXTHOP
    assert kinds[-1] == EventType.REMOVED


def readable(fd: int, seconds: float) -> bool:
    return bool(select.select([fd], [], [], seconds)[0])


def test_the_descriptor_wakes_once_when_armed(pair):
    events = pair.engines[0].events
    ours, _ = pair.up()
    assert not events.arm()
    assert not readable(events.fd, 0)
    pair.ends[1].cut()
    pair.until(lambda: pair.state(0, ours) is State.DOWN, 1000)
    assert readable(events.fd, 5)
    assert events.arm()
    assert len(events.drain()) > 0


def test_without_arming_nothing_wakes(eal, pair):
    events = pair.engines[0].events
    ours = pair.engines[0].sessions.upsert(pair.config(0))
    pair.engines[1].sessions.upsert(pair.config(1))
    pair.until(lambda: pair.state(0, ours) is State.UP)
    assert not readable(events.fd, 0)
    assert events.arm()


def test_no_more_records_are_drained_at_once_than_asked_for(pair):
    ours = pair.engines[0].sessions.upsert(pair.config(0))
    pair.engines[1].sessions.upsert(pair.config(1))
    pair.until(lambda: pair.state(0, ours) is State.UP)
    events, sequences = pair.engines[0].events, []
    while len(records := events.drain(1)):
        assert len(records) == 1
        sequences.append(int(records["sequence"][0]))
    assert len(sequences) > 1
    assert sequences == list(range(1, len(sequences) + 1))


def test_an_array_is_reused_by_the_next_drain(pair):
    ours, _ = pair.up()
    events = pair.engines[0].events
    pair.ends[1].cut()
    pair.until(lambda: pair.state(0, ours) is State.DOWN, 1000)
    held = events.drain()
    kept = held.copy()
    pair.ends[1].cut(False)
    pair.until(lambda: pair.state(0, ours) is State.UP, 5000)
    events.drain()
    assert held[0]["time_ns"] > kept[0]["time_ns"]


def test_a_ring_that_overflows_keeps_the_latest_state_of_each_session(eal, name, pair):
    ends = pydp.link(f"{name}o")
    with pydp.Engine(f"{name}o", event_capacity=8) as engine:
        engine.attach(ends[0])
        engine.address_add(0, "192.0.2.1/24")
        ids = [
            engine.sessions.upsert(pair.config(0, dest_addr=pair.config(0).dest_addr + i)) for i in range(64)
        ]
        engine.events.drain()
        for session in ids:
            state = engine.sessions.read(session).config
            engine.sessions.upsert(pair.config(0, dest_addr=state.dest_addr, admin_down=True))
        latest: dict[int, int] = {}
        reread = 0
        while len(records := engine.events.drain()):
            for record in records:
                if record["type"] == EventType.STATE:
                    latest[int(record["session"])] = int(record["new_state"])
                    reread += bool(record["flags"] & EventFlag.REREAD)
        assert latest == dict.fromkeys(ids, State.ADMIN_DOWN)
        assert engine.events.overflows > 0
        assert reread > 0
    for end in ends:
        end.close()
