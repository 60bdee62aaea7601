# SPDX-License-Identifier: Apache-2.0
"""Copies of what a port received and sent, with time, number and direction, and a count of what was lost."""

import pytest

import pydp
from pydp import Direction

pytestmark = pytest.mark.eal


def send(port: pydp.Port, pool: pydp.Mempool, *frames: bytes) -> None:
    with pydp.Burst(32) as burst:
        for frame in frames:
            burst.append(pool, frame)
        assert burst.transmit(port) == len(frames)


def drop(port: pydp.Port) -> None:
    with pydp.Burst(32) as burst:
        burst.receive(port)


FRAMES = [bytes([i]) * 60 for i in range(3)]


@pytest.fixture
def capture(eal, name):
    with pydp.Capture(f"c-{name}", capacity=16) as made:
        yield made


def test_sent_and_received_packets_are_copied_with_their_marks(capture, cable, pool):
    before = pydp.clock_ns()
    capture.add(cable[0], 10, Direction.SENT)
    capture.add(cable[1], 11, Direction.RECEIVED)
    send(cable[0], pool, *FRAMES)
    drop(cable[1])
    copies = list(capture.packets())
    assert [one.data for one in copies if one.direction is Direction.SENT] == FRAMES
    assert [one.data for one in copies if one.direction is Direction.RECEIVED] == FRAMES
    assert {(one.port, one.direction) for one in copies} == {(10, Direction.SENT), (11, Direction.RECEIVED)}
    assert all(before <= one.time_ns <= pydp.clock_ns() and one.length == 60 for one in copies)
    assert capture.read() is None


def test_what_a_cut_drops_is_not_sent(capture, cable, pool):
    capture.add(cable[0], 0)
    cable[0].cut()
    send(cable[0], pool, *FRAMES)
    assert capture.read() is None


def test_a_long_packet_is_cut_at_the_snap_length(eal, cable, pool, name):
    with pydp.Capture(f"s-{name}", capacity=4, snap_length=16) as short:
        short.add(cable[0], 0)
        send(cable[0], pool, FRAMES[1])
        copy = short.read()
        assert copy is not None
        assert (copy.length, copy.data) == (60, FRAMES[1][:16])


def test_packets_that_find_the_queue_full_are_counted(eal, cable, pool, name):
    with pydp.Capture(f"l-{name}", capacity=4) as small:
        small.add(cable[0], 0, Direction.SENT)
        send(cable[0], pool, *FRAMES, *FRAMES, *FRAMES)
        kept = len(list(small.packets()))
        assert 0 < kept <= 4
        assert small.lost == 9 - kept
