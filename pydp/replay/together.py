# SPDX-License-Identifier: Apache-2.0
"""What sessions say about each other: the same session seen on two interfaces, sessions that fail together,
interfaces that lost packets. It refines verdicts of verdict.py, and adds evidence to them.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pydp.addresses import Address
from pydp.replay.outages import Code, Outage, Verdict
from pydp.replay.records import Interface, Kind, Session
from pydp.replay.telling import duration

#: Sessions that fail within this time of each other fail together, unless their detection times are longer.
TOGETHER_NS = 1_000_000_000

Sight = tuple[Kind, frozenset[tuple[Address, int]]]


def refine(
    sessions: Sequence[Session], interfaces: Sequence[Interface], start_ns: int
) -> tuple[Session, ...]:
    """The sessions, with verdicts that heed the other sessions of the capture."""
    changed = _seen_twice(sessions)
    changed = _failed_together(changed, start_ns)
    return tuple(_dropped(session, interfaces) for session in changed)


def _seen_twice(sessions: Sequence[Session]) -> list[Session]:
    """Hellos that are present on one interface and absent on another show where the path is cut."""
    sights: dict[Sight, list[int]] = defaultdict(list)
    for at, session in enumerate(sessions):
        if len(session.ends) == 2 and session.outages:
            key = frozenset((end.address, end.discriminator) for end in session.ends)
            sights[session.kind, key].append(at)
    made = list(sessions)
    for same in sights.values():
        for at in same:
            others = [sessions[other] for other in same if other != at]
            for other in others:
                if _place(other) != _place(sessions[at]):
                    outages = tuple(_between(one, made[at], other) for one in made[at].outages)
                    made[at] = replace(made[at], outages=outages)
    return made


def _place(session: Session) -> tuple[int, int, int]:
    return session.interface_index, session.link_index, session.vlan


def _between(outage: Outage, session: Session, other: Session) -> Outage:
    """The verdict on an outage that both interfaces saw."""
    twin = next((one for one in other.outages if _overlap(one, outage)), None)
    if twin is None or not any(one.left for one in outage.reactions):
        return outage
    swap = session.ends[0].address != other.ends[0].address
    cut: list[int] = []
    evidence: list[str] = []
    for end in range(2):
        here = outage.reactions[end].silence is not None
        there = twin.reactions[1 - end if swap else end].silence is not None
        if here == there:
            continue
        present, absent = (other, session) if here else (session, other)
        cut.append(end)
        evidence.append(
            f"The hellos of {session.ends[end].address} went on at {_where(present)} and were missing at "
            f"{_where(absent)}: they were lost between the two."
        )
    verdict = outage.verdict
    if not cut or _explained(outage) or _explained(twin):
        return outage
    ends = [session.ends[end].address for end in cut]
    places = f"between {_where(session)} and {_where(other)}"
    if len(cut) == 2:
        verdict = Verdict(Code.PATH_CUT_BOTH_WAYS, f"The path was cut both ways {places}.", verdict.evidence)
    else:
        sentence = f"The path from {ends[0]} to {session.ends[1 - cut[0]].address} was cut {places}."
        verdict = Verdict(Code.PATH_CUT_ONE_WAY, sentence, verdict.evidence)
    return replace(outage, verdict=replace(verdict, evidence=(*verdict.evidence, *evidence)))


def _explained(outage: Outage) -> bool:
    """Whether an end said what happened, or showed it, so that lost hellos are not the reason."""
    return outage.verdict.code in (
        Code.ADMINISTRATIVE,
        Code.FORWARDING_RESET,
        Code.PATH_DOWN,
        Code.ECHO_FAILED,
        Code.TIMER_CHANGE,
        Code.AUTHENTICATION,
    )


def _where(session: Session) -> str:
    vlan = f" VLAN {session.vlan}" if session.vlan else ""
    link = f" link {session.link_index}" if session.link_index else ""
    number = str(session.interface_index)
    name = f"interface {number}" if session.interface == number else session.interface
    return f"{name}{link}{vlan}"


def _overlap(one: Outage, other: Outage) -> bool:
    slack = TOGETHER_NS + max(reaction.detection_ns for reaction in (*one.reactions, *other.reactions))
    return one.time_ns <= other.seen_until_ns + slack and other.time_ns <= one.seen_until_ns + slack


def _failed_together(sessions: Sequence[Session], start_ns: int) -> list[Session]:
    """How many others of the same interface failed at the same time, and which between the same hosts."""
    times: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at, session in enumerate(sessions):
        for outage in session.outages:
            times[session.interface_index].append((_begin(outage), at))
    for known in times.values():
        known.sort()
    made = []
    for at, session in enumerate(sessions):
        on_it = (
            sum(1 for one in sessions if one.interface_index == session.interface_index)
            if (session.outages and len(sessions) < 1000)
            else 0
        )
        outages = tuple(
            _with_others(one, at, session, times[session.interface_index], on_it, start_ns)
            for one in session.outages
        )
        made.append(replace(session, outages=outages) if outages else session)
    return made


def _begin(outage: Outage) -> int:
    """When the hellos stopped, as well as it is known."""
    return outage.time_ns if outage.last_heard_ns is None else outage.last_heard_ns


def _with_others(
    outage: Outage, at: int, session: Session, times: list[tuple[int, int]], on_it: int, start_ns: int
) -> Outage:
    begin = _begin(outage)
    slack = min(TOGETHER_NS, max(reaction.detection_ns for reaction in outage.reactions) or TOGETHER_NS)
    low = bisect_left(times, (begin - slack, -1))
    high = bisect_right(times, (begin + slack, 1 << 62))
    # A capture with a million outages at once is told as well by the first thousand of them.
    others = {other for _, other in times[low : min(high, low + 1000)]} - {at}
    if not others:
        return outage
    many = "at least " if high - low > 1000 else ""
    of = f" of {on_it - 1}" if on_it else ""
    sentence = (
        f"{many}{len(others)}{of} other session{'s' if len(others) > 1 else ''} at {_where(session)} lost "
        f"hellos within {duration(slack)} of this one (at {(begin - start_ns) / 1e9:.6f} s)."
    )
    verdict = outage.verdict
    return replace(outage, verdict=replace(verdict, evidence=(*verdict.evidence, sentence)))


def _dropped(session: Session, interfaces: Sequence[Interface]) -> Session:
    """The file's own drop counters, beside what may be a hole in it."""
    if not session.outages or session.interface_index >= len(interfaces):
        return session
    dropped = interfaces[session.interface_index].dropped
    if not dropped:
        return session
    sentence = f"The capturing machine says that it lost {dropped} packets at {_where(session)}."
    outages = tuple(
        replace(one, verdict=replace(one.verdict, evidence=(*one.verdict.evidence, sentence)))
        if one.verdict.code in (Code.CAPTURE_HOLES, Code.UNKNOWN, Code.FAR_END_SILENT)
        else one
        for one in session.outages
    )
    return replace(session, outages=outages)
