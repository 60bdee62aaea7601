# SPDX-License-Identifier: Apache-2.0
"""How exactly flows keep their rate, by the stepped clock; what a late source and a full port do; and the worker."""

import numpy
import pytest

import pydp
from pydp.generate import Generator, latency_floors
from tests.interop.support.poll import until
from tests.pydp.generate.loop import config

pytestmark = pytest.mark.eal


@pytest.mark.parametrize("pps", [1, 333.333, 1000, 123_456.789])
def test_after_whole_seconds_the_count_is_the_rate(eal, name, pps):
    port = pydp.link(name)
    with Generator(name) as generator:
        generator.attach(port[0])
        flow = generator.flow(0, config())
        flow.start(pps)
        begin = 10**9
        for turn in range(30_001):
            generator.step(begin + turn * 100_000)
            port[1].stats()
            _drain(port[1])
        state = flow.read()
        assert state.skipped == 0
        assert state.sent == state.due == int(3 * pps) + 1
    for end in port:
        end.close()


def _drain(port: pydp.Port) -> None:
    with pydp.Burst(64) as burst:
        while burst.receive(port):
            burst.clear()


def test_a_source_that_comes_too_late_says_what_it_gave_up(loop):
    flow = loop.generator.flow(0, config())
    flow.start(1_000_000, 10_000)
    loop.run(10)
    loop.now_ns += 5_000_000
    loop.run(1000)
    state = flow.read()
    assert state.sent + state.skipped == state.due == 10_000
    assert 5000 - 512 <= state.skipped <= 5000
    assert state.lost == 0
    assert not state.sending


def test_a_full_port_delays_and_loses_no_number(eal, name):
    # An ethdev of rings takes no more than it has room for.
    ends = pydp.link(name, capacity=64, ethdev=True)
    with Generator(name) as generator:
        generator.attach(ends[0])
        flow = generator.flow(0, config())
        flow.start(None, 1000)
        numbers: list[int] = []
        with pydp.Burst(16) as burst:
            for turn in range(1, 200):
                generator.step(turn)
                burst.receive(ends[1])
                numbers += [int.from_bytes(bytes(burst.view(i))[48:52]) for i in range(len(burst))]
                burst.clear()
        state = flow.read()
        assert state.sent == 1000
        assert state.full > 0
        assert numbers == list(range(1000))
        assert generator.counters(0)["tx-full"] == 0
    for end in ends:
        end.close()


def test_a_worker_sends_and_measures_by_itself(eal, name):
    ends = pydp.link(name, capacity=4096)
    with Generator(name) as generator:
        for end in ends:
            generator.attach(end)
        flow = generator.flow(0, config())
        generator.start(idle=pydp.Idle.SLEEP)
        flow.start(10_000, 2000)
        with pytest.raises(pydp.StateError, match="being sent"):
            flow.start()
        state = until(flow.read, lambda seen: not seen.sending and seen.received + seen.skipped == 2000)
        assert state.received == state.sent
        assert state.lost == state.corrupt == state.ahead == 0
        assert 0 < state.latency_min_ns <= state.latency_max_ns
        worker = generator.worker()
        assert worker.running
        assert worker.busy_turns > 0
        assert sum(worker.poll_gap_us_log2) >= worker.turns - 2
        generator.reset_gap()
        generator.stop()
        assert not generator.worker().running
    for end in ends:
        end.close()


def test_buckets_of_latency_are_those_of_the_library():
    floors = latency_floors()
    assert list(floors[:20]) == [*range(16), 16, 17, 18, 19]
    assert numpy.all(numpy.diff(floors.astype(float)) > 0)
    assert floors[-1] == 31 << 32
