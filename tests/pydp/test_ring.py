# SPDX-License-Identifier: Apache-2.0
"""Packets move between threads by a ring, whole and in order, and what does not fit stays where it was."""

import threading

import pytest

import pydp

pytestmark = pytest.mark.eal


def fill(burst: pydp.Burst, pool: pydp.Mempool, values: range) -> None:
    for value in values:
        burst.append(pool, value.to_bytes(4, "big") + bytes(60))


def values(burst: pydp.Burst) -> list[int]:
    return [int.from_bytes(burst.view(i)[0:4], "big") for i in range(len(burst))]


def test_packets_come_out_in_the_order_they_went_in(eal, name, pool):
    with pydp.Ring(name, 64) as ring, pydp.Burst(16) as burst:
        fill(burst, pool, range(10))
        assert ring.enqueue(burst) == 10
        assert (len(burst), len(ring)) == (0, 10)
        assert ring.dequeue(burst) == 10
        assert values(burst) == list(range(10))
        assert len(ring) == 0


def test_what_does_not_fit_stays_in_the_burst(eal, name, pool):
    with pydp.Ring(name, 8) as ring, pydp.Burst(16) as burst:
        fill(burst, pool, range(12))
        moved = ring.enqueue(burst)
        assert 0 < moved <= 8
        assert values(burst) == list(range(moved, 12))


def test_views_are_void_once_their_packets_are_in_a_ring(eal, name, pool):
    with pydp.Ring(name, 8) as ring, pydp.Burst(4) as burst:
        fill(burst, pool, range(1))
        view = burst.view(0)
        ring.enqueue(burst)
        with pytest.raises(pydp.StaleViewError):
            view[0]


def test_closing_a_ring_frees_what_is_in_it(eal, name, pool):
    ring = pydp.Ring(name, 8)
    with pydp.Burst(4) as burst:
        fill(burst, pool, range(3))
        ring.enqueue(burst)
    assert pool.usage().in_use == 3
    ring.close()
    assert pool.usage().in_use == 0
    with pytest.raises(pydp.StateError, match="this Ring is closed"):
        len(ring)


def test_another_thread_gets_every_packet_once(eal, name, pool):
    total = 2000
    seen: list[int] = []

    def consume(ring: pydp.Ring) -> None:
        with pydp.Burst(32) as burst:
            while len(seen) < total:
                ring.dequeue(burst)
                seen.extend(values(burst))
                burst.clear()

    with pydp.Ring(name, 256) as ring, pydp.Burst(32) as burst:
        reader = threading.Thread(target=consume, args=(ring,), daemon=True)
        reader.start()
        for start in range(0, total, 20):
            fill(burst, pool, range(start, start + 20))
            while len(burst):
                ring.enqueue(burst)
        reader.join(timeout=30)
        assert not reader.is_alive()
    assert seen == list(range(total))


def test_a_ring_that_is_no_power_of_two_is_refused(eal, name):
    with pytest.raises(pydp.InvalidArgumentError):
        pydp.Ring(f"{name}b", 100)
