# SPDX-License-Identifier: Apache-2.0
"""The story of one packet: what the engine knew when it came, and what became of it. Whatever is said of
rules, routes, next hops and neighbours is the engine's own word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from bfd_fastpath.replay import forward_frame as frames
from bfd_fastpath.replay.forward import Forward
from bfd_fastpath.replay.forward_passage import Passage, Sent, Verdict, error_text
from bfd_fastpath.replay.forward_play import WITH_ROUTE, Captured
from bfd_fastpath.replay.forward_rewrite import rewritten
from pydp import NeighbourState, NextHop, NextHopKind, NextHopState
from pydp.forwarding import clause, silence

_LABEL: Final = 11
_BFD: Final = {
    NextHopState.UNKNOWN: "BFD says nothing of it",
    NextHopState.LIVE: "BFD: live",
    NextHopState.DEAD: "BFD: dead",
}
_RULES: Final = {
    4: "RFC 1812 5.2.2 (1) to (5), addresses, options and TTL",
    6: "RFC 8200 3, addresses and hop limit",
}
#: Found before it was known whether a packet is in transit.
_MALFORMED: Final = ("drop-malformed-ip4", "drop-checksum-ip4", "drop-malformed-ip6")
#: Drops after which a sender may be told.
_TELLING: Final = {
    *(
        "drop-expired",
        "drop-no-route",
        "drop-unreachable",
        "drop-prohibited",
        "drop-next-hop",
        "drop-too-big",
    ),
    *("drop-options", "drop-scope", "drop-neighbour-failed"),
}


@dataclass(slots=True)
class Story:
    """Lines for people: a label, and what is said."""

    packet: int
    lines: list[tuple[str, str]]
    passage: Passage

    def text(self) -> str:
        return "\n".join(f"{label:<{_LABEL}}{said}".rstrip() for label, said in self.lines)


def story(run: Forward, number: int) -> Story | None:
    """Plays the capture up to this packet and tells what becomes of it; None: there is no such packet."""
    start_ns = None
    for captured in run.captured():
        start_ns = captured.time_ns if start_ns is None else start_ns
        for _ in run.before(captured):
            pass
        if captured.number == number:
            return _tell(run, captured, start_ns)
        run.passage(captured)
    return None


def _tell(run: Forward, captured: Captured, start_ns: int) -> Story:
    known = _Known(run, captured)
    made = run.passage(captured)
    t_us = (captured.time_ns - start_ns) // 1000
    when = f"{t_us // 1_000_000}.{t_us % 1_000_000:06d} s"
    lines = [
        (
            f"packet {captured.number}",
            f"{captured.length} octets at {when}, in at port {made.port}",
        ),
        *known.ethernet(made),
    ]
    if made.verdict not in (Verdict.UNREAD, Verdict.OWN):
        lines += _classified(made)
        lines += known.checked(made)
        if _in_transit(made) and known.has_way(made):
            lines += known.routed()
        lines += _left(made)
        lines += known.told(made)
    lines.append(("verdict", made.sentence()))
    return Story(captured.number, lines, made)


def _in_transit(made: Passage) -> bool:
    """Whether it came to the stages of forwarding."""
    return made.verdict in (Verdict.FORWARDED, Verdict.WAITING) or made.text.startswith(
        ("not forwarded", "not sent")
    )


def _classified(made: Passage) -> Iterator[tuple[str, str]]:
    said = {
        Verdict.BFD: "BFD, which is handled before all else",
        Verdict.NEIGHBOUR: "ARP or neighbour discovery",
        Verdict.HOST: "for the host beside this port",
        Verdict.ANSWERED: "a question to an address of ours that the engine answers",
    }.get(made.verdict)
    if said is None:
        said = "in transit: to our MAC address, and to no address of ours" if _in_transit(made) else made.text
    yield "classify", said


class _Known:
    """What the engine knew before the packet came."""

    def __init__(self, run: Forward, captured: Captured) -> None:
        self._run = run
        port_mac = run.stage.mac(captured.port)
        frame = frames.ethernet(captured.link_type, captured.octets, port_mac) or b""
        self._frame = frame.ljust(captured.length, b"\0") if frame else frame
        self._seen = frames.look(self._frame)
        engine = run.stage.engine
        target = frames.destination(self._frame, self._seen)
        self._target = ip_address(target) if target else None
        self._route = None if self._target is None else engine.routes.match(self._target)
        self._hop = None if self._route is None else engine.nexthops.read(self._route.next_hop)
        self._members = {} if self._hop is None else self._read(self._hop)
        self._neighbours = {(one.port, one.vlan, one.address): one for one in engine.neighbours()}

    def _read(self, hop: NextHop) -> dict[int, NextHop]:
        ids = (*(one.id for one in hop.config.members), *hop.config.backups)
        return {one: self._run.stage.engine.nexthops.read(one) for one in ids}

    def ethernet(self, made: Passage) -> Iterator[tuple[str, str]]:
        if len(self._frame) < 14:
            return
        to, by = self._frame[:6].hex(":"), self._frame[6:12].hex(":")
        tag = f"VLAN {self._seen.vlan}" if self._seen.vlan else "no VLAN tag"
        yield (
            "Ethernet",
            f"{by} -> {to}, {tag}, type 0x{self._frame[self._seen.at - 2 : self._seen.at].hex()}",
        )
        if self._seen.version:
            sender = ip_address(frames.source(self._frame, self._seen))
            yield "IP", f"{sender} -> {self._target}, {_age(self._frame, self._seen)}"

    def checked(self, made: Passage) -> Iterator[tuple[str, str]]:
        if not (_in_transit(made) or made.reason in _MALFORMED):
            return
        fails = self._clause()
        rules = _RULES[self._seen.family]
        yield "header", f"holds: {rules}" if fails is None else f"fails {fails}"
        if made.reason == "drop-rpf":
            sender = ip_address(frames.source(self._frame, self._seen))
            back = self._run.stage.engine.routes.match(sender)
            way = "has no route" if back is None else f"has the route {back.prefix}, which leads elsewhere"
            yield "RPF", f"fails (RFC 3704): the source {sender} {way}"

    def _clause(self) -> str | None:
        return clause(self._frame[self._seen.at :], self._seen.family)

    def has_way(self, made: Passage) -> bool:
        """Whether a route was looked up."""
        return made.verdict is not Verdict.DROPPED or made.reason in WITH_ROUTE

    def routed(self) -> Iterator[tuple[str, str]]:
        if self._route is None or self._hop is None:
            yield "route", f"none holds {self._target}"
            return
        count = self._run.stage.engine.routes.info()
        routes = count.ipv4_routes if self._seen.version == 4 else count.ipv6_routes
        yield "route", f"{self._route.prefix}, the longest of {routes} that holds {self._target}"
        yield "next hop", f"{self._route.next_hop}: {self._text(self._hop)}"
        shares = dict(zip((one.id for one in self._hop.config.members), self._hop.buckets, strict=False))
        for one, member in self._members.items():
            share = f"{shares[one]} of 256 shares of the flows" if one in shares else "backup"
            yield "", f"{one}: {self._text(member)}, {share}"
        if self._members:
            yield "", self._flow(self._hop)

    def _flow(self, group: NextHop) -> str:
        """Why a group's member is taken."""
        share, owner = self._run.stage.engine.nexthops.flow(
            group.id, self._frame[self._seen.at :], self._seen.version
        )
        if not owner:
            return "no members: the first live one in reserve is taken"
        whose = f"this flow is in share {share}, which is that of {owner}"
        if self._members[owner].live:
            return f"{whose}: taken, since it is live"
        return f"{whose}, not live: another that is live is taken by the same hash, or the first in reserve"

    def _text(self, hop: NextHop) -> str:
        config = hop.config
        text = self._run.play.ways.text(hop)
        if config.kind is NextHopKind.ADJACENT:
            found = (
                self._neighbours.get((config.port, config.vlan, config.address)) if config.address else None
            )
            state = _mac(found.mac if found else "", hop.neighbour_state)
            return f"{text}, {state}, {_BFD[hop.state]}, {'live' if hop.live else 'not live'}"
        if config.kind is NextHopKind.CONNECTED and self._target is not None:
            near = self._neighbours.get((config.port, config.vlan, self._target))
            return f"{text}, {_mac(near.mac, near.state) if near else 'never asked for'}"
        if config.kind is NextHopKind.GROUP:
            return f"{text}"
        return text

    def told(self, made: Passage) -> Iterator[tuple[str, str]]:
        """The ICMP error, or why there is none."""
        errors = [one for one in made.out if one.kind == "error"]
        for one in errors:
            yield "ICMP", error_text(one).removeprefix("ICMP ")
        if errors or made.reason not in _TELLING:
            return
        why = next((one for one in made.notes if one.startswith("no ICMP error")), None)
        why = why or silence(self._frame[self._seen.at :], self._seen.version)
        sender = ip_address(frames.source(self._frame, self._seen))
        if not why and (asked := self._asked_for(sender)) is not None:
            yield "ICMP", f"an error to {sender} waits for the MAC address of {asked}"
            return
        yield "ICMP", f"none: {why or f'{sender} is an address of ours, or a broadcast address'}"

    def _asked_for(self, address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address | None:
        """The neighbour that packets to an address wait for."""
        engine = self._run.stage.engine
        route = engine.routes.match(address)
        if route is None:
            return None
        config = engine.nexthops.read(route.next_hop).config
        to = address if config.kind is NextHopKind.CONNECTED else config.address
        waiting = (one for one in engine.neighbours() if one.state is NeighbourState.INCOMPLETE)
        return next((one.address for one in waiting if one.address == to), None)


def _mac(mac: str, state: NeighbourState | None) -> str:
    word = "" if state is None else f", {state.name.lower()}"
    return f"MAC address {mac}{word}" if any(c not in "0:" for c in mac) else f"MAC address not known{word}"


def _age(frame: bytes, seen: frames.Look) -> str:
    octets = frame[seen.at :]
    if seen.version == 6:
        return f"hop limit {octets[7]}, next header {octets[6]}"
    options = f", {4 * (octets[0] & 15) - 20} octets of options" if octets[0] & 15 > 5 else ""
    return f"TTL {octets[8]}, protocol {octets[9]}{options}"


def _left(made: Passage) -> Iterator[tuple[str, str]]:
    for one in made.out:
        if one.kind in ("packet", "fragment") and not one.waited:
            yield from _sent(made, one)


def _sent(made: Passage, one: Sent) -> Iterator[tuple[str, str]]:
    yield "out", f"port {one.port}, {len(one.frame)} octets"
    if one.kind == "packet":
        for change in rewritten(made.frame, one.frame):
            yield "rewrite", change
