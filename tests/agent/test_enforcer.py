# SPDX-License-Identifier: Apache-2.0
"""What drives a target: nothing is done twice or forgotten, and no fault ends it."""

import asyncio
from ipaddress import ip_address

from bfd_fastpath.agent.driver import DriverError, UnansweredError, Wanted
from bfd_fastpath.agent.enforcer import Enforcer
from bfd_fastpath.agent.pace import Pace
from tests.interop.bgp.ourselves import eventually

A, X = map(ip_address, ("192.0.2.1", "192.0.2.9"))
LOST = Wanted((A,), {A: (X,)})


class Target:
    """Takes what it is given, but for the faults that it is told to have first."""

    def __init__(self, *faults):
        self.faults = list(faults)
        self.taken = []

    def apply(self, wanted):
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append(wanted)


def story(target, told, wanted):
    async def run():
        enforcer = Enforcer(target, Pace(1_000_000, 1_000_000, 1_000_000, 2_000_000), lambda: wanted[0])
        enforcer.start()
        await told(enforcer)
        assert await enforcer.stop()

    asyncio.run(run())


def test_failures_are_tried_again_and_a_fault_of_ours_is_one():
    target, wanted = Target(DriverError("no"), ValueError("a fault"), DriverError("no")), [LOST]

    async def told(enforcer):
        await eventually(lambda: target.taken == [LOST])
        assert enforcer.record.failures == 3
        assert enforcer.record.error is None

    story(target, told, wanted)
    assert target.taken[-1] == Wanted((A,)), "it leaves with nothing"


def test_what_was_not_answered_in_time_has_taken_since_it_was_told():
    target = Target(UnansweredError("no answer"), UnansweredError("no answer"))

    async def told(enforcer):
        await eventually(lambda: enforcer.applied == LOST)
        waits_s = 0.001 + 0.002
        assert enforcer.record.last_took_s > waits_s
        enforcer.again()
        await eventually(lambda: len(target.taken) == 2 and enforcer.record.reloads == 2)
        assert enforcer.record.last_took_s < enforcer.record.longest_s

    story(target, told, [LOST])


def test_what_is_there_is_not_given_again_unless_it_may_be_lost():
    target, wanted = Target(), [LOST]

    async def told(enforcer):
        await eventually(lambda: enforcer.applied == LOST)
        enforcer.changed()
        await eventually(lambda: enforcer.pace.due_ns() is None)
        assert target.taken == [LOST]
        enforcer.again()
        await eventually(lambda: target.taken == [LOST, LOST])

    story(target, told, wanted)


def test_who_is_abandoned_leaves_what_is_there():
    target = Target()

    async def run():
        enforcer = Enforcer(target, Pace(1_000_000, 1_000_000, 1_000_000, 2_000_000), lambda: LOST)
        enforcer.start()
        await eventually(lambda: target.taken == [LOST])
        await enforcer.abandon()

    asyncio.run(run())
    assert target.taken == [LOST]
