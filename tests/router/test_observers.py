# SPDX-License-Identifier: Apache-2.0
"""Observers see everything, in order; in a storm behind what is more urgent, and never without bounds."""

import asyncio
from ipaddress import ip_address

import pytest

from bfd_fastpath.router.events import BfdRemoved
from bfd_fastpath.router.observers import Observers

X = ip_address("192.0.2.7")


def happened(*numbers):
    return [BfdRemoved(number, X) for number in numbers]


class Watched:
    def __init__(self):
        self.busy = False
        self.seen: list[int] = []
        self.observers = Observers(lambda: self.busy)
        self.stop = self.observers.add(lambda event: self.seen.append(event.time_ns))

    async def until(self, count):
        async with asyncio.timeout(5):
            while len(self.seen) < count:
                await asyncio.sleep(0)


@pytest.fixture
def watched():
    return Watched()


def test_what_is_shown_with_nothing_waiting_is_seen_at_once(watched):
    watched.observers.show(happened(1, 2))
    assert watched.seen == [1, 2]


def test_what_comes_behind_a_storm_is_seen_behind_it(watched):
    async def main():
        watched.observers.show_later(happened(1, 2), happened(3))
        watched.observers.show(happened(4))
        assert watched.seen == []
        await watched.until(4)

    asyncio.run(main())
    assert watched.seen == [1, 2, 3, 4]


def test_nothing_is_shown_while_there_is_something_to_tell(watched):
    async def main():
        watched.busy = True
        watched.observers.show_later(happened(1))
        for _ in range(10):
            await asyncio.sleep(0)
        assert watched.seen == []
        watched.busy = False
        await watched.until(1)

    asyncio.run(main())


def test_a_storm_without_end_is_shown_all_the_same(watched):
    async def main():
        watched.busy = True
        for number in range(1000):
            watched.observers.show_later(happened(number))
        assert len(watched.seen) >= 500

    asyncio.run(main())
    assert watched.seen == list(range(len(watched.seen)))


def test_the_loop_has_turns_in_between(watched):
    async def main():
        loop = asyncio.get_running_loop()
        before = loop.time()
        turns = 0

        def slow(event):
            end = loop.time() + 0.003
            while loop.time() < end:
                pass

        watched.observers.add(slow)
        watched.observers.show_later(happened(*range(10)))
        while len(watched.seen) < 10:
            await asyncio.sleep(0)
            turns += 1
            assert loop.time() < before + 5
        assert turns >= 10

    asyncio.run(main())


def test_at_the_end_what_waits_is_shown(watched):
    async def main():
        watched.observers.show_later(happened(1, 2))
        watched.observers.flush()
        assert watched.seen == [1, 2]

    asyncio.run(main())


def test_one_that_fails_does_not_keep_the_others_from_it(watched):
    def fails(event):
        raise RuntimeError("an observer's own affair")

    watched.stop()
    watched.observers.add(fails)
    watched.observers.add(lambda event: watched.seen.append(event.time_ns))
    watched.observers.show(happened(1))
    assert watched.seen == [1]


def test_who_has_ended_sees_no_more(watched):
    watched.stop()
    watched.observers.show(happened(1))
    assert watched.seen == []
