# SPDX-License-Identifier: Apache-2.0
"""Both ends of one session while a capture is played: what the recorded end's packets say, and what ours does
and says. Bookkeeping; the comparison is end_compare's.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Final

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.nhib.observation import Diagnostic
from bfd_fastpath.replay.end_compare import Step, pair
from bfd_fastpath.replay.end_packets import Row
from bfd_fastpath.replay.end_report import (
    MOST,
    EndSession,
    Halt,
    Moment,
    Said,
    SaidPair,
    Silence,
    Taken,
)
from bfd_fastpath.replay.end_survey import Subject
from bfd_fastpath.session import EventRecord

_UP: Final = int(BfdState.UP)
_SECOND_US: Final = 1_000_000
#: Diag, state and flags, multiplier, length; discriminators; intervals (RFC 5880 4.1).
_CONTROL: Final = Struct(">BBBBIIIII")
_STATES: Final = tuple(BfdState)


class Track:
    """One session. `header` stands before each IP packet that we would have sent."""

    def __init__(self, subject: Subject, header: bytes) -> None:
        self.subject = subject
        self.header = header
        self.taken: list[Taken] = []
        self.notes: list[str] = []
        #: The local discriminator that the engine has been given; None: its own.
        self.discriminator: int | None = None
        #: The last accepted packets, of the peer and of the recorded end.
        self.heard: Row | None = None
        self.own: Row | None = None
        self.received = self.recorded = self.sent = 0
        self._recorded: list[Step] = []
        self._ours: list[Step] = []
        self._omitted = 0
        #: By "Up": what was said last.
        self._recorded_said: dict[bool, Said] = {}
        self._our_said: dict[bool, Said] = {}
        self._last_control = b""
        self._our_state, self._our_diagnostic = BfdState.DOWN, 0

    @property
    def begun(self) -> bool:
        return bool(self.taken)

    def begins(self, taken: Taken) -> None:
        """Our session begins, again perhaps, where the recorded end stood."""
        if len(self.taken) < MOST:
            self.taken.append(taken)
        else:
            self._omitted += 1
        self.discriminator = taken.local_discriminator
        self._our_state = taken.state
        if self.own is not None:
            self._our_diagnostic = self.own.diagnostic

    def own_packet(self, row: Row) -> None:
        """An accepted packet of the recorded end."""
        self.recorded += 1
        before, self.own = self.own, row
        if before is None or _says_other(before, row):
            timers = (row.multiplier, row.desired_min_tx_us, row.required_min_rx_us)
            self._recorded_said[row.state == _UP] = Said(*timers, row.required_min_echo_rx_us)
        if before is None or before.state == row.state:
            return
        if before.my_discriminator != row.my_discriminator:
            return  # a new beginning is no change of state
        silence = None
        if before.state == _UP and row.state == BfdState.DOWN:
            silence = self._recorded_silence(before)
        moment = Moment(
            row.time_ns, row.number, _STATES[before.state], _STATES[row.state], row.diagnostic, silence
        )
        self._keep(self._recorded, Step(moment, self._interval_us(before)))

    def our_change(self, record: EventRecord) -> None:
        """A STATE event of the engine."""
        old, new = _STATES[record.old_state], _STATES[record.new_state]
        silence = None
        if old is BfdState.UP and new is BfdState.DOWN:
            detection_us = record.detection_time_us
            if record.deadline_ns and record.last_rx_ns:
                detection_us = (record.deadline_ns - record.last_rx_ns) // 1000
            silence = Silence(record.last_rx_ns or None, detection_us)
        self._our_state, self._our_diagnostic = new, record.local_diagnostic
        moment = Moment(record.time_ns, None, old, new, record.local_diagnostic, silence)
        self._keep(self._ours, Step(moment, record.negotiated_rx_us or _SECOND_US))

    def our_packet(self, control: bytes) -> None:
        """The BFD packet (24 octets) of a frame of ours."""
        self.sent += 1
        if control == self._last_control:
            return
        self._last_control = control
        _, flags, multiplier, _, _, _, desired, required, echo = _CONTROL.unpack(control)
        self._our_said[flags >> 6 == _UP] = Said(multiplier, desired, required, echo)

    def result(self) -> EndSession:
        changes, own = pair(self._recorded, self._ours), self.own
        halt = Halt(
            None if own is None else _STATES[own.state],
            self._our_state,
            None if own is None else own.diagnostic,
            self._our_diagnostic,
            None if own is None else own.time_ns,
        )
        said = [
            SaidPair(up, self._recorded_said.get(up), self._our_said.get(up))
            for up in (True, False)
            if up in self._recorded_said or up in self._our_said
        ]
        return EndSession(
            index=self.subject.index + 1,
            peer=self.subject.peer,
            vlan=self.subject.vlan,
            taken=tuple(self.taken),
            changes=changes,
            omitted=self._omitted,
            said=tuple(said),
            halt=halt,
            received=self.received,
            recorded=self.recorded,
            sent=self.sent,
            notes=(*self.notes, *self._evidence(halt)),
        )

    def _evidence(self, halt: Halt) -> Iterator[str]:
        """What a reader has to know before believing the comparison."""
        if not self.received:
            yield "nothing of the peer was captured, so that ours heard nothing"
        if (last := self._fell_silent()) is not None:
            yield f"the recorded end said nothing after packet {last}; the peer and ours went on"
        waits = [_wait(step) for step in self._recorded]
        if early := waits.count(-1):
            yield (
                f"recorded Downs before the detection time was over at the capture point: {early}; "
                "hellos that were captured did not reach the recorded end, or were not read"
            )
        if late := waits.count(1):
            yield (
                f"recorded Downs long after the detection time was over at the capture point: {late}; "
                "the recorded end heard hellos that were not captured, or was late itself"
            )
        if halt.recorded is not None and halt.recorded is not halt.ours and self.received:
            yield (
                f"at the end ours is {state_name(halt.ours)}, and the recorded end last said "
                f"{state_name(halt.recorded)}: the peer's packets answer the recorded end, and cannot "
                "answer ours"
            )

    def _fell_silent(self) -> int | None:
        """The recorded end's last packet, where the peer was heard longer by more than a detection time."""
        own, heard = self.own, self.heard
        if own is None or heard is None:
            return None
        interval_us = max(own.desired_min_tx_us, heard.required_min_rx_us)
        silent_ns = heard.time_ns - own.time_ns
        return own.number if silent_ns > own.multiplier * interval_us * 1000 else None

    def _keep(self, steps: list[Step], step: Step) -> None:
        if len(steps) < MOST:
            steps.append(step)
        else:
            self._omitted += 1

    def _interval_us(self, own: Row) -> int:
        """At which the peer may send, by what both have said last (RFC 5880 6.8.4)."""
        if self.heard is None:
            return max(own.required_min_rx_us, _SECOND_US)
        return max(own.required_min_rx_us, self.heard.desired_min_tx_us)

    def _recorded_silence(self, own: Row) -> Silence:
        if self.heard is None:
            return Silence(None, 0)
        return Silence(self.heard.time_ns, self.heard.multiplier * self._interval_us(own))


def _wait(step: Step) -> int:
    """Whether a recorded detection (control-expiry) came more than an interval before (-1) or after (1) its
    time by what was captured.
    """
    moment = step.moment
    expires_ns = moment.silence.expires_ns if moment.silence is not None else None
    if expires_ns is None or moment.diagnostic != Diagnostic.CONTROL_EXPIRY:
        return 0
    apart = moment.time_ns - expires_ns
    return 0 if abs(apart) <= step.interval_us * 1000 else 1 if apart > 0 else -1


def state_name(state: BfdState) -> str:
    """ "admin-down", "down", "init", "up"."""
    return state.name.lower().replace("_", "-")


def _says_other(one: Row, other: Row) -> bool:
    return (one.state, one.multiplier, one.desired_min_tx_us, one.required_min_rx_us) != (
        other.state,
        other.multiplier,
        other.desired_min_tx_us,
        other.required_min_rx_us,
    ) or one.required_min_echo_rx_us != other.required_min_echo_rx_us
