# SPDX-License-Identifier: Apache-2.0
"""The same capture judged with other timers: which of its outages they would have caught, how much sooner or
later, and where they would have declared Down for nothing. Pure functions on the story of pydp.replay.

A candidate is an interval and a multiplier of an end's hellos; the other end waits for their product. An
interval at or above the recorded one is judged on the recorded hellos: Down comes when a silence exceeds the
product, and since hellos would have come more rarely, up to one interval earlier than that. Below the
recorded interval the silence began somewhere between the last hello and the next one due, and nobody knows
which hellos in between would have been lost: times are ranges, and false Downs are not knowable.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from bfd_fastpath.replay.whatif_evidence import (
    Evidence,
    Loss,
    Pace,
    Pause,
    Return,
    Silence,
    Unjudged,
    evidence,
)
from bfd_fastpath.replay.whatif_wanted import USUAL_MULTIPLIERS, Change, Key, Wanted, WantedError
from pydp.replay.records import Story

#: Of the recorded interval, where none are wanted.
USUAL_FACTORS = (Fraction(1, 2), Fraction(1), Fraction(2))
#: So many single outages and false Downs are listed of a row; counts are exact.
LISTED = 1000


class Outcome(StrEnum):
    """What a candidate would have made of a recorded outage."""

    #: It declares Down before the hellos come back.
    CAUGHT = "caught"
    #: The hellos are back before it would.
    RIDDEN_OUT = "ridden-out"
    #: It is told Down, or AdminDown, before its time is over.
    DOWN_ANYHOW = "down-anyhow"
    #: The capture does not say.
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Span:
    """From at least to at most, nanoseconds."""

    least_ns: int
    most_ns: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate on one recorded outage."""

    loss: Loss
    outcome: Outcome
    #: When it declares Down, since the epoch; None unless caught.
    down: Span | None
    #: How much sooner than recorded; later where negative. A span even of the recorded timers where the
    #: capture does not show when the recorded end was Down.
    sooner: Span | None


@dataclass(frozen=True, slots=True)
class FalseDown:
    """A candidate's Down in a pause after which both ends went on."""

    pause: Pause
    #: The time that it waits.
    detection_ns: int


@dataclass(frozen=True, slots=True)
class Result:
    """A candidate on all that it was asked about."""

    outages: int
    caught: int
    ridden_out: int
    down_anyhow: int
    undecided: int
    #: Over all that were caught; None: none.
    sooner: Span | None
    #: None: not knowable from this capture.
    false_downs: int | None
    #: The first of them, LISTED at most.
    judged: tuple[Judged, ...]
    false: tuple[FalseDown, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate for all sessions."""

    #: None: `factor` of what each end's hellos had.
    interval_ns: int | None
    factor: Fraction
    #: None: what each end had.
    multiplier: int | None
    #: Whether it is the recorded timers themselves.
    recorded: bool
    result: Result


@dataclass(frozen=True, slots=True)
class Setting:
    """One session with the values that were set for it."""

    session: int
    #: Of each end's hellos, recorded and then set; None: never seen Up.
    recorded: tuple[Pace | None, ...]
    chosen: tuple[Pace | None, ...]
    result: Result


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer."""

    evidence: tuple[Evidence, ...]
    rows: tuple[Row, ...]
    settings: tuple[Setting, ...]
    unjudged: tuple[Unjudged, ...]
    #: Gaps that are the capture's and not the sessions'.
    holes: int
    #: Records of gaps that the story left out: counts of false Downs are at least so many.
    omitted: int
    start_ns: int


def judge(story: Story, wish: Wanted) -> WhatIf:
    """The table, and what was set for single sessions.

    Multipliers 2 to 5 where none are wanted; intervals of half the recorded, the recorded and double where
    none are. The recorded ones are always among them. `story` comes of
    watch(long_gap_permille=needed_permille(wish)). Raises WantedError where a change names what the capture
    does not have.
    """
    known = evidence(story)
    return WhatIf(
        evidence=known,
        rows=tuple(_rows(known, wish)),
        settings=tuple(_settings(known, wish.changes)),
        unjudged=tuple(one for session in known for one in session.unjudged),
        holes=sum(session.holes for session in known),
        omitted=story.omitted.late,
        start_ns=story.start_ns,
    )


def judge_loss(loss: Loss, candidate: Pace) -> Judged:
    """One candidate on one recorded outage."""
    waits = candidate.detection_ns
    if candidate.interval_ns < loss.pace.interval_ns:
        down = Span(loss.start_ns + waits, loss.start_ns + loss.pace.interval_ns + waits)
    elif candidate.interval_ns == loss.pace.interval_ns:
        down = Span(loss.start_ns + waits, loss.start_ns + waits)
    else:
        down = Span(loss.start_ns + waits - candidate.interval_ns, loss.start_ns + waits)
    outcome = _outcome(loss, candidate, down)
    if outcome is not Outcome.CAUGHT:
        return Judged(loss, outcome, None, None)
    return Judged(loss, outcome, down, Span(loss.down_least_ns - down.most_ns, loss.down_ns - down.least_ns))


def _outcome(loss: Loss, candidate: Pace, down: Span) -> Outcome:
    rarer = candidate.interval_ns >= loss.pace.interval_ns
    # The recorded end itself has waited for as long, by its own clock.
    if rarer and candidate.detection_ns <= loss.pace.detection_ns:
        return Outcome.CAUGHT
    if loss.back is Return.UNSEEN:
        return Outcome.CAUGHT if down.most_ns <= loss.down_least_ns else Outcome.UNDECIDED
    if loss.back is Return.NEVER:
        return Outcome.CAUGHT if down.most_ns <= loss.until_ns else Outcome.UNDECIDED
    if down.most_ns < loss.until_ns:
        return Outcome.CAUGHT
    if not rarer and down.least_ns < loss.until_ns:
        return Outcome.UNDECIDED
    return Outcome.RIDDEN_OUT if loss.back is Return.UP else Outcome.DOWN_ANYHOW


Choose = Callable[[Silence], Pace]


def _result(known: Iterable[Evidence], choose: Choose) -> Result:
    judged: list[Judged] = []
    false: list[FalseDown] = []
    knowable = True
    for session in known:
        judged += [judge_loss(loss, choose(loss)) for loss in session.losses]
        for pause in session.pauses:
            candidate = choose(pause)
            if candidate.interval_ns >= pause.pace.interval_ns and pause.gap_ns > candidate.detection_ns:
                false.append(FalseDown(pause, candidate.detection_ns))
        knowable = knowable and not any(_below(session, choose))
    spans = [one.sooner for one in judged if one.sooner is not None]
    counts = {outcome: sum(one.outcome is outcome for one in judged) for outcome in Outcome}
    return Result(
        outages=len(judged),
        caught=counts[Outcome.CAUGHT],
        ridden_out=counts[Outcome.RIDDEN_OUT],
        down_anyhow=counts[Outcome.DOWN_ANYHOW],
        undecided=counts[Outcome.UNDECIDED],
        sooner=Span(min(one.least_ns for one in spans), max(one.most_ns for one in spans)) if spans else None,
        false_downs=len(false) if knowable else None,
        judged=tuple(judged[:LISTED]),
        false=tuple(false[:LISTED]) if knowable else (),
    )


def _below(session: Evidence, choose: Choose) -> Iterable[bool]:
    """Of each silence, and of each end's pace, whether the candidate's interval is below the recorded one."""
    for silence in (*session.losses, *session.pauses, *_steady(session)):
        yield choose(silence).interval_ns < silence.pace.interval_ns


def _steady(session: Evidence) -> Iterable[Silence]:
    """Each end's hellos at their last pace, as a silence of no length, to ask a candidate of."""
    for end, pace in enumerate(session.paces):
        if pace is not None:
            yield Silence(session.session, 0, end, 0, pace, session.timers)


def _rows(known: tuple[Evidence, ...], wish: Wanted) -> Iterable[Row]:
    paces = [pace for session in known for pace in session.paces if pace is not None]
    if not paces:
        return
    intervals = {pace.interval_ns for pace in paces}
    multipliers = {pace.multiplier for pace in paces}
    one_interval = min(intervals) if len(intervals) == 1 else None
    one_multiplier = min(multipliers) if len(multipliers) == 1 else None
    for interval_ns, factor in _intervals(one_interval, wish):
        for multiplier in _multipliers(one_multiplier, wish):
            recorded = multiplier == one_multiplier and (
                interval_ns == one_interval if interval_ns is not None else factor == 1
            )
            result = _result(known, _uniform(interval_ns, factor, multiplier))
            yield Row(interval_ns, factor, multiplier, recorded, result)


def _intervals(recorded: int | None, wish: Wanted) -> list[tuple[int | None, Fraction]]:
    """In nanoseconds, or as a share of each end's own where the ends had several."""
    given = [us * 1000 for us in wish.intervals]
    factors = (Fraction(1),) if given else USUAL_FACTORS
    if recorded is None:
        return [*((None, factor) for factor in factors), *((ns, Fraction(1)) for ns in given)]
    return [(ns, Fraction(1)) for ns in sorted({*(int(recorded * factor) for factor in factors), *given})]


def _multipliers(recorded: int | None, wish: Wanted) -> list[int | None]:
    chosen = {*(wish.multipliers or USUAL_MULTIPLIERS)}
    return [None, *sorted(chosen)] if recorded is None else [*sorted({recorded, *chosen})]


def _uniform(interval_ns: int | None, factor: Fraction, multiplier: int | None) -> Choose:
    def choose(silence: Silence) -> Pace:
        ns = int(silence.pace.interval_ns * factor) if interval_ns is None else interval_ns
        return Pace(ns, multiplier or silence.pace.multiplier)

    return choose


def _settings(known: tuple[Evidence, ...], changes: tuple[Change, ...]) -> Iterable[Setting]:
    for change in changes:
        if not any(_concerns(change, session, end) for session in known for end in (0, 1)):
            raise WantedError(_unknown(change, known))
    for session in known:
        mine = [one for one in changes if any(_concerns(one, session, end) for end in (0, 1))]
        if not mine:
            continue
        choose = _changed(session, mine)
        steady = {silence.sender: choose(silence) for silence in _steady(session)}
        yield Setting(
            session=session.session,
            recorded=session.paces,
            chosen=tuple(steady.get(end) for end in range(len(session.paces))),
            result=_result([session], choose),
        )


def _concerns(change: Change, session: Evidence, end: int) -> bool:
    """Whether it is about this end of the session."""
    if isinstance(change.session, int):
        return change.session == session.session
    return end < len(session.addresses) and session.addresses[end] == change.session


def _unknown(change: Change, known: tuple[Evidence, ...]) -> str:
    if isinstance(change.session, int):
        have = f"write a number from 1 to {len(known)}" if known else "the capture has none"
        return f"there is no session {change.session}; {have}"
    addresses = sorted({str(address) for session in known for address in session.addresses})
    some = ", ".join(addresses[:6]) + (" ..." if len(addresses) > 6 else "")
    return f"no session has an end {change.session}; the ends are {some or 'none'}"


def _changed(session: Evidence, changes: list[Change]) -> Choose:
    def value(key: Key, end: int) -> int | None:
        found = [one.value for one in changes if one.key is key and _concerns(one, session, end)]
        return found[-1] if found else None

    def choose(silence: Silence) -> Pace:
        sender, watcher = silence.sender, 1 - silence.sender
        multiplier = value(Key.MULTIPLIER, sender) or silence.pace.multiplier
        interval_us = value(Key.INTERVAL, sender)
        if interval_us is not None:
            return Pace(interval_us * 1000, multiplier)
        desired, required = value(Key.DESIRED, sender), value(Key.REQUIRED, watcher)
        if desired is None and required is None:
            return Pace(silence.pace.interval_ns, multiplier)
        said, asked = silence.timers[sender], silence.timers[watcher]
        if desired is None:
            desired = said.desired_min_tx_us if said else silence.pace.interval_ns // 1000
        if required is None:
            required = asked.required_min_rx_us if asked else 0
        return Pace(max(desired, required) * 1000, multiplier)

    return choose
