# SPDX-License-Identifier: Apache-2.0
"""The wording of verdicts: who, when, how long, and what an end said, as sentences for people."""

from dataclasses import dataclass

from pydp.addresses import Address
from pydp.replay.happenings import Happening
from pydp.replay.outages import Outage, Reaction

NO_AUTHENTICATION = "no authentication"


def duration(time_ns: int) -> str:
    """A length of time with three digits that matter: "912 ms", "3.00 s", "45 us"."""
    if time_ns >= 100_000_000_000:
        return f"{time_ns / 1e9:.0f} s"
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        value = time_ns / scale
        if value >= 0.9995:
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"
    return f"{time_ns} ns"


@dataclass(frozen=True, slots=True)
class Scene:
    """What the sentences need to know of the session."""

    addresses: tuple[Address, ...]
    #: Of the capture's first packet.
    start_ns: int
    #: Name of the interface.
    interface: str
    #: Only the first one's packets are in the capture.
    one_way: bool = False
    #: The second end is an S-BFD reflector, which has no session of its own.
    reflector: bool = False
    #: How each end authenticates at the capture's end, in words.
    authentication: tuple[str, str] = (NO_AUTHENTICATION, NO_AUTHENTICATION)

    @property
    def authenticated(self) -> bool:
        """Whether a packet may have been refused for its key."""
        return any(one != NO_AUTHENTICATION for one in self.authentication)

    def name(self, end: int) -> str:
        """The address of an end."""
        return str(self.addresses[end]) if end < len(self.addresses) else "the other end"

    def at(self, time_ns: int) -> str:
        """Seconds since the capture's first packet, cut off at the microsecond as everywhere else."""
        seconds, us = divmod((time_ns - self.start_ns) // 1000, 1_000_000)
        return f"{seconds}.{us:06d} s"

    def packet(self, number: int, time_ns: int) -> str:
        return f"packet {number} at {self.at(time_ns)}"

    def said(self, it: Happening) -> str:
        """What an end said in a packet."""
        diagnostic = f" with {it.diagnostic}" if it.diagnostic else ""
        return f"{self.name(it.end)} said {it.state}{diagnostic} in {self.packet(it.packet, it.time_ns)}"

    def left(self, reaction: Reaction) -> str:
        """How an end left Up, and what it had heard by then."""
        left = reaction.left
        assert left is not None
        said = self.said(left)
        if left.other_gap_ns is None:
            return f"{said}."
        heard = f"the last hello of {self.name(1 - left.end)} was {duration(left.other_gap_ns)} old"
        waits = f", its detection time is {duration(reaction.detection_ns)}" if reaction.detection_ns else ""
        return f"{said}: {heard}{waits}."

    def silence(self, end: int, outage: Outage) -> str:
        """When an end fell silent and how it came back."""
        silence = outage.reactions[end].silence
        assert silence is not None
        told = f"The last hello of {self.name(end)} before it fell silent was at {self.at(silence.since_ns)}"
        if not silence.returned:
            left = duration(max(outage.seen_until_ns - silence.since_ns, 0))
            return f"{told}; none followed in the {left} until the capture ended."
        diagnostic = f" with {silence.diagnostic}" if silence.diagnostic else ""
        if silence.until_ns is None:
            return f"{told}; it was then heard again, still saying {silence.state}."
        after = duration(silence.until_ns - silence.since_ns)
        return f"{told}; {after} later, in packet {silence.packet}, it said {silence.state}{diagnostic}."

    def unreachable(self, end: int, outage: Outage) -> str | None:
        """ICMP from an end's host."""
        icmp = outage.reactions[end].unreachable
        if icmp is None:
            return None
        what = "that nobody listens on BFD's port" if icmp.port else "that it could not deliver BFD"
        return f"{icmp.source} answered by ICMP {what} ({self.packet(icmp.packet, icmp.time_ns)})."

    def up_again(self, outage: Outage) -> str | None:
        """How it ended."""
        if outage.up_again_ns is None or not outage.down_for_ns:
            return None
        return f"Up again at {self.at(outage.up_again_ns)}, after {duration(outage.down_for_ns)}."
