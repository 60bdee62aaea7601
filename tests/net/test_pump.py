# SPDX-License-Identifier: Apache-2.0
"""The event pump sleeps on an eventfd, loses nothing between drain and arm, and lets the loop breathe."""

import asyncio
import os

import pytest

from bfd_fastpath.net.pump import EventPump


class Ring:
    """An event ring with the arm protocol of the engine: signals only when armed, arm() refuses while records wait."""

    def __init__(self):
        self.fd = os.eventfd(0, os.EFD_NONBLOCK)
        self.records: list[int] = []
        self.armed = False
        self.signals = 0
        self.before_arm = None

    def put(self, *records):
        self.records += records
        if self.armed:
            self.armed = False
            self.signals += 1
            os.eventfd_write(self.fd, 1)

    def arm(self):
        if self.before_arm is not None:
            self.before_arm()
        if self.records:
            return True
        self.armed = True
        return False

    def drain(self, most):
        batch, self.records = self.records[:most], self.records[most:]
        return batch


@pytest.fixture
def ring():
    ring = Ring()
    yield ring
    os.close(ring.fd)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def test_records_arrive_in_order_before_and_after_a_sleep(ring):
    seen: list[int] = []

    async def main():
        ring.put(1, 2, 3)
        pump = EventPump(ring, seen.extend)
        pump.start()
        await until(lambda: seen == [1, 2, 3] and ring.armed)
        ring.put(4)
        await until(lambda: seen == [1, 2, 3, 4] and ring.armed)
        pump.stop()

    asyncio.run(main())
    assert ring.signals == 1


def test_a_record_that_comes_between_drain_and_arm_is_not_lost(ring):
    seen: list[int] = []
    late = [7]

    async def main():
        ring.before_arm = lambda: ring.records.extend(late.pop() for _ in late[:])
        pump = EventPump(ring, seen.extend)
        pump.start()
        await until(lambda: seen == [7] and ring.armed)
        pump.stop()

    asyncio.run(main())
    assert ring.signals == 0


def test_a_storm_does_not_keep_the_loop_from_its_other_work(ring, monkeypatch):
    """However long the receiver takes for a batch, the loop has a turn after it, and no batch is without bounds."""
    seen: list[int] = []
    batches: list[int] = []
    clock = [0.0]

    def slowly(batch):
        seen.extend(batch)
        batches.append(len(batch))
        clock[0] += 0.03

    async def main():
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock[0])
        ring.put(*range(2000))
        pump = EventPump(ring, slowly)
        pump.start()
        for turn in range(1, 5):
            assert len(batches) == turn
            await asyncio.sleep(0)
        await until(lambda: len(seen) == 2000)
        pump.stop()

    asyncio.run(main())
    assert seen == list(range(2000))
    assert max(batches) <= 256


def test_what_is_taken_quickly_is_taken_in_one_turn(ring, monkeypatch):
    seen: list[int] = []

    async def main():
        ring.put(*range(600))
        pump = EventPump(ring, seen.extend)
        # The clock stands still.
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 0.0)
        pump.start()
        assert len(seen) == 600
        pump.stop()

    asyncio.run(main())


def test_stopping_hands_over_what_waits_and_lets_go_of_the_descriptor(ring):
    seen: list[int] = []

    async def main():
        pump = EventPump(ring, seen.extend)
        pump.start()
        ring.put(1, 2, 3)
        pump.stop()
        assert seen == [1, 2, 3]
        ring.put(4)
        await asyncio.sleep(0)
        pump.stop()

    asyncio.run(main())
    assert seen == [1, 2, 3]
    os.fstat(ring.fd)


def test_stopping_in_the_midst_of_a_storm_ends(ring):
    seen: list[int] = []

    def receive(batch):
        seen.extend(batch)
        ring.put(*batch)

    async def main():
        pump = EventPump(ring, receive)
        pump.start()
        ring.put(*range(8192))
        pump.stop()

    asyncio.run(main())
    assert seen[:8192] == list(range(8192))


def test_a_receiver_that_fails_once_still_gets_the_rest(ring):
    seen: list[int] = []

    def receive(batch):
        seen.extend(batch)
        if 1 in batch:
            raise RuntimeError("one bad batch")

    async def main():
        ring.put(1, 2)
        pump = EventPump(ring, receive)
        pump.start()
        await until(lambda: ring.armed)
        ring.put(3)
        await until(lambda: seen == [1, 2, 3])
        pump.stop()

    asyncio.run(main())
