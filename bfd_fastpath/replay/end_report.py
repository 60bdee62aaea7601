# SPDX-License-Identifier: Apache-2.0
"""What came of being one end of a capture, as records. Times are nanoseconds since the epoch, by the
capture's stamps. What they look like to others is end_document's and end_lines'.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from bfd_fastpath.nhib import BfdState

Address = IPv4Address | IPv6Address

#: Records of one kind that are kept for one session; further ones are counted.
MOST: int = 10_000


class EndError(Exception):
    """Nothing could be played; one sentence. `exit_code`: 2 for a wrong configuration or address, else 1."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class Outcome(StrEnum):
    """How a change of the recorded end and one of ours compare."""

    SAME = "same"
    DIFFERS = "differs"
    ONLY_RECORDED = "only-recorded"
    ONLY_OURS = "only-ours"


@dataclass(frozen=True, slots=True)
class Silence:
    """What was known of the peer when a session left Up."""

    #: None: nothing had been heard.
    last_hello_ns: int | None
    #: Microseconds; 0: not running.
    detection_time_us: int

    @property
    def expires_ns(self) -> int | None:
        """Last hello + detection time."""
        if self.last_hello_ns is None or not self.detection_time_us:
            return None
        return self.last_hello_ns + self.detection_time_us * 1000


@dataclass(frozen=True, slots=True)
class Moment:
    """One change of state of one of the two ends."""

    time_ns: int
    #: The first that says it; None for ours.
    packet: int | None
    old: BfdState
    new: BfdState
    diagnostic: int
    #: Only where a session left Up for Down.
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class ChangePair:
    """A change of the recorded end beside ours."""

    recorded: Moment | None
    ours: Moment | None
    #: The negotiated interval of the peer's hellos then: within it, the two are the same.
    tolerance_us: int
    #: "time", "diagnostic"
    differs: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        if self.recorded is None:
            return Outcome.ONLY_OURS
        if self.ours is None:
            return Outcome.ONLY_RECORDED
        return Outcome.DIFFERS if self.differs else Outcome.SAME

    @property
    def offset_ns(self) -> int | None:
        """Ours minus the recorded one's."""
        if self.recorded is None or self.ours is None:
            return None
        return self.ours.time_ns - self.recorded.time_ns

    @property
    def new(self) -> BfdState:
        one = self.recorded or self.ours
        assert one is not None
        return one.new

    @property
    def is_down(self) -> bool:
        """True where one of the two declared Down."""
        return any(one is not None and one.silence is not None for one in (self.recorded, self.ours))


@dataclass(frozen=True, slots=True)
class Said:
    """Multiplier and timers that packets carried; microseconds."""

    local_multiplier: int
    desired_min_tx_us: int
    required_min_rx_us: int
    required_min_echo_rx_us: int


@dataclass(frozen=True, slots=True)
class SaidPair:
    """What both ends said last while Up, or while not; None: nothing in such a state."""

    up: bool
    recorded: Said | None
    ours: Said | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Where our session took over from the recorded end, at the beginning and after each of its restarts."""

    time_ns: int
    packet: int
    state: BfdState
    #: Both None: chosen by the engine, because the capture does not tell.
    local_discriminator: int | None
    source_port: int | None
    #: 0: not known.
    remote_discriminator: int
    #: One sentence.
    why: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Where both ends stood when the capture ended."""

    #: None: never heard.
    recorded: BfdState | None
    ours: BfdState
    recorded_diagnostic: int | None
    our_diagnostic: int
    #: When the recorded end was heard last.
    recorded_last_ns: int | None


@dataclass(frozen=True, slots=True)
class EndSession:
    """One session that was played."""

    #: The session's number in the capture's story, from 1.
    index: int
    peer: Address
    vlan: int
    taken: tuple[Taken, ...]
    changes: tuple[ChangePair, ...]
    #: Changes and beginnings beyond MOST.
    omitted: int
    said: tuple[SaidPair, ...]
    halt: Halt
    #: Of the peer, handed to the engine.
    received: int
    #: Of the recorded end, compared.
    recorded: int
    #: By us.
    sent: int
    notes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether ours changed its state as the recorded end did; False where that was not captured."""
        return (
            not self.omitted
            and all(pair.outcome is Outcome.SAME for pair in self.changes)
            and self.halt.recorded is self.halt.ours
        )


@dataclass(frozen=True, slots=True)
class NotPlayed:
    """A session of this end that was left out."""

    index: int
    peer: Address
    #: "path-ip-sh", "path-ip-mh", "path-s-bfd", "path-lag"
    path_type: str
    #: Kebab-case.
    reason: str
    #: One sentence.
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the route server was told of a next hop: "up", "down" or "unknown"."""

    time_ns: int
    address: Address
    state: str


@dataclass(frozen=True, slots=True)
class EndReport:
    """All of it."""

    address: Address
    #: The port's name in the configuration.
    port: str
    seed: int
    start_ns: int
    end_ns: int
    #: Stamps that ran backwards and were taken as the one before.
    backwards: int
    #: Packets to us that the engine was handed; that it refused, by counter; that the capture cut off.
    received: int
    refused: tuple[tuple[str, int], ...]
    cut_off: int
    sent: int
    sessions: tuple[EndSession, ...]
    not_played: tuple[NotPlayed, ...]
    #: None: the configuration has no neighbor to tell.
    told: tuple[Told, ...] | None
    #: Statements beyond MOST.
    told_omitted: int
    out: str | None
    out_packets: int
    bgp_out: str | None
    bgp_packets: int
    notes: tuple[str, ...]
