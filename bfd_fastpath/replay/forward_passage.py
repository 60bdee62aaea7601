# SPDX-License-Identifier: Apache-2.0
"""What became of one packet of a capture, as a record, a sentence and JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from bfd_fastpath.replay.forward_frame import icmp, look


class Verdict(StrEnum):
    FORWARDED = "forwarded"
    #: For its next hop's MAC address.
    WAITING = "waiting"
    DROPPED = "dropped"
    #: A ping, or S-BFD.
    ANSWERED = "answered"
    #: Of a session, or an echo.
    BFD = "bfd"
    #: ARP or neighbour discovery.
    NEIGHBOUR = "neighbour"
    HOST = "host"
    #: Sent by the recorded router itself, so not given to ours.
    OWN = "own"
    #: Nothing that could be given to a router.
    UNREAD = "unread"


#: ICMP and ICMPv6 errors by version, type and code.
ERRORS: Final = {
    (4, 3, 0): "network unreachable",
    (4, 3, 1): "host unreachable",
    (4, 3, 4): "fragmentation needed",
    (4, 3, 13): "administratively prohibited",
    (4, 11, 0): "time exceeded",
    (4, 12, 0): "parameter problem",
    (6, 1, 0): "no route",
    (6, 1, 1): "administratively prohibited",
    (6, 1, 2): "beyond scope of source address",
    (6, 1, 3): "address unreachable",
    (6, 2, 0): "packet too big",
    (6, 3, 0): "hop limit exceeded",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One frame that left the router."""

    port: str
    frame: bytes
    #: "packet", "fragment", "error", "answer", "question" or "other".
    kind: str
    #: A packet of the capture that had waited; 0: none.
    waited: int = 0


@dataclass(slots=True)
class Passage:
    """A packet of the capture, `number` from 1, or what the router did by itself (number 0)."""

    number: int
    time_ns: int
    port: str
    frame: bytes
    verdict: Verdict
    #: The counter that rose; of UNREAD a sentence.
    reason: str = ""
    #: What the reason means.
    text: str = ""
    route: str = ""
    next_hop: str = ""
    out: list[Sent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """For people; without the number."""
        said: str = self.verdict.value
        if self.verdict is Verdict.DROPPED:
            said += f", {self.reason}: {self.text}"
        elif self.verdict is Verdict.UNREAD:
            said += f": {self.reason}"
        elif self.verdict is Verdict.OWN:
            said += ": sent by the recorded router, not given to ours"
        parts = [said]
        if self.route:
            parts.append(f"route {self.route}")
        if self.next_hop:
            parts.append(f"next hop {self.next_hop}")
        parts += [error_text(sent) for sent in self.out if sent.kind == "error"]
        return "; ".join([*parts, *self.notes])

    def document(self) -> dict[str, Any]:
        return {
            "packet": self.number,
            "time-us": self.time_ns // 1000,
            "port": self.port,
            "verdict": self.verdict.value,
            "reason": self.reason or None,
            "route": self.route or None,
            "next-hop": self.next_hop or None,
            "out": [
                {"port": one.port, "kind": one.kind, "length": len(one.frame), "waited": one.waited or None}
                for one in self.out
            ],
            "notes": self.notes,
        }


def error_text(sent: Sent) -> str:
    seen = look(sent.frame)
    said = icmp(sent.frame, seen)
    if said is None:
        return "ICMP error sent"
    name = ERRORS.get((seen.version, *said), "error")
    return f"ICMP{'v6' if seen.version == 6 else ''} {name} ({said[0]}/{said[1]}) sent out of {sent.port}"


def of_sent(passage: Passage, sent: Sent) -> str:
    """What a frame that left is, for its comment."""
    if sent.waited and sent.waited != passage.number:
        return f"packet {sent.waited}, which had waited for this neighbour's MAC address"
    if not passage.number:
        whose = f"{'question of' if sent.kind == 'question' else 'by'} the router itself"
        return "; ".join([whose, *passage.notes])
    words = {"packet": "", "fragment": "fragment of ", "error": "ICMP error about ", "answer": "answer to "}
    if sent.kind in words:
        return f"{words[sent.kind]}packet {passage.number}"
    return f"{'question for a neighbour' if sent.kind == 'question' else 'caused'} by packet {passage.number}"
