# SPDX-License-Identifier: Apache-2.0
"""The records of an outage: what each end of a session did while the session had lost its peer, and what that
says. Found by grouping.py, judged by verdict.py.
"""

from dataclasses import dataclass
from enum import StrEnum

from pydp.replay.happenings import Restart, StateChange, Unreachable
from pydp.states import Diagnostic, State


class Code(StrEnum):
    """What the evidence says of an outage. The far end is the one whose hellos were missed."""

    #: The far end's packets did not arrive; ours reached it.
    PATH_CUT_ONE_WAY = "path-cut-one-way"
    PATH_CUT_BOTH_WAYS = "path-cut-both-ways"
    #: Its host answers, and nothing listens there.
    FAR_END_STOPPED = "far-end-stopped"
    #: It did not run for a while, and then went on as if nothing had been.
    FAR_END_STALLED = "far-end-stalled"
    #: It is back with another discriminator.
    FAR_END_RESTARTED = "far-end-restarted"
    #: It stopped, or its way to the capture point is cut: the evidence cannot tell.
    FAR_END_SILENT = "far-end-silent"
    ADMINISTRATIVE = "administrative"
    #: A change of timers that not both ends followed in time.
    TIMER_CHANGE = "timer-change"
    #: The ends sign their packets in different ways, so that they refuse each other's.
    AUTHENTICATION = "authentication"
    #: Packets are missing from the capture that the ends received.
    CAPTURE_HOLES = "capture-holes"
    FORWARDING_RESET = "forwarding-reset"
    PATH_DOWN = "path-down"
    ECHO_FAILED = "echo-failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence says, for people and for programs."""

    code: Code
    sentence: str
    #: Sentences with packet numbers and times.
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """An end's hellos stopped for longer than the other end waits for them, in this capture."""

    #: Its last packet before.
    since_ns: int
    #: When its first packet after was seen; None: never, or the packet is not known (it said what the one
    #: before the silence said).
    until_ns: int | None
    #: Number of that packet.
    packet: int | None
    #: What that packet said; None: it never came back before the capture's end.
    state: State | None
    diagnostic: Diagnostic | None

    @property
    def returned(self) -> bool:
        """Whether it was heard again."""
        return self.state is not None


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one end did in an outage."""

    #: How it left Up first; None: it did not.
    left: StateChange | None
    #: How long it waited for the other's hellos when it left Up, or when the outage began; 0: not known.
    detection_ns: int
    silence: Silence | None
    restart: Restart | None
    #: The first ICMP about packets to it after its last hello.
    unreachable: Unreachable | None
    #: When it said Up again.
    up_again_ns: int | None
    #: Its change to Init or Up after a silence, when it follows none of the other's packets closely: what it
    #: answers was sent well before and had waited for it, or the answer was given during the silence.
    answered_waiting: StateChange | None
    #: Its first change to Init or Up after it left Up: it heard the other end.
    rose: StateChange | None = None
    #: Detection time before and after a change of timers shortly before it left Up.
    timers_changed: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """From the moment a session lost its peer until both ends say Up again."""

    #: The packet that shows it first: the one that left Up, the late one, or the last one before a silence.
    packet: int
    time_ns: int
    #: The end that lost the other: it left Up by itself first. None: nobody did, or the first was told to.
    noticed_first: int | None
    #: Last hello of the other end before that; None: none in the capture, or nobody lost it.
    last_heard_ns: int | None
    #: What each end did; as many as the session has.
    reactions: tuple[Reaction, ...]
    #: When both said Up again; None: not before the capture's end.
    up_again_ns: int | None
    #: From leaving Up until then (where a silence hid that: from the last hello before it); 0 where nobody
    #: left Up, None where it never ended.
    down_for_ns: int | None
    #: When the capture ended, or the session had long been up again.
    seen_until_ns: int
    verdict: Verdict
