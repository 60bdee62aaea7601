# SPDX-License-Identifier: Apache-2.0
"""Whether the far end was away from its core when a session went Down.

A far end that does not send for as long as Detection Time less one interval makes a true Down, whatever kept
it from sending. It is seen at each look by its poll gaps and by how late its hellos went out; a gap is known
at its end. A look at another machine takes a while, and what it shows was so before some moment between the
question and the answer: it counts until the answer, and a Down is judged once a look was asked for after it.
"""

from collections.abc import Callable, Iterable

import pydp
from bfd_fastpath.bench.gaps import at_least, difference
from bfd_fastpath.bench.suites.envelope.far.end import FarEnd, Look


class Away:
    """Downs, as they come, of which the far end explains some. clock: of the Downs' times, in nanoseconds."""

    def __init__(
        self,
        far: FarEnd,
        *,
        detection_us: int,
        interval_us: int,
        clock: Callable[[], int] = pydp.engine.clock_ns,
    ) -> None:
        self._far, self._clock = far, clock
        self._limit_us = detection_us - interval_us
        self._window_ns = detection_us * 1000
        #: When it was last seen to have been away, and when it was last asked.
        self._away_ns = self._asked_ns = -self._window_ns
        self._waiting: list[int] = []
        self.false_downs = self.far_downs = 0
        #: What the longest look took.
        self.slowest_ns = 0
        self.last = self._ask()

    def look(self) -> None:
        before, now = self.last, self._ask()
        if at_least(difference(now.gaps.us_log2, before.gaps.us_log2), self._limit_us) or at_least(
            difference(now.late_us_log2, before.late_us_log2), self._limit_us
        ):
            self._away_ns = self._clock()
        self.last = now

    def downs(self, times_ns: Iterable[int]) -> None:
        """Sessions left Up at these times. Those before the last look was asked for are judged, with what
        waited for it.
        """
        self._waiting += times_ns
        self._judge([one for one in self._waiting if one <= self._asked_ns])
        self._waiting = [one for one in self._waiting if one > self._asked_ns]

    def end(self) -> None:
        """A last look; nothing waits for another one."""
        self.look()
        self._judge(self._waiting)
        self._waiting = []

    def _judge(self, times_ns: list[int]) -> None:
        far = sum(one - self._window_ns <= self._away_ns for one in times_ns)
        self.far_downs += far
        self.false_downs += len(times_ns) - far

    def _ask(self) -> Look:
        self._asked_ns = self._clock()
        found = self._far.look()
        self.slowest_ns = max(self.slowest_ns, self._clock() - self._asked_ns)
        return found
