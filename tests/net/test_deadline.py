# SPDX-License-Identifier: Apache-2.0
"""One loop timer for a next deadline that moves, with a clock of the test's own."""

import asyncio

from bfd_fastpath.net.deadline import DeadlineTimer


class Clock:
    """Real time on the loop's own clock, plus whatever the test adds."""

    def __init__(self):
        self.ahead_ns = 0

    def __call__(self):
        return int(asyncio.get_running_loop().time() * 1e9) + self.ahead_ns


def run(body):
    asyncio.run(asyncio.wait_for(body(), 10))


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)


def test_it_fires_at_the_deadline_and_not_before():
    async def body():
        clock, fired, deadlines = Clock(), [], []
        deadlines.append(clock() + 20_000_000)

        def fire(now_ns):
            fired.append(now_ns)
            deadlines.append(None)

        timer = DeadlineTimer(clock, lambda: deadlines[-1], fire)
        timer.refresh()
        await until(lambda: fired)
        assert fired[0] >= deadlines[0]

    run(body)


def test_a_deadline_that_comes_nearer_is_met_and_the_old_one_forgotten():
    async def body():
        clock, fired = Clock(), []
        deadlines = [clock() + 3600 * 10**9]

        def fire(now_ns):
            fired.append(now_ns)
            deadlines.append(None)

        timer = DeadlineTimer(clock, lambda: deadlines[-1], fire)
        timer.refresh()
        deadlines.append(clock() + 1_000_000)
        timer.refresh()
        await until(lambda: fired)
        timer.refresh()
        assert len(fired) == 1

    run(body)


def test_deadlines_one_after_another_all_fire():
    async def body():
        clock, fired = Clock(), []
        pending = [clock() + step * 1_000_000 for step in (1, 2, 3)]

        def fire(now_ns):
            fired.append(pending.pop(0))

        timer = DeadlineTimer(clock, lambda: pending[0] if pending else None, fire)
        timer.refresh()
        await until(lambda: len(fired) == 3)
        assert fired == sorted(fired)

    run(body)


def test_after_stop_nothing_fires():
    async def body():
        clock, fired = Clock(), []
        timer = DeadlineTimer(clock, lambda: clock() if not fired else None, fired.append)
        timer.refresh()
        timer.stop()
        timer.refresh()
        for _ in range(10):
            await asyncio.sleep(0)
        assert fired == []

    run(body)
