# SPDX-License-Identifier: Apache-2.0
"""The generator's BFD peers against our engine: what was generated is what the engine saw."""

import pytest

from pydp import Diagnostic, NextHopState, Role, State
from pydp.generate import Action, FailurePattern
from tests.pydp.generate.bench import Bench

pytestmark = pytest.mark.eal


def test_peers_come_up_and_hold(bench):
    peers = bench.peers(100)
    bench.up(peers)
    before = peers.summary()
    bench.run(3000)
    after = peers.summary()
    assert after.up == 100
    assert after.downs == after.silences == after.rx_late == after.rx_early == 0
    assert after.faults == {}
    assert after.rx_bad_port == after.rx_poll_and_final == after.tx_lost == 0
    assert bench.states() == {State.UP: 100}
    assert bench.drops() == {}
    assert after.all_up_ns == before.all_up_ns > after.begin_ns
    # 50 ms less up to a quarter: between 60 and 80 in three seconds, from each side.
    for sent in (after.tx_packets - before.tx_packets, after.rx_packets - before.rx_packets):
        assert 100 * 60 <= sent <= 100 * 81


def test_each_end_counts_what_the_other_sent(bench):
    peers = bench.peers(30)
    bench.up(peers)
    bench.run(1000)
    bench.run(1)
    seen = {one.config.dest_addr: one for one in bench.engine.sessions}
    records = peers.read()
    assert len(records) == 30
    for i, peer in enumerate(records):
        dut = seen[bench.first + i]
        # What the peer said last may be under way, as the engine was stepped first.
        assert 0 <= peer["tx_packets"] - dut.receive_packet_count <= 1
        assert peer["rx_packets"] == dut.send_packet_count
        assert peer["remote_discriminator"] == dut.local_discriminator
        assert dut.remote_discriminator == 1 + i
        assert dut.detection_time_us == peer["detection_time_us"] == 150_000
        assert dut.negotiated_tx_interval_us == peer["interval_us"] == 50_000
        assert (peer["state"], peer["remote_state"], peer["ups"]) == (State.UP, State.UP, 1)


def test_both_ends_poll_once_for_their_interval(bench4):
    peers = bench4.peers(10)
    bench4.up(peers)
    bench4.run(1000)
    told = peers.summary()
    assert told.rx_finals == 10
    assert told.tx_polls == told.rx_finals
    assert told.rx_polls == told.tx_finals == 10
    assert all(not one.polling for one in bench4.engine.sessions)


def test_peers_start_at_their_rate(bench4):
    peers = bench4.peers(100, starts_per_second=100)
    bench4.run(1)
    started = []
    for _ in range(5):
        started.append(peers.summary().started)
        bench4.run(100)
    assert started == [1, 11, 21, 31, 41]
    bench4.up(peers)
    assert peers.summary().started == 100


def test_a_passive_peer_waits_to_be_spoken_to(bench4):
    peers = bench4.peers(3, sessions=0, role=Role.PASSIVE)
    bench4.run(3000)
    assert peers.summary().tx_packets == 0
    bench4.engine.sessions.upsert(bench4.session(1))
    bench4.until(lambda: peers.summary().up == 1)
    assert [bool(one["tx_packets"]) for one in peers.read()] == [False, True, False]


def test_peers_behind_vlans_come_up(eal, name):
    bench = Bench(name, vlan=7)
    try:
        bench.engine.address_add(0, f"{bench.target}/24", vlan=8)
        peers = bench.peers(4, sessions=0, vlans=2)
        for i in range(4):
            bench.engine.sessions.upsert(bench.session(i, vlan=7 + i % 2))
        bench.up(peers)
        assert bench.drops() == {}
    finally:
        bench.close()


@pytest.mark.parametrize(
    ("action", "diagnostic", "nexthop"),
    [
        (Action.SILENT, Diagnostic.CONTROL_EXPIRY, NextHopState.DEAD),
        (Action.MUTE, Diagnostic.CONTROL_EXPIRY, NextHopState.DEAD),
        (Action.DEAF, Diagnostic.NEIGHBOR_DOWN, NextHopState.DEAD),
        (Action.DOWN, Diagnostic.NEIGHBOR_DOWN, NextHopState.DEAD),
        (Action.ADMIN_DOWN, Diagnostic.NEIGHBOR_DOWN, NextHopState.UNKNOWN),
    ],
    ids=str,
)
def test_a_peer_fails_as_told_and_comes_back(bench, action, diagnostic, nexthop):
    peers = bench.peers(5)
    bench.up(peers)
    peers.act(action, first=2, count=2)
    bench.run(1000)
    for i in range(5):
        dut = bench.dut(i)
        failed = i in (2, 3)
        assert (dut.local_state is not State.UP) == failed, i
        assert dut.down_count == int(failed)
        if failed:
            assert dut.local_diagnostic is diagnostic
            assert dut.nexthop_state is nexthop
    told = peers.summary()
    assert (told.failures, told.failing, told.downs) == (2, 2, 2)
    assert told.silences == 0
    assert told.rx_unwanted == 0 if action not in (Action.SILENT, Action.DEAF) else told.rx_unwanted > 0
    peers.act(Action.RESUME)
    bench.up(peers)
    assert peers.summary().failing == 0
    assert [one["ups"] for one in peers.read()] == [1, 1, 2, 2, 1]


def test_the_time_of_a_silence_is_the_last_hello_and_the_detection_time(bench4):
    peers = bench4.peers(1)
    bench4.up(peers)
    bench4.engine.events.drain()
    peers.act(Action.SILENT)
    bench4.run(1000)
    last = int(peers.read()["last_tx_ns"][0])
    (down,) = [event for event in bench4.engine.events.drain() if event["new_state"] == State.DOWN]
    # The engine hears a hello one step after it was sent, and looks every millisecond.
    assert 150_000_000 <= int(down["time_ns"]) - last <= 152_000_000


def test_failures_by_pattern_are_what_the_engine_sees(bench4):
    pattern = FailurePattern(permille=250, period_ms=1000, duration_ms=400, after_ms=500, cycles=6)
    peers = bench4.peers(16, failures=pattern)
    bench4.up(peers)
    bench4.run(8000)
    told = peers.summary()
    # A quarter of 16 six times: the first twelve peers once, and four of them twice.
    assert (told.cycles, told.failures, told.failing) == (6, 24, 0)
    failures = [int(one["failures"]) for one in peers.read()]
    assert failures == [2] * 8 + [1] * 8
    assert [bench4.dut(i).down_count for i in range(16)] == failures
    assert bench4.states() == {State.UP: 16}
    assert told.silences == 0


def test_a_target_that_falls_silent_is_reported(bench4):
    peers = bench4.peers(4)
    bench4.up(peers)
    bench4.ends[0].cut()
    bench4.run(400)
    told = peers.summary()
    assert (told.silences, told.downs, told.remote_downs) == (4, 4, 0)
    assert told.states[State.DOWN] == 4
    assert set(peers.read()["diagnostic"]) == {Diagnostic.CONTROL_EXPIRY}
    assert bench4.states() == {State.DOWN: 4}
    bench4.ends[0].cut(False)
    bench4.up(peers)


def test_a_target_that_says_admin_down_is_told_from_a_silent_one(bench4):
    peers = bench4.peers(3)
    bench4.up(peers)
    bench4.engine.sessions.upsert(bench4.session(1, admin_down=True))
    bench4.run(300)
    told = peers.summary()
    assert (told.downs, told.remote_downs, told.silences) == (1, 1, 0)
    assert peers.read()["remote_state"][1] == State.ADMIN_DOWN


def test_late_hellos_of_the_target_are_counted_with_how_late(bench4):
    peers = bench4.peers(2)
    bench4.up(peers)
    bench4.ends[0].cut()
    bench4.run(70)
    bench4.ends[0].cut(False)
    bench4.run(100)
    told = peers.summary()
    assert told.up == 2
    assert told.rx_late == 2
    assert sum(told.rx_late_us_log2[14:17]) == 2
    assert min(peers.read()["max_gap_us"]) >= 70_000
