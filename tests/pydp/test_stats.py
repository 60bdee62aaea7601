# SPDX-License-Identifier: Apache-2.0
"""Counters by name and reason, and a worker's own lateness."""

import pytest

import pydp

pytestmark = pytest.mark.eal


def test_counters_have_unique_kebab_case_names_and_a_line_for_people():
    known = pydp.counters()
    names = [counter.name for counter in known]
    assert len(set(names)) == len(names) > 10
    assert all(name == name.lower() and "_" not in name and " " not in name for name in names)
    assert all(counter.text for counter in known)
    assert {counter.is_drop for counter in known} == {True, False}
    assert [counter.index for counter in known] == list(range(len(known)))


def test_what_counts_packets_in_transit_says_so():
    known = pydp.counters()
    texts = {counter.name for counter in known if counter.text.startswith(("not forwarded: ", "not sent: "))}
    forwarding = {counter.name for counter in known if counter.is_forwarding}
    assert texts <= forwarding
    assert not {name for name in forwarding if "bfd" in name or "host" in name or "-nd" in name}
    assert {counter.is_drop for counter in known if counter.is_forwarding} == {True, False}


def test_bfd_packets_are_counted_where_they_came_in(pair):
    pair.up()
    first, second = (engine.stats.port(0) for engine in pair.engines)
    assert first["rx-bfd"] > 10
    assert abs(first["rx-bfd"] - second["rx-bfd"]) < 30
    assert set(first) == {counter.name for counter in pydp.counters()}


def test_a_frame_that_nobody_wants_is_dropped_with_its_reason(pair, pool):
    before = pair.engines[0].stats.drops(0)
    pair.engines[1].close()
    with pydp.Burst(1) as burst:
        burst.append(pool, bytes.fromhex("ffffffffffff02000000000988b5") + bytes(46))
        assert burst.transmit(pair.ends[1]) == 1
    assert pair.engines[0].step(pair.now_ns + 1) == 1
    after = pair.engines[0].stats.drops(0)
    changed = {
        name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)
    }
    assert sum(changed.values()) == 1
    assert all(name.startswith("drop-") for name in changed)


def test_counters_of_a_port_that_is_not_there_are_refused(pair):
    with pytest.raises((pydp.NotFoundError, pydp.InvalidArgumentError)):
        pair.engines[0].stats.port(4)


def test_turns_and_events_of_a_worker_are_counted(pair):
    pair.up()
    stats = pair.engines[0].stats.worker()
    assert stats.turns > 1000
    assert 0 < stats.busy_turns < stats.turns
    assert stats.events > 0
    assert not stats.running
    assert len(stats.poll_gap_us_log2) == 24


def test_the_longest_poll_gap_can_be_forgotten(pair):
    pair.run(3)
    stats = pair.engines[0].stats
    assert stats.worker().poll_gap_max_ns == 1_000_000
    assert stats.worker().poll_gap_us_log2[9] > 0
    stats.reset_gap()
    assert stats.worker().poll_gap_max_ns == 0


def test_a_tally_tells_what_has_risen_since_the_look_before(pair, pool):
    engine = pair.engines[0]
    pair.engines[1].close()
    engine.step(pair.now_ns)
    tally = engine.stats.tally()
    assert tally.risen() == []
    with pydp.Burst(2) as burst:
        for _ in range(2):
            burst.append(pool, bytes.fromhex("ffffffffffff02000000000188b5") + bytes(46))
        assert burst.transmit(pair.ends[1]) == 2
    engine.step(pair.now_ns + 1)
    (rise,) = tally.risen()
    assert (rise.port, rise.counter.name, rise.by) == (0, "drop-unknown-ethertype", 2)
    assert tally.risen() == []
