# SPDX-License-Identifier: Apache-2.0
"""Plays the story on a stage: waits for each step, cuts and joins the cable at the right moments, and takes
the times.

It knows nothing of how the stage is made, and prints through what it is given.
"""

import asyncio
import time
from collections.abc import Callable, Collection

from bfd_fastpath.lab import story
from bfd_fastpath.lab.bounds import Moments, bounds, measure
from bfd_fastpath.lab.chronicle import BGP_DOWN, WITHDRAWAL_SENT, Chronicle, Fact
from bfd_fastpath.lab.options import DemoOptions
from bfd_fastpath.lab.result import Result
from bfd_fastpath.lab.stage import Stage, StageError
from bfd_fastpath.lab.story import Remark, Step

BRING_UP_S = 30.0
#: Grace for what has a bound of its own: a miss must be measured, not given up on.
GRACE_S = 10.0
#: The least time for which the cable stays cut after the routes are gone.
WAIT_ON_S = 1.0
_BOTH = ("a", "b")
_UPWARD = (story.BFD_UP, story.LINK_ANNOUNCED, story.ROUTE_LEARNED)
_DOWNWARD = (story.BFD_DOWN, story.LINK_WITHDRAWN, story.ROUTE_WITHDRAWN)


class StepMissingError(Exception):
    """The story cannot go on."""


class Director:
    """One performance. `on_step` and `on_remark` hear each step and sentence as it happens."""

    def __init__(
        self,
        stage: Stage,
        options: DemoOptions,
        on_step: Callable[[Step], None],
        on_remark: Callable[[Remark], None],
    ) -> None:
        self._stage = stage
        self._options = options
        self._on_step = on_step
        self._on_remark = on_remark
        self._start_ns = time.monotonic_ns()
        self._steps: list[Step] = []
        self._faults: list[str] = []
        self._moments = Moments()
        self._gap_us = 0

    async def play(self) -> Result:
        """The whole story. The stage is open; the caller closes it."""
        try:
            await self._rise()
            cut_mark, cut_ns = await self._fall()
            await self._wait_on(cut_mark)
            await self._return(cut_ns)
            self._gap_us = await self._stage.poll_gap_us()
        except (StepMissingError, StageError) as error:
            self._faults.append(str(error))
        return Result(
            steps=tuple(self._steps),
            faults=tuple(self._faults),
            measured=measure(self._moments),
            limits=bounds(self._options.detection_time_us, self._gap_us),
            detection_time_us=self._options.detection_time_us,
            poll_gap_us=self._gap_us,
        )

    async def _rise(self) -> None:
        chronicle = self._stage.chronicle
        await self._step(story.BGP_UP, _BOTH, 0, BRING_UP_S, "A and B each speak BGP with the route server")
        await self._step(
            story.ROUTE_LEARNED, _BOTH, 0, BRING_UP_S, "each has the other's route: Unknown forwards"
        )
        self._expect_none(chronicle, 0, (story.BFD_UP, *_DOWNWARD), "before the cable was plugged in")
        self._remark("the cable between A and B is plugged in")
        mark = chronicle.mark()
        self._stage.join()
        reporters = self._stage.reporters()
        await self._step(story.BFD_UP, reporters, mark, BRING_UP_S, "A and B hear each other", also=_BOTH)
        await self._step(story.LINK_ANNOUNCED, reporters, mark, GRACE_S, _told(reporters, "reaches"))
        await self._negotiated()
        self._expect_none(chronicle, mark, _DOWNWARD, "while the cable was whole")
        await self._stage.forget_poll_gap()

    async def _negotiated(self) -> None:
        """Right after Up the detection time is still that of slow hellos, until the Poll Sequence is
        through."""
        wanted = self._options.detection_time_us
        end = time.monotonic() + BRING_UP_S
        while True:
            shown = await self._stage.detection_times_us()
            if set(shown.values()) == {wanted} and set(shown) == set(_BOTH):
                self._remark(f"both ends show the detection time {_ms(wanted)}")
                return
            if time.monotonic() > end:
                raise StepMissingError(f"the detection times stayed at {shown} us; {wanted} us was agreed on")
            await asyncio.sleep(0.02)

    async def _fall(self) -> tuple[int, int]:
        chronicle = self._stage.chronicle
        mark = chronicle.mark()
        cut_ns = time.monotonic_ns()
        self._stage.cut()
        direction = "both ways" if self._options.cut == "both" else "from A to B"
        self._did(story.LINK_CUT, cut_ns, f"packets vanish {direction}; BGP stays up")
        patience = self._options.detection_time_us / 1e6 + GRACE_S
        reporters = self._stage.reporters()
        silence = "no hello for the detection time"
        downs = await self._step(story.BFD_DOWN, reporters, mark, patience, silence, also=_BOTH)
        await self._step(story.LINK_WITHDRAWN, reporters, mark, GRACE_S, _told(reporters, "lost"))
        gone = await self._step(
            story.ROUTE_WITHDRAWN, reporters, mark, GRACE_S, "the route server took the routes back"
        )
        self._take_fall(cut_ns, mark, downs, gone)
        return mark, cut_ns

    def _take_fall(self, cut_ns: int, mark: int, downs: list[Fact], gone: list[Fact]) -> None:
        waits = [(f.time_ns - f.last_hello_ns, f) for f in downs if f.last_hello_ns]
        worst = max(waits, key=lambda wait: wait[0])[1] if waits else None
        sent = [f for f in self._stage.chronicle.since(mark, (WITHDRAWAL_SENT,)) if f.who == "a"]
        down_at_a = next(f for f in downs if f.who == "a")
        gone_at_a = next(f for f in gone if f.who == "a")
        if all(fact.last_hello_ns is None for fact in downs):
            self._faults.append("no end noticed the silence by itself")
        if not sent:
            self._faults.append("A never said that it sent the withdrawal")
        self._moments = Moments(
            cut_us=cut_ns // 1000,
            last_hello_us=(worst.last_hello_ns or 0) // 1000 if worst else None,
            detected_us=worst.time_ns // 1000 if worst else None,
            down_us=down_at_a.time_ns // 1000,
            withdrawal_sent_us=sent[0].time_ns // 1000 if sent else None,
            route_gone_us=gone_at_a.time_ns // 1000,
        )

    async def _wait_on(self, mark: int) -> None:
        """Long enough that whatever only lasts a moment is over: nothing but the NHIB may keep the lost next
        hop alive."""
        pause = max(WAIT_ON_S, 2 * self._options.detection_time_us / 1e6)
        self._remark(f"for {pause:.1f} s only the NHIB knows the next hop")
        self._stage.ask(False)
        await asyncio.sleep(pause)
        self._faults += await self._stage.leftovers()
        self._expect_none(self._stage.chronicle, mark, _UPWARD, "while the cable was cut")

    async def _return(self, cut_ns: int) -> None:
        chronicle = self._stage.chronicle
        mark = chronicle.mark()
        restored_ns = time.monotonic_ns()
        self._stage.join()
        self._did(story.LINK_RESTORED, restored_ns, f"after {(restored_ns - cut_ns) / 1e9:.3f} s")
        reporters = self._stage.reporters()
        again = "A and B hear each other again"
        await self._step(story.BFD_UP_AGAIN, reporters, mark, GRACE_S, again, also=_BOTH)
        await self._step(story.LINK_ANNOUNCED_AGAIN, reporters, mark, GRACE_S, _told(reporters, "reaches"))
        back = await self._step(
            story.ROUTE_LEARNED_AGAIN, reporters, mark, GRACE_S, "the routes are back, as before"
        )
        self._expect_none(chronicle, mark, _DOWNWARD, "after the cable was restored")
        self._stage.ask(True)
        self._expect_none(chronicle, 0, (BGP_DOWN,), "at any time")
        returned = next(f for f in back if f.who == "a")
        self._moments = self._moments.returned(restored_ns // 1000, returned.time_ns // 1000)

    async def _step(
        self,
        name: str,
        parties: Collection[str],
        mark: int,
        timeout_s: float,
        text: str,
        also: Collection[str] = (),
    ) -> list[Fact]:
        """A step made of one kind of fact; it is complete when the last party has it.

        Those in `also` must have it in the end as well, but the step's time does not depend on those who are
        only looked at from time to time. Returns the facts of all of them.
        """
        kind = name.removesuffix("-again")
        wanted = {*parties, *also}
        try:
            facts = await self._stage.chronicle.all_of(kind, wanted, mark, timeout_s)
        except TimeoutError:
            have = {f.who for f in self._stage.chronicle.since(mark, (kind,))}
            lacking = " and ".join(sorted(p.upper() for p in wanted - have))
            text = f"step {name} did not come at {lacking} within {timeout_s:.0f} s"
            raise StepMissingError(text) from None
        self._add(Step(name, self._t_us(max(f.time_ns for f in facts if f.who in parties)), text))
        return facts

    def _did(self, name: str, time_ns: int, text: str) -> None:
        self._add(Step(name, self._t_us(time_ns), text))

    def _add(self, step: Step) -> None:
        self._steps.append(step)
        self._on_step(step)

    def _remark(self, text: str) -> None:
        self._on_remark(Remark(self._t_us(time.monotonic_ns()), text))

    def _t_us(self, time_ns: int) -> int:
        return (time_ns - self._start_ns) // 1000

    def _expect_none(self, chronicle: Chronicle, mark: int, kinds: Collection[str], when: str) -> None:
        for fact in chronicle.since(mark, kinds):
            self._faults.append(f"{fact.kind} at {fact.who.upper()} {when}: {fact.text}")


def _ms(microseconds: int) -> str:
    return f"{microseconds / 1000:g} ms"


def _told(reporters: Collection[str], verb: str) -> str:
    both = len(reporters) == 2
    return f"A {verb} B and B {verb} A, says BGP-LS" if both else f"A {verb} B, says BGP-LS"
