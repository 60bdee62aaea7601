# SPDX-License-Identifier: Apache-2.0
"""What a timeline shows, as records: which sessions in which order, the states of their ends, silences,
outages. Pure; it knows no pixels.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydp.replay.records import End, Session, Story
from pydp.states import Diagnostic, State


@dataclass(frozen=True, slots=True)
class Span:
    """An end said this state from its packet `packet` on."""

    start_ns: int
    end_ns: int
    state: State
    diagnostic: Diagnostic
    packet: int
    #: Whether a change of state made it; the first packet of an end is none.
    change: bool


@dataclass(frozen=True, slots=True)
class Quiet:
    """An end's hellos failed to come for longer than the other end waits."""

    start_ns: int
    end_ns: int
    #: That ended it; None: none in the capture.
    packet: int | None
    #: 0: not known.
    detection_ns: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One end."""

    address: str
    packets: int
    spans: tuple[Span, ...]
    quiet: tuple[Quiet, ...]


@dataclass(frozen=True, slots=True)
class Shade:
    """An outage: from the last hello that was heard until both ends were Up again."""

    start_ns: int
    end_ns: int
    code: str
    sentence: str
    packet: int


@dataclass(frozen=True, slots=True)
class Track:
    """One session."""

    index: int
    title: str
    lanes: tuple[Lane, ...]
    shades: tuple[Shade, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """All of the picture. Times are nanoseconds since the epoch."""

    file: str
    packets: int
    start_ns: int
    end_ns: int
    tracks: tuple[Track, ...]
    #: Sessions that have no place in it.
    left_out: int


_PATHS = {"path-ip-sh": "single hop", "path-ip-mh": "multihop", "path-lag": "micro", "path-s-bfd": "S-BFD"}


def scene(story: Story, most: int | None) -> Scene:
    """Sessions that lost their peer first, then those with anything else wrong; `most` at most, None: all."""
    ordered = sorted(story.sessions, key=_trouble)
    chosen = ordered if most is None else ordered[:most]
    return Scene(
        file=story.path,
        packets=story.packets,
        start_ns=story.start_ns,
        end_ns=story.end_ns,
        tracks=tuple(_track(one, story.end_ns) for one in chosen),
        left_out=len(ordered) - len(chosen),
    )


def _trouble(session: Session) -> tuple[int, int]:
    if session.outages:
        return 0, session.index
    wrong = session.restarts or any(end.late or end.malformed for end in session.ends)
    return (1 if wrong else 2), session.index


def _track(session: Session, end_ns: int) -> Track:
    parts = [_PATHS.get(session.path_type, session.path_type)]
    if session.vlan:
        parts.append(f"VLAN {session.vlan}")
    if session.interface != str(session.interface_index):
        parts.append(f"on {session.interface}")
    if session.link_index:
        parts.append(f"link {session.link_index}")
    if len(session.ends) < 2:
        parts.append("the other end is not in the capture")
    shades = tuple(
        Shade(
            start_ns=outage.time_ns if outage.last_heard_ns is None else outage.last_heard_ns,
            end_ns=max(outage.up_again_ns or outage.seen_until_ns, outage.time_ns),
            code=str(outage.verdict.code),
            sentence=outage.verdict.sentence,
            packet=outage.packet,
        )
        for outage in session.outages
    )
    return Track(
        index=session.index,
        title=" \u00b7 ".join(parts),
        lanes=tuple(
            Lane(
                address=str(end.address),
                packets=end.packets,
                spans=tuple(_spans(session, number, end, end_ns)),
                quiet=tuple(_quiet(session, number, end_ns)),
            )
            for number, end in enumerate(session.ends)
        ),
        shades=shades,
    )


def _spans(session: Session, number: int, end: End, capture_end_ns: int) -> Iterator[Span]:
    """What it said last holds until its last packet, and one detection time longer: then nobody knows."""
    start, packet = end.first_ns, end.first_packet
    state, diagnostic, change = end.first_state, Diagnostic.NONE, False
    for it in session.state_changes:
        if it.end == number:
            yield Span(start, it.time_ns, state, diagnostic, packet, change)
            start, packet, state, diagnostic, change = it.time_ns, it.packet, it.state, it.diagnostic, True
    yield Span(
        start,
        min(end.last_ns + _patience(session, number), capture_end_ns),
        state,
        diagnostic,
        packet,
        change,
    )


def _patience(session: Session, number: int) -> int:
    """How long the other end waits for the hellos of this one; of one end alone, three of its intervals."""
    if len(session.ends) == 2 and session.ends[1 - number].detection_us:
        return session.ends[1 - number].detection_us * 1000
    return session.ends[number].timers.desired_min_tx_us * 3000


def _quiet(session: Session, number: int, end_ns: int) -> Iterable[Quiet]:
    """Late hellos and the silences of outages, each once."""
    found = {}
    for late in session.late:
        if late.end == number:
            start = late.time_ns - late.gap_ns
            found[start] = Quiet(start, late.time_ns, late.packet, late.detection_ns)
    for outage in session.outages:
        if number >= len(outage.reactions):
            continue
        silence = outage.reactions[number].silence
        if silence is None or silence.since_ns in found:
            continue
        other = outage.reactions[1 - number].detection_ns if len(outage.reactions) == 2 else 0
        until = silence.until_ns if silence.until_ns is not None else outage.seen_until_ns
        if silence.returned and silence.until_ns is None:
            continue
        found[silence.since_ns] = Quiet(silence.since_ns, min(until, end_ns), silence.packet, other)
    return [found[start] for start in sorted(found)]
