# SPDX-License-Identifier: Apache-2.0
"""Every frame of a capture through the forwarding of a configuration, one at a time and at the capture's
time, so that whatever the engine counts and sends is that frame's. It opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bfd_fastpath.config.model import Config
from bfd_fastpath.replay import forward_frame as frames
from bfd_fastpath.replay.forward_passage import Passage, Sent, Verdict
from bfd_fastpath.replay.forward_stage import MOST, ForwardStage, Turn
from bfd_fastpath.replay.forward_way import Way, Ways

#: So long a silence is played; by then all that could happen by itself did.
SILENCE_NS: Final = 600 * 10**9
_SHORTEST: Final = 14
#: Of those that nobody ever answered for, the oldest are forgotten.
_WAITING_MOST: Final = 65536
_TAKEN: Final = {
    "rx-bfd": Verdict.BFD,
    "rx-bfd-echo": Verdict.BFD,
    "tx-bfd-echo-reflected": Verdict.BFD,
    "unsolicited-told": Verdict.BFD,
    "unsolicited-untold": Verdict.BFD,
    "rx-s-bfd": Verdict.ANSWERED,
    "rx-echo": Verdict.ANSWERED,
    "rx-arp": Verdict.NEIGHBOUR,
    "rx-nd": Verdict.NEIGHBOUR,
    "rx-host": Verdict.HOST,
}
#: Drops of packets whose route was looked up; who ends here by the TTL is told so only where there is one.
WITH_ROUTE: Final = frozenset(
    f"drop-{name}"
    for name in (
        *("expired", "scope", "no-route", "blackhole", "unreachable", "prohibited", "next-hop", "too-big"),
        *("neighbour-failed", "neighbour-limit", "neighbour-queue", "neighbour-unresolved"),
    )
)
_FORWARDED: Final = ("rx-forward-ip4", "rx-forward-ip6")
_UNSENT: Final = {
    "icmp-error-rate": "no ICMP error: beyond the rate",
    "icmp-error-unsent": "no ICMP error: no route, address or MAC address to send it with",
}


@dataclass(frozen=True, slots=True)
class Captured:
    """One frame as the capture has it."""

    number: int
    time_ns: int
    link_type: int
    #: The port that it came in at.
    port: int
    octets: bytes
    #: On the wire.
    length: int


@dataclass(slots=True)
class ForwardPlay:
    """`macs`: MAC addresses of the recorded router, by port; at the other ports every unicast frame is taken
    for one to the router."""

    config: Config
    stage: ForwardStage
    macs: Mapping[int, bytes]
    ways: Ways = field(init=False)
    _own: frozenset[bytes] = field(init=False)
    _port_macs: tuple[bytes, ...] = field(init=False)
    #: Numbers of those that wait for a neighbour, by what a router changes nothing of.
    _waiting: dict[bytes, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.ways = Ways(self.stage.engine, self.stage.names)
        self._own = frozenset(one.address.packed for port in self.config.ports for one in port.addresses)
        self._port_macs = tuple(self.stage.mac(i) for i in range(len(self.stage.names)))

    def until(self, now_ns: int, *, begin: bool = False) -> Iterator[Passage]:
        """What the engine does by itself until then; `begin`: time begins then."""
        if begin:
            yield from self._by_itself(self.stage.step(now_ns))
        if now_ns > self.stage.now_ns + SILENCE_NS and self.stage.now_ns:
            yield from self._by_itself(self.stage.step(now_ns - 1))
        while (due_ns := self.stage.due_ns()) is not None and due_ns <= now_ns:
            yield from self._by_itself(self.stage.step(due_ns))

    def passage(self, captured: Captured) -> Passage:
        """What becomes of a frame; what was due before has to be done."""
        frame = frames.ethernet(captured.link_type, captured.octets, self._port_macs[captured.port])
        made = Passage(
            captured.number,
            captured.time_ns,
            self.stage.names[captured.port],
            captured.octets if frame is None else frame,
            Verdict.UNREAD,
        )
        if frame is None:
            made.reason = f"link type {captured.link_type} is not read"
            return made
        missing = captured.length - len(captured.octets)
        if missing > 0:
            made.notes.append(f"{missing} octets were cut off when captured, zeros here")
            frame += bytes(missing)
        if len(frame) > MOST or len(frame) < _SHORTEST:
            made.reason = f"{len(frame)} octets are no frame of {_SHORTEST} to {MOST}"
            return made
        made.frame = frame
        seen = frames.look(frame)
        if self._is_own(captured.port, frame, seen):
            made.verdict = Verdict.OWN
            return made
        way = self.ways.of(frames.destination(frame, seen)) if seen.version else Way()
        self.stage.carry(captured.port, self._addressed(captured.port, frame))
        self._judge(made, self.stage.step(captured.time_ns), seen, way)
        return made

    def _is_own(self, port: int, frame: bytes, seen: frames.Look) -> bool:
        mac = self.macs.get(port)
        return frame[6:12] == mac if mac is not None else frames.source(frame, seen) in self._own

    def _addressed(self, port: int, frame: bytes) -> bytes:
        """As it comes to our port."""
        if port in self.macs or frame[0] & 1:
            return frame
        return self._port_macs[port] + frame[6:]

    def _judge(self, made: Passage, turn: Turn, seen: frames.Look, way: Way) -> None:
        risen = {one.counter.name: one.counter for one in turn.risen}
        out = self._sent(turn)
        drop = next((one for name, one in risen.items() if one.is_drop), None)
        if any(name in risen for name in _FORWARDED):
            made.verdict = Verdict.WAITING
            self._forwarded(made, out, turn, seen, way)
            if drop is not None:
                made.notes.append(f"another packet was dropped meanwhile, {drop.name}: {drop.text}")
        elif drop is not None:
            made.verdict, made.reason, made.text = Verdict.DROPPED, drop.name, drop.text
            if drop.name in WITH_ROUTE:
                made.route, made.next_hop = way.route, way.next_hop
            made.notes += [text for name, text in _UNSENT.items() if name in risen]
            self._kinds(out, "error" if "tx-icmp-error" in risen else "other")
        else:
            name = next((name for name in _TAKEN if name in risen), "")
            made.verdict = _TAKEN.get(name, Verdict.UNREAD)
            made.reason = "" if name else "the engine counted nothing"
            self._kinds(out, "answer" if made.verdict in (Verdict.ANSWERED, Verdict.NEIGHBOUR) else "other")
        made.out = [one for _, one in out]
        if turn.answered:
            made.notes.append("the neighbour's answer is made up")

    def _forwarded(
        self, made: Passage, out: list[tuple[int, Sent]], turn: Turn, seen: frames.Look, way: Way
    ) -> None:
        made.route, made.next_hop = way.route, way.next_hop
        kind = "fragment" if any(one.counter.name == "tx-fragment" for one in turn.risen) else "packet"
        for i, (port, sent) in enumerate(out):
            if sent.kind == "question" or sent.waited:
                continue
            made.verdict = Verdict.FORWARDED
            made.next_hop = self.ways.taken(way, port, sent.frame)
            out[i] = port, Sent(sent.port, sent.frame, kind)
        if made.verdict is Verdict.WAITING:
            self._waits(frames.essence(made.frame, seen), made.number)
            made.notes.append("for the next hop's MAC address")

    def _sent(self, turn: Turn) -> list[tuple[int, Sent]]:
        found = []
        for port, frame in (*turn.out, *turn.later):
            waited, kind = 0, "question" if frames.asks(frame) else "other"
            if self._waiting and kind == "other":
                seen = frames.look(frame)
                waited = self._waited(frames.essence(frame, seen)) if seen.version else 0
            found.append((port, Sent(self.stage.names[port], frame, "packet" if waited else kind, waited)))
        return found

    def _waits(self, essence: bytes, number: int) -> None:
        if len(self._waiting) >= _WAITING_MOST:
            del self._waiting[next(iter(self._waiting))]
        self._waiting.setdefault(essence, []).append(number)

    def _waited(self, essence: bytes) -> int:
        """The packet that this is, the oldest of equal ones; 0: none that waited."""
        numbers = self._waiting.get(essence)
        if not numbers:
            return 0
        number = numbers.pop(0)
        if not numbers:
            del self._waiting[essence]
        return number

    @staticmethod
    def _kinds(out: list[tuple[int, Sent]], kind: str) -> None:
        """Of those that are neither questions nor had waited."""
        for i, (port, sent) in enumerate(out):
            if sent.kind == "other":
                out[i] = port, Sent(sent.port, sent.frame, kind)

    def _by_itself(self, turn: Turn) -> Iterator[Passage]:
        out = [one for _, one in self._sent(turn)]
        if out:
            yield Passage(0, turn.time_ns, "", b"", Verdict.OWN, out=out)
