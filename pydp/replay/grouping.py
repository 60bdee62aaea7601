# SPDX-License-Identifier: Apache-2.0
"""Outages from the happenings of one session: who left Up, who fell silent, who came back how, until both
ends are Up again. It says what was seen and leaves what it means to verdict.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydp.replay.happenings import (
    First,
    Happening,
    Late,
    Restart,
    StateChange,
    TimerChange,
    Timers,
    Unreachable,
)
from pydp.replay.noticing import noticed_first
from pydp.replay.outages import Code, Outage, Reaction, Silence, Verdict
from pydp.states import State

#: An end that heard nothing for this share of its detection time has lost its peer: stamps of a capture are
#: not those of the end, and an implementation may round.
SILENT = 0.93
#: Nobody takes this long to answer a packet that changes its state.
REACTION_NS = 50_000_000
#: A change of timers matters to an outage that begins within so many detection times after it.
TIMER_WINDOW = 4

NOT_JUDGED = Verdict(Code.UNKNOWN, "", ())


@dataclass(slots=True)
class _Part:
    """One end in an outage under way."""

    left: StateChange | None = None
    detection_ns: int = 0
    silent_since_ns: int | None = None
    back: Happening | None = None
    #: It was heard again, saying what it had said before, in a packet that is no happening.
    back_unseen: State | None = None
    restart: Restart | None = None
    unreachable: Unreachable | None = None
    up_again_ns: int | None = None
    answered_waiting: StateChange | None = None
    rose: StateChange | None = None
    timers_changed: tuple[int, int, int] | None = None

    @property
    def silent(self) -> bool:
        return self.silent_since_ns is not None and self.back is None and self.back_unseen is None

    def reaction(self) -> Reaction:
        silence = None
        if self.silent_since_ns is not None:
            back = self.back
            silence = Silence(
                since_ns=self.silent_since_ns,
                until_ns=back.time_ns if back else None,
                packet=back.packet if back else None,
                state=back.state if back else self.back_unseen,
                diagnostic=back.diagnostic if back else None,
            )
        return Reaction(
            left=self.left,
            detection_ns=self.detection_ns,
            silence=silence,
            restart=self.restart,
            unreachable=self.unreachable,
            up_again_ns=self.up_again_ns,
            answered_waiting=self.answered_waiting,
            rose=self.rose,
            timers_changed=self.timers_changed,
        )


@dataclass(slots=True)
class _Draft:
    """An outage under way. Without a `left` in its parts it is a hole until proven otherwise."""

    packet: int
    time_ns: int
    parts: tuple[_Part, _Part] = field(default_factory=lambda: (_Part(), _Part()))
    #: Of a hole: the last late packet.
    until_ns: int = 0

    @property
    def hole(self) -> bool:
        return self.parts[0].left is None and self.parts[1].left is None


@dataclass(slots=True)
class _Now:
    """Where an end stands."""

    state: State | None = None
    timers: Timers | None = None
    restart: Restart | None = None
    unreachable: Unreachable | None = None
    #: The latest change of timers of either end that changed this end's detection time: time, before, after.
    timers_changed: tuple[int, int, int] | None = None
    last_ns: int = 0
    #: Number of its last packet that was late.
    late: int = 0


class _Grouping:
    def __init__(
        self,
        last: Sequence[tuple[int, int]],
        end_ns: int,
        waits: tuple[bool, bool],
        quiet: Sequence[int],
    ) -> None:
        self.last = last
        self.waits = waits
        self.quiet = quiet
        self.end_ns = end_ns
        self.now = (_Now(), _Now())
        self.draft: _Draft | None = None
        self.found: list[Outage] = []

    def detection(self, end: int) -> int:
        """How long this end waits for the other's hellos; 0: not known."""
        mine, others = self.now[end].timers, self.now[1 - end].timers
        if not self.waits[end]:
            return 0
        return mine.detection_ns(others) if mine and others else 0

    def take(self, it: Happening) -> None:
        if self.draft and self.draft.hole:
            self.leave_hole(it)
        if isinstance(it, Unreachable):
            self.icmp(it)
            return
        if isinstance(it, Restart):
            self.restart(it)
        elif isinstance(it, Late):
            self.silence(it)
        elif isinstance(it, StateChange):
            self.state(it)
        elif self.draft is not None:
            self.silence_over(it)
        before = (self.detection(0), self.detection(1))
        now = self.now[it.end]
        now.timers, now.last_ns = it.timers, it.time_ns
        if isinstance(it, Late):
            now.late = it.packet
        if isinstance(it, StateChange | First):
            now.state = it.state
        if isinstance(it, TimerChange | StateChange):
            for end in (0, 1):
                after = self.detection(end)
                if before[end] and after and after != before[end]:
                    self.now[end].timers_changed = (it.time_ns, before[end], after)
        if self.draft is not None and not self.draft.hole:
            self.close_when_up(it)

    def leave_hole(self, it: Happening) -> None:
        """A hole is over when more than a detection time has passed since: whoever noticed has said so."""
        draft = self.draft
        assert draft is not None
        patience = max(self.detection(0), self.detection(1))
        begin = it.time_ns - it.gap_ns if isinstance(it, Late) else it.time_ns
        if begin > draft.until_ns + (0 if isinstance(it, Late) else patience):
            self.finish(draft.until_ns)

    def open(self, it: Happening, time_ns: int) -> _Draft:
        if self.draft is None:
            self.draft = _Draft(it.packet, time_ns)
            for end in (0, 1):
                self.draft.parts[end].detection_ns = self.detection(end)
        return self.draft

    def icmp(self, it: Unreachable) -> None:
        self.now[it.end].unreachable = it
        if self.draft is not None:
            part = self.draft.parts[it.end]
            if part.unreachable is None and (part.silent_since_ns is None or part.silent):
                part.unreachable = it

    def restart(self, it: Restart) -> None:
        self.now[it.end].restart = it
        if self.draft is not None:
            self.draft.parts[it.end].restart = it
            self.silence_over(it)

    def silence(self, it: Late) -> None:
        """An end that said Up is back from a silence."""
        draft = self.draft
        if draft is None:
            other = self.now[1 - it.end].state
            if other is not State.UP or self.now[it.end].state is not State.UP:
                return
            draft = self.open(it, it.time_ns)
        part = draft.parts[it.end]
        if draft.hole:
            draft.until_ns = max(draft.until_ns, it.time_ns)
        if part.silent_since_ns is None:
            part.silent_since_ns = it.time_ns - it.gap_ns
        if part.silent:
            part.back = it
            self.attach_icmp(it.end)

    def attach_icmp(self, end: int) -> None:
        """ICMP that came before anybody noticed belongs to the outage."""
        assert self.draft is not None
        part, known = self.draft.parts[end], self.now[end].unreachable
        if (
            known is not None
            and part.unreachable is None
            and part.silent_since_ns is not None
            and known.time_ns >= part.silent_since_ns
        ):
            part.unreachable = known

    def silence_over(self, it: Happening) -> None:
        """If this end was silent, this packet ends that, or one before it did."""
        assert self.draft is not None
        part = self.draft.parts[it.end]
        if not part.silent or part.silent_since_ns is None:
            return
        if it.gap_ns is not None and it.time_ns - it.gap_ns > part.silent_since_ns:
            part.back_unseen = it.old if isinstance(it, StateChange) else it.state
        else:
            part.back = it

    def state(self, it: StateChange) -> None:
        if it.old is State.UP and it.state is not State.UP:
            self.left_up(it)
        if self.draft is None:
            return
        part = self.draft.parts[it.end]
        self.silence_over(it)
        if it.state in (State.INIT, State.UP) and part.rose is None:
            self.note_waiting(part, it)
            part.rose = it
        if it.state is State.UP:
            part.up_again_ns = it.time_ns
        else:
            part.up_again_ns = None

    def note_waiting(self, part: _Part, it: StateChange) -> None:
        """Whether this change, after a silence, follows no packet of the other end closely."""
        if part.back is None or it.other_gap_ns is None:
            return
        if it.other_gap_ns > it.time_ns - part.back.time_ns + REACTION_NS:
            part.answered_waiting = it

    def left_up(self, it: StateChange) -> None:
        other = 1 - it.end
        draft = self.open(it, it.time_ns)
        if draft.hole:
            draft.packet, draft.time_ns = it.packet, it.time_ns
        part, far = draft.parts[it.end], draft.parts[other]
        own, theirs = self.detection(it.end), self.detection(other)
        if part.left is None:
            part.left = it
            if far.left is None:
                part.detection_ns, far.detection_ns = own, theirs
            part.timers_changed = self.recent_change(it)
        restart = self.now[it.end].restart
        if restart is not None and restart.packet == it.packet:
            part.restart = restart
        silent = theirs and it.gap_ns >= SILENT * theirs
        if self.now[other].state is None:
            # Nobody says how long the other end waits: the C side went by this one's own timers.
            silent = self.now[it.end].late == it.packet
        if silent and part.silent_since_ns is None:
            part.silent_since_ns, part.back = it.time_ns - it.gap_ns, it
            self.attach_icmp(it.end)
        heard = it.other_gap_ns
        if (
            own
            and heard is not None
            and heard >= SILENT * own
            and far.silent_since_ns is None
            and far.left is None
        ):
            far.silent_since_ns = it.time_ns - heard
            self.attach_icmp(other)

    def recent_change(self, it: StateChange) -> tuple[int, int, int] | None:
        change = self.now[it.end].timers_changed
        if change is None or it.time_ns - change[0] > TIMER_WINDOW * max(change[1:]):
            return None
        return change

    def close_when_up(self, it: Happening) -> None:
        heard = [now.state for now in self.now if now.state is not None]
        if all(state is State.UP for state in heard):
            self.finish(it.time_ns)

    def finish(self, until_ns: int | None) -> None:
        draft = self.draft
        assert draft is not None
        self.draft = None
        lefts = [part.left for part in draft.parts]
        first = noticed_first(lefts, [part.restart for part in draft.parts])
        up_again = until_ns
        down_for = None if up_again is None else 0 if draft.hole else up_again - self.began(draft)
        self.found.append(
            Outage(
                packet=draft.packet,
                time_ns=draft.time_ns,
                noticed_first=first,
                last_heard_ns=self.last_heard(draft, first),
                reactions=tuple(
                    part.reaction()
                    for part, now in zip(draft.parts, self.now, strict=True)
                    if now.state is not None
                ),
                up_again_ns=up_again,
                down_for_ns=down_for,
                seen_until_ns=until_ns or self.end_ns,
                verdict=NOT_JUDGED,
            )
        )

    def began(self, draft: _Draft) -> int:
        """When Up was left, or the last hello before a silence that hid it."""
        for part in draft.parts:
            if part.left and part.left.packet == draft.packet and part.back is part.left:
                return part.silent_since_ns or draft.time_ns
        return draft.time_ns

    def last_heard(self, draft: _Draft, first: int | None) -> int | None:
        """The lost end's last hello."""
        if first is None:
            silent = (part.silent_since_ns for part in draft.parts)
            since = [time for time in silent if time is not None and time <= draft.time_ns]
            return min(since) if since else draft.time_ns if draft.hole else None
        left, theirs = draft.parts[first].left, draft.parts[1 - first].left
        assert left is not None
        # What it says once it is not Up itself is no hello that was waited for: it begins anew.
        if theirs is not None and theirs.packet < left.packet:
            return theirs.time_ns - theirs.gap_ns
        return None if left.other_gap_ns is None else left.time_ns - left.other_gap_ns

    def end(self) -> list[Outage]:
        """The capture is over: who has fallen silent for good?"""
        ends = [end for end in (0, 1) if self.now[end].state is not None]
        for end in ends:
            waited = self.patience(end, ends)
            silent = waited and end not in self.quiet and self.end_ns - self.last[end][1] >= waited
            if not silent or self.now[end].state is not State.UP:
                continue
            if self.draft is not None and self.draft.hole and 0 < self.draft.until_ns < self.last[end][1]:
                self.finish(self.draft.until_ns)
            if self.draft is None:
                self.draft = _Draft(*self.last[end])
                for one in ends:
                    self.draft.parts[one].detection_ns = self.detection(one)
            part = self.draft.parts[end]
            if part.silent_since_ns is None or not part.silent:
                part.silent_since_ns, part.back, part.back_unseen = self.last[end][1], None, None
                self.attach_icmp(end)
        if self.draft is not None:
            over = self.draft.hole and not any(part.silent for part in self.draft.parts)
            self.finish(self.draft.until_ns if over else None)
        return self.found

    def patience(self, end: int, ends: list[int]) -> int:
        """How long this end may be silent before the other gives it up; a guess where that one is unknown."""
        if len(ends) == 2:
            return self.detection(1 - end)
        timers = self.now[end].timers
        return 3 * timers.detection_ns(timers) if timers else 0


def find(
    happenings: Iterable[Happening],
    last: Sequence[tuple[int, int]],
    end_ns: int,
    *,
    waits: tuple[bool, bool] = (True, True),
    quiet: Sequence[int] = (),
) -> list[Outage]:
    """The outages of one session, not yet judged, in order.

    last: of each end that was heard the number and time of its last packet; end_ns: of the capture's last.
    waits: whether each end waits for the other's hellos (an S-BFD reflector does not); quiet: ends whose
    silence at the capture's end means nothing.
    """
    grouping = _Grouping(last, end_ns, waits, quiet)
    for happening in happenings:
        grouping.take(happening)
    return grouping.end()
