# SPDX-License-Identifier: Apache-2.0
"""Virtual time: the LAN, messages on their way, alarms, and processors.

Two clocks are kept. The LAN's is the one by which BFD and BGP run their timers. Control plane work is real
work: it is done at once, in the order in which it comes, and measured; each actor has a processor of its
own, and what it sends leaves when the processor would have got there.
"""

import heapq
import itertools
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import numpy

from bfd_fastpath.lab.exchange.fabric import DELAY_NS, Fabric

#: The LAN hands over what happened within so long: an event pump wakes no faster, and neither do alarms.
#: Where nothing is measured, it may wake more seldom, which saves messages.
SLICE_NS = 1_000_000
SLOW_SLICE_NS = 100_000_000
SECOND_NS = 1_000_000_000

Work = Callable[[int], None]


class NotConvergedError(Exception):
    """Something is still pending after all the time that it may take; the text is one sentence."""


class Actor:
    """Whoever has a processor: a member's control plane, the route server."""

    def __init__(self) -> None:
        self.free_ns = 0
        """When the processor has done all it was given, by the clock of the processors."""
        self.spent_ns = 0

    def rest(self, now_ns: int) -> None:
        """It had time to do all that it was given."""
        self.free_ns = min(self.free_ns, now_ns)

    def work(self, arrive_ns: int, action: Callable[[], object]) -> int:
        """Does it now; when it is done."""
        begin = time.thread_time_ns()
        action()
        took = time.thread_time_ns() - begin
        self.spent_ns += took
        self.free_ns = max(self.free_ns, arrive_ns) + took
        return self.free_ns


class Hears(Protocol):
    """A member as far as the LAN is concerned."""

    def heard(self, batch: Any) -> None:
        """Event records of its sessions."""


class World:
    """Nothing happens in it but by step() and settle()."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self.now_ns = 0
        self.members: dict[int, Hears] = {}
        self.slice_ns = SLOW_SLICE_NS
        self.busy = False
        """Something but keepalives happened in the step under way."""
        self.updates = [0, 0]
        """BGP UPDATEs sent so far: by the route server, by the members."""
        self._queue: deque[tuple[int, Work]] = deque()
        self._alarms: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def post(self, leave_ns: int, work: Work) -> None:
        """Something is sent, and arrives a moment later. Work is done in the order in which it was posted."""
        self._queue.append((leave_ns + DELAY_NS, work))

    def alarm(self, at_ns: int, action: Callable[[], None]) -> None:
        """At the end of the slice with this time of the LAN's clock, or at once where it has passed."""
        at_ns = -(-at_ns // self.slice_ns) * self.slice_ns
        heapq.heappush(self._alarms, (at_ns, next(self._numbers), action))

    def step(self, until_ns: int) -> bool:
        """To this time, or until something happened and was dealt with; whether anything but keepalives
        did."""
        self.busy = False
        self._work()
        target = min(until_ns, self._alarms[0][0]) if self._alarms else until_ns
        batch = self.fabric.lan.run(max(target, self.now_ns), slice_ns=self.slice_ns)
        self.now_ns = self.fabric.lan.now_ns
        if len(batch):
            self.busy = True
            self._hear(batch)
        while self._alarms and self._alarms[0][0] <= self.now_ns:
            heapq.heappop(self._alarms)[2]()
        self._work()
        return self.busy

    def run(self, duration_ns: int) -> None:
        until_ns = self.now_ns + duration_ns
        while self.now_ns < until_ns:
            self.step(until_ns)

    def settle(
        self, quiet_ns: int, most_ns: int, pending: Callable[[], str], tick: Callable[[], None]
    ) -> None:
        """Until nothing happened for so long and nothing is pending. `pending` says what is, in words.

        Raises NotConvergedError.
        """
        begin_ns = quiet_since_ns = self.now_ns
        while self.now_ns - quiet_since_ns < quiet_ns or pending():
            if self.now_ns - begin_ns >= most_ns:
                raise NotConvergedError(
                    f"after {most_ns // SECOND_NS} s of virtual time: {pending() or 'changes do not end'}"
                )
            if self.step(self.now_ns + SECOND_NS):
                quiet_since_ns = self.now_ns
            tick()

    def _work(self) -> None:
        while self._queue:
            arrive_ns, work = self._queue.popleft()
            work(arrive_ns)

    def _hear(self, batch: Any) -> None:
        """To each member its own, in order; copies, because the LAN's array is its own."""
        owners = (batch["session"] - 1) // self.fabric.lan.members
        order = numpy.argsort(owners, kind="stable")
        batch, owners = batch[order], owners[order]
        ends = [*(numpy.flatnonzero(numpy.diff(owners)) + 1), len(owners)]
        parts = sorted(itertools.pairwise([0, *ends]), key=lambda part: int(order[part[0]]))
        for first, end in parts:
            self.members[int(owners[first])].heard(batch[first:end])
