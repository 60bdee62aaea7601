# SPDX-License-Identifier: Apache-2.0
"""What happened in one session of a capture, one frozen record a happening, in the order of packets. They are
facts that a packet shows; what they mean together is for outages.py and verdict.py.
"""

from dataclasses import dataclass

from pydp.addresses import Address
from pydp.states import Diagnostic, State


@dataclass(frozen=True, slots=True)
class Timers:
    """What an end says about its timing (RFC 5880 4.1). Intervals in microseconds."""

    local_multiplier: int
    desired_min_tx_us: int
    required_min_rx_us: int
    required_min_echo_rx_us: int = 0

    def detection_ns(self, speaker: "Timers") -> int:
        """How long an end with these timers waits for the hellos of `speaker` before it declares Down
        (RFC 5880 6.8.4, asynchronous mode). 0 where it asked for no hellos.
        """
        return speaker.local_multiplier * self.receive_interval_ns(speaker)

    def receive_interval_ns(self, speaker: "Timers") -> int:
        """The longest time between two hellos of `speaker` when nothing is lost (RFC 5880 6.8.7)."""
        return 1000 * max(self.required_min_rx_us, speaker.desired_min_tx_us)


@dataclass(frozen=True, slots=True)
class Happening:
    """A packet that told something new, and where its session stood."""

    #: Number in the file, from 1.
    packet: int
    #: Nanoseconds since the epoch, capture time.
    time_ns: int
    #: Which end of the session sent it: 0 or 1.
    end: int
    #: Since this end's packet before; None for its first.
    gap_ns: int | None
    #: Since the other end's last packet; None where that one was never heard.
    other_gap_ns: int | None
    #: The other end's detection time for this end's hellos, in force before this packet; 0: not known.
    detection_ns: int
    #: This end's state and timers in this packet.
    state: State
    diagnostic: Diagnostic
    timers: Timers


@dataclass(frozen=True, slots=True)
class First(Happening):
    """The first packet of an end."""


@dataclass(frozen=True, slots=True)
class StateChange(Happening):
    """An end's packets say another state than before: `old`, and now `state`."""

    gap_ns: int
    old: State


@dataclass(frozen=True, slots=True)
class DiagnosticChange(Happening):
    """The same state, another diagnostic."""


@dataclass(frozen=True, slots=True)
class TimerChange(Happening):
    """An end's packets say other intervals or another multiplier than before: `timers`."""


@dataclass(frozen=True, slots=True)
class Restart(Happening):
    """An end uses another discriminator than before."""

    gap_ns: int
    former: int
    discriminator: int


@dataclass(frozen=True, slots=True)
class Late(Happening):
    """A hello that came later than the other end's detection time after the one before, which said Up."""

    gap_ns: int


@dataclass(frozen=True, slots=True)
class LongGap(Happening):
    """A gap longer than the share of the negotiated interval that watch() was asked for, both ends Up."""

    gap_ns: int


@dataclass(frozen=True, slots=True)
class Unreachable(Happening):
    """ICMP about a packet to `end`. Its own state, diagnostic and timers say nothing."""

    #: Nobody listened on the port; else another reason why it was not delivered.
    port: bool
    #: Who said so: the end's host, or a router on the way.
    source: Address
