# SPDX-License-Identifier: Apache-2.0
"""Poll Sequences of one session (RFC 5880 6.5, 6.8.3): when P is set, and when another Poll may begin."""

from dataclasses import dataclass
from enum import IntEnum


class PollPhase(IntEnum):
    """Where a Poll Sequence stands."""

    IDLE = 0
    ARMED = 1
    """The next scheduled packet carries the first P."""
    SENT = 2
    """P is on the wire and F has not been seen."""
    HOLD = 3
    """F has been seen; a further Poll waits for a packet without F, or for a round trip (6.8.3)."""


@dataclass(slots=True)
class PollSequence:
    """Tracks one session's polls. ``started`` counts them."""

    phase: PollPhase = PollPhase.IDLE
    another_wanted: bool = False
    first_sent_ns: int = 0
    hold_until_ns: int = 0
    started: int = 0

    @property
    def active(self) -> bool:
        return self.phase in (PollPhase.ARMED, PollPhase.SENT)

    @property
    def on_the_wire(self) -> bool:
        """Packets carry P."""
        return self.phase is PollPhase.SENT

    @property
    def deadline_ns(self) -> int | None:
        """When a waiting Poll may begin without further packets; None when none waits for time."""
        return self.hold_until_ns if self.phase is PollPhase.HOLD and self.another_wanted else None

    def want(self, now_ns: int) -> None:
        """A change needs a Poll. One that has sent nothing yet covers it; one under way does not."""
        if self.phase is PollPhase.ARMED:
            return
        if self.phase is PollPhase.SENT or (self.phase is PollPhase.HOLD and now_ns < self.hold_until_ns):
            self.another_wanted = True
        else:
            self._start()

    def packet_sent(self, now_ns: int) -> None:
        """A packet other than a Final answer is about to go."""
        if self.phase is PollPhase.ARMED:
            self.phase = PollPhase.SENT
            self.first_sent_ns = now_ns

    def heard(self, final: bool, now_ns: int) -> bool:
        """A valid packet came. True when it completes a Poll that covers every change made so far."""
        if final and self.phase is PollPhase.SENT:
            self.phase = PollPhase.HOLD
            round_trip_ns = now_ns - self.first_sent_ns
            self.hold_until_ns = now_ns + round_trip_ns
            return not self.another_wanted
        if not final and self.phase is PollPhase.HOLD:
            self._release()
        return False

    def timer(self, now_ns: int) -> None:
        deadline_ns = self.deadline_ns
        if deadline_ns is not None and now_ns >= deadline_ns:
            self._release()

    def _release(self) -> None:
        self.phase = PollPhase.IDLE
        if self.another_wanted:
            self._start()

    def _start(self) -> None:
        self.phase = PollPhase.ARMED
        self.another_wanted = False
        self.started += 1
