# SPDX-License-Identifier: Apache-2.0
"""A first look at a capture from one address: its sessions, which of them can be played, and what is known of
each where it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

import numpy
from numpy.typing import NDArray

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.replay.end_packets import ECHO, NONE, SINGLE_HOP, Batch, Chunk, Row, batches, link_header
from bfd_fastpath.replay.end_report import Address, NotPlayed

#: By kind: path type, reason and the word for it.
_NOT_YET: Final = {
    2: ("path-ip-mh", "multihop", "a multihop session (RFC 5883)"),
    3: ("path-lag", "micro", "a micro-BFD session (RFC 7130)"),
    4: ("path-s-bfd", "s-bfd", "an S-BFD session (RFC 7880)"),
    5: ("path-s-bfd", "s-bfd", "an S-BFD session (RFC 7880)"),
}


@dataclass(slots=True)
class Subject:
    """One session of the address."""

    #: From 0.
    index: int
    peer: Address
    kind: int
    vlan: int
    own: Row | None = None
    """The first accepted packet of the recorded end."""
    theirs: Row | None = None
    """The first accepted packet of the peer."""
    own_header: bytes | None = None
    peer_header: bytes | None = None
    #: The first Your Discriminator that the peer said and that was not 0.
    named: int = 0
    authenticated: bool = False
    packets: int = 0

    @property
    def begin(self) -> Row:
        """The packet with which our session begins: the recorded end's first, or the peer's where that shows
        that the recorded end was running already."""
        own, theirs = self.own, self.theirs
        if own is None:
            assert theirs is not None
            return theirs
        if (
            theirs is not None
            and theirs.number < own.number
            and own.state == BfdState.UP
            and theirs.state in (BfdState.INIT, BfdState.UP)
            and theirs.your_discriminator == own.my_discriminator
        ):
            return theirs
        return own


@dataclass(frozen=True, slots=True)
class Survey:
    """`chosen` by index, at most one for a peer."""

    chosen: dict[int, Subject]
    not_played: tuple[NotPlayed, ...]
    #: Echo packets from or to the address, which are not played.
    echoes: int


def survey(chunks: Iterable[Chunk], address: Address, progress: Callable[[int], None]) -> Survey:
    """Reads the packets of a capture once. `progress` is told the numbers of packets."""
    found, echoes = subjects(chunks, address, progress)
    chosen, not_played = _choose(found)
    return Survey(chosen, tuple(not_played), echoes)


def subjects(
    chunks: Iterable[Chunk], address: Address, progress: Callable[[int], None]
) -> tuple[list[Subject], int]:
    """All sessions of the address, in order, and how many echo packets it has."""
    found: dict[int, Subject] = {}
    echoes = 0
    for batch in batches(chunks, address):
        echoes += int(((batch.own | batch.theirs) & (batch.columns["kind"] == ECHO)).sum())
        accepted = (batch.columns["fault"] == 0) & (batch.columns["session"] != NONE)
        accepted &= batch.columns["kind"] != ECHO
        _look(found, batch, batch.own & accepted, own=True)
        _look(found, batch, batch.theirs & accepted & ~batch.own, own=False)
        progress(int(batch.columns["number"][-1]))
    return [found[index] for index in sorted(found)], echoes


def _look(subjects: dict[int, Subject], batch: Batch, mask: NDArray[numpy.bool_], *, own: bool) -> None:
    for index, row, at in _firsts(batch, mask):
        subject = subjects.get(index)
        if subject is None:
            octets = batch.columns["destination" if own else "source"][at].tobytes()
            size = 4 if batch.columns["family"][at] == 4 else 16
            subject = subjects[index] = Subject(index, ip_address(octets[:size]), row.kind, row.vlan)
        if own and subject.own is None:
            subject.own, subject.own_header = row, link_header(row, batch.data)
        elif not own and subject.theirs is None:
            subject.theirs, subject.peer_header = row, link_header(row, batch.data)
    for index, count in zip(*_counts(batch.columns["session"][mask]), strict=True):
        subjects[index].packets += count
    for index in _counts(batch.columns["session"][mask & (batch.columns["auth_type"] != 0)])[0]:
        subjects[index].authenticated = True
    if not own:
        for index, row, _ in _firsts(batch, mask & (batch.columns["your_discriminator"] != 0)):
            subjects[index].named = subjects[index].named or row.your_discriminator


def _counts(sessions: NDArray[Any]) -> tuple[list[int], list[int]]:
    found, counts = numpy.unique(sessions, return_counts=True)
    return found.tolist(), counts.tolist()


def _firsts(batch: Batch, mask: NDArray[numpy.bool_]) -> list[tuple[int, Row, int]]:
    """The first packet of each session within the mask: session, packet, position."""
    where = numpy.flatnonzero(mask)
    found, first = numpy.unique(batch.columns["session"][where], return_index=True)
    positions = where[first]
    chosen = numpy.zeros(len(batch.columns), numpy.bool_)
    chosen[positions] = True
    rows = {row.session: row for row in batch.rows(chosen)}
    return [(index, rows[index], int(at)) for index, at in zip(found.tolist(), positions, strict=True)]


def _choose(subjects: list[Subject]) -> tuple[dict[int, Subject], list[NotPlayed]]:
    best: dict[Address, Subject] = {}
    not_played: list[NotPlayed] = []
    for one in subjects:
        if one.kind != SINGLE_HOP:
            path_type, reason, word = _NOT_YET[one.kind]
            text = f"{word} cannot be played yet; single-hop ones can"
            not_played.append(NotPlayed(one.index + 1, one.peer, path_type, reason, text))
        elif one.authenticated:
            text = "an authenticated session cannot be played yet; those without authentication can"
            not_played.append(NotPlayed(one.index + 1, one.peer, "path-ip-sh", "authentication", text))
        elif (other := best.get(one.peer)) is None:
            best[one.peer] = one
        else:
            more, less = (one, other) if evidence(one) > evidence(other) else (other, one)
            best[one.peer] = more
            text = (
                f"session {more.index + 1} is between the same addresses, on another interface or VLAN, and "
                "has more packets: that one is played"
            )
            not_played.append(NotPlayed(less.index + 1, less.peer, "path-ip-sh", "seen-twice", text))
    chosen: dict[int, Subject] = {}
    taken: dict[int, Subject] = {}
    for one in sorted(best.values(), key=lambda one: one.index):
        discriminator = one.own.my_discriminator if one.own is not None else one.named
        other = taken.setdefault(discriminator, one) if discriminator else one
        if other is one:
            chosen[one.index] = one
            continue
        text = (
            f"discriminator {discriminator} is that of session {other.index + 1} too, which is played; one "
            "router tells its sessions apart by it (RFC 5880 6.3)"
        )
        not_played.append(NotPlayed(one.index + 1, one.peer, "path-ip-sh", "same-discriminator", text))
    not_played.sort(key=lambda left: left.index)
    return chosen, not_played


def evidence(one: Subject) -> tuple[bool, int]:
    """The greater, the more the capture has of it."""
    return one.own is not None and one.theirs is not None, one.packets
