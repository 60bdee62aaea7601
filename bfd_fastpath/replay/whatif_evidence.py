# SPDX-License-Identifier: Apache-2.0
"""What a capture's story proves of silence between two ends that were Up: the losses, after which one end
declared Down, and the pauses, after which both went on. No candidate timers here; whatif.py judges those.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydp.addresses import Address
from pydp.replay import outages
from pydp.replay.happenings import Late, LongGap, StateChange, Timers, Unreachable
from pydp.replay.outages import Code, Outage
from pydp.replay.records import Session, Story
from pydp.states import Diagnostic, State


@dataclass(frozen=True, slots=True)
class Pace:
    """The hellos of one end while both were Up, as negotiated."""

    interval_ns: int
    multiplier: int

    @property
    def detection_ns(self) -> int:
        """How long the other end waits for them (RFC 5880 6.8.4)."""
        return self.interval_ns * self.multiplier


#: States that nobody enters without having heard the other end (RFC 5880 6.8.6).
_HEARS = (State.INIT, State.UP)


class Return(StrEnum):
    """How the hellos came back after a loss."""

    #: Up, or Down only because the other end had told it so.
    UP = "up"
    #: Down for a reason of its own: the session would have gone Down then at the latest.
    DOWN = "down"
    #: Not before the capture's end.
    NEVER = "never"
    #: They did, in a packet that the story does not name.
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Silence:
    """Times without a hello from `sender`, both ends Up at its beginning."""

    #: Of the report, from 1.
    session: int
    #: The packet that declared Down, or the hello that ended the pause.
    packet: int
    #: Which end was silent: 0 or 1.
    sender: int
    #: The last hello before it; where it was lost behind the capture point, when the wait of the end that
    #: declared Down began.
    start_ns: int
    pace: Pace
    #: What both ends said of their timers then; None: not known.
    timers: tuple[Timers | None, Timers | None]


@dataclass(frozen=True, slots=True)
class Loss(Silence):
    """The other end waited for its detection time and declared Down."""

    #: When it said so, and the earliest time at which it can have been Down: earlier where the capture missed
    #: its own packets too, and shows only the one with which it came back.
    down_ns: int
    down_least_ns: int
    #: When a packet of the sender was seen, or known to be heard, again; or until when none was
    #: (Return.NEVER).
    until_ns: int
    back: Return


@dataclass(frozen=True, slots=True)
class Pause(Silence):
    """The hellos went on, and nobody had gone Down."""

    gap_ns: int


@dataclass(frozen=True, slots=True)
class Unjudged:
    """An outage that the capture does not show well enough, with the reason."""

    session: int
    packet: int
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that can be judged of one session."""

    session: int
    addresses: tuple[Address, ...]
    #: Of each end's hellos, when both were Up last; None: never seen so.
    paces: tuple[Pace | None, ...]
    #: What both ends said of their timers then.
    timers: tuple[Timers | None, Timers | None]
    losses: tuple[Loss, ...]
    pauses: tuple[Pause, ...]
    unjudged: tuple[Unjudged, ...]
    #: Gaps beyond the recorded detection time after which nobody was Down: the capture missed hellos that the
    #: other end received, so they prove nothing.
    holes: int


def evidence(story: Story) -> tuple[Evidence, ...]:
    """Of every session."""
    return tuple(_Session(one).evidence() for one in story.sessions)


class _Session:
    """One session and where its ends' timers stood at any packet."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.spoken: tuple[list[tuple[int, Timers]], ...] = ([], [])
        for it in session.happenings:
            if isinstance(it, Unreachable):
                continue  # ICMP says nothing of timers
            self.spoken[it.end].append((it.packet, it.timers))

    def evidence(self) -> Evidence:
        losses: list[Loss] = []
        unjudged: list[Unjudged] = []
        for outage in self.session.outages:
            found = self.loss(outage)
            if isinstance(found, Loss):
                losses.append(found)
            elif found is not None:
                unjudged.append(Unjudged(self.session.index, outage.packet, found))
        pauses = list(self.pauses())
        paces, timers = self.paces()
        return Evidence(
            session=self.session.index,
            addresses=tuple(end.address for end in self.session.ends),
            paces=paces,
            timers=timers,
            losses=tuple(losses),
            pauses=tuple(pause for pause in pauses if pause.gap_ns <= pause.pace.detection_ns),
            unjudged=tuple(unjudged),
            holes=sum(pause.gap_ns > pause.pace.detection_ns for pause in pauses),
        )

    def timers(self, end: int, packet: int) -> Timers | None:
        """What an end had said last before this packet."""
        spoken = self.spoken[end]
        at = bisect_left(spoken, packet, key=lambda one: one[0])
        return spoken[at - 1][1] if at else None

    def both(self, packet: int) -> tuple[Timers | None, Timers | None]:
        return self.timers(0, packet), self.timers(1, packet)

    def loss(self, outage: Outage) -> Loss | str | None:
        """The loss in an outage; or why it cannot be judged; None where no end lost the other by silence."""
        watcher = outage.noticed_first
        if watcher is None:
            gone = any(one.silence and not one.silence.returned for one in outage.reactions)
            left = any(one.left for one in outage.reactions)
            if left and len(outage.reactions) < 2 and outage.verdict.code is not Code.ADMINISTRATIVE:
                return "the end that lost the other first is not in the capture"
            return "nobody had declared Down when the capture ended" if gone and not left else None
        left_up = outage.reactions[watcher].left
        if left_up is None or outage.verdict.code is Code.ADMINISTRATIVE:
            return None
        sender = 1 - watcher
        silence = outage.reactions[sender].silence if sender < len(outage.reactions) else None
        heard_ns = outage.last_heard_ns
        if silence is not None and heard_ns is not None and silence.since_ns > heard_ns:
            silence = None  # a later one
        reasons = (
            (Diagnostic.CONTROL_EXPIRY,) if silence is None else (Diagnostic.CONTROL_EXPIRY, Diagnostic.NONE)
        )
        if left_up.diagnostic not in reasons:
            return None
        timers = self.both(outage.packet)
        waited = outage.reactions[watcher].detection_ns
        said = timers[sender]
        if len(self.session.ends) < 2 or heard_ns is None or not waited or said is None:
            return "the hellos of the end that was lost are not in the capture"
        start_ns = heard_ns
        anew = outage.reactions[sender].restart
        if anew is not None and anew.packet < left_up.packet:
            # Back under another discriminator: the end that waited for the former one heard nothing.
            start_ns, waited = anew.time_ns - anew.gap_ns, self.detection_ns(watcher, timers) or waited
            until_ns, back = self.heard_again(outage, left_up)
        elif silence is not None:
            until_ns, back = _back(silence, outage, left_up)
        else:
            # The capture point still received them. The end itself says for how long it had not.
            start_ns = left_up.time_ns - waited
            until_ns, back = self.heard_again(outage, left_up)
        return Loss(
            session=self.session.index,
            packet=left_up.packet,
            sender=sender,
            start_ns=start_ns,
            pace=_pace(waited, said),
            timers=timers,
            down_ns=left_up.time_ns,
            down_least_ns=_down_least(outage, left_up, start_ns + waited),
            until_ns=until_ns,
            back=back,
        )

    @staticmethod
    def detection_ns(watcher: int, timers: tuple[Timers | None, Timers | None]) -> int:
        """How long that end waits by these timers; 0: not known."""
        own, others = timers[watcher], timers[1 - watcher]
        return own.detection_ns(others) if own and others else 0

    def heard_again(self, outage: Outage, left_up: StateChange) -> tuple[int, Return]:
        """When the end that declared Down shows by its state that it hears the other one."""
        for change in self.session.state_changes:
            if change.packet > left_up.packet and change.end == left_up.end and change.state in _HEARS:
                return change.time_ns, Return.UP
        return outage.seen_until_ns, Return.NEVER

    def pauses(self) -> Iterator[Pause]:
        """Long gaps of ends that were Up before and after, outside of outages."""
        gaps: list[Late | LongGap] = sorted(
            [*self.session.long_gaps, *self.session.late], key=lambda one: one.packet
        )
        for gap in gaps:
            if gap.state is not State.UP or not gap.detection_ns or self.in_outage(gap):
                continue
            timers = self.both(gap.packet)
            yield Pause(
                session=self.session.index,
                packet=gap.packet,
                sender=gap.end,
                start_ns=gap.time_ns - gap.gap_ns,
                pace=_pace(gap.detection_ns, timers[gap.end] or gap.timers),
                timers=timers,
                gap_ns=gap.gap_ns,
            )

    def in_outage(self, gap: Late | LongGap) -> bool:
        """Whether somebody was Down in it, or it is the silence that took the session down."""
        begin_ns = gap.time_ns - gap.gap_ns
        for outage in self.session.outages:
            if not any(one.left for one in outage.reactions):
                continue
            first = outage.time_ns
            if outage.noticed_first == 1 - gap.end and outage.last_heard_ns is not None:
                first = min(first, outage.last_heard_ns + 1)
            if gap.time_ns >= first and (outage.up_again_ns is None or begin_ns < outage.up_again_ns):
                return True
        return False

    def paces(self) -> tuple[tuple[Pace | None, ...], tuple[Timers | None, Timers | None]]:
        """What was negotiated while both said Up, the last time that they did, and from which timers."""
        states: list[State | None] = [None, None]
        timers: list[Timers | None] = [None, None]
        found: list[Pace | None] = [None, None]
        said: tuple[Timers | None, Timers | None] = (None, None)
        for it in self.session.happenings:
            if isinstance(it, Unreachable):
                continue
            states[it.end], timers[it.end] = it.state, it.timers
            mine, others = timers
            if mine is None or others is None or states != [State.UP, State.UP]:
                continue
            found = [
                Pace(others.receive_interval_ns(mine), mine.local_multiplier),
                Pace(mine.receive_interval_ns(others), others.local_multiplier),
            ]
            said = (mine, others)
        return tuple(found[: len(self.session.ends)]), said


def _back(silence: outages.Silence, outage: Outage, left_up: StateChange) -> tuple[int, Return]:
    """When and how the lost end was heard again."""
    if not silence.returned:
        return outage.seen_until_ns, Return.NEVER
    if silence.until_ns is None:
        return left_up.time_ns, Return.UNSEEN
    told = silence.diagnostic is Diagnostic.NEIGHBOR_DOWN
    up = silence.state is State.UP or (told and silence.state is not State.ADMIN_DOWN)
    return silence.until_ns, Return.UP if up else Return.DOWN


def _down_least(outage: Outage, left_up: StateChange, expired_ns: int) -> int:
    """Not before its wait was over, nor before its last packet that said Up."""
    own = outage.reactions[left_up.end].silence
    if own is None or own.packet != left_up.packet:
        return left_up.time_ns
    return min(left_up.time_ns, max(expired_ns, left_up.time_ns - left_up.gap_ns))


def _pace(detection_ns: int, sender: Timers) -> Pace:
    return Pace(detection_ns // sender.local_multiplier, sender.local_multiplier)
