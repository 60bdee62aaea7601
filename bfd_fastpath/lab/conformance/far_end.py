# SPDX-License-Identifier: Apache-2.0
"""The scripted far end of one session: it says what a scene tells it to say, hellos and answers between, and
keeps what it heard. It has no state machine: its state is whatever the scene sets.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bfd_fastpath.lab.conformance import authentication
from bfd_fastpath.lab.conformance.authentication import Key, Section
from bfd_fastpath.lab.conformance.frame import Address, Datagram, datagram
from bfd_fastpath.lab.conformance.line import Line, Tape
from bfd_fastpath.wire.bfd import SINGLE_HOP_PORT, Packet, PacketError, State, decode

ECHO_PORT: Final = 3785
SECOND: Final = 1_000_000_000
_SLOW_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Heard:
    """A packet of the target. `packet` is None where it is no BFD control packet that may be accepted."""

    number: int
    time_ns: int
    datagram: Datagram
    packet: Packet | None

    @property
    def said(self) -> Packet:
        """The control packet in it."""
        assert self.packet is not None
        return self.packet

    @property
    def octets(self) -> bytes:
        return self.datagram.payload

    @property
    def section(self) -> Section | None:
        return authentication.section(self.datagram.payload)


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet of ours."""

    number: int
    time_ns: int


@dataclass(frozen=True, slots=True)
class Ends:
    """Whose frames are exchanged."""

    own_mac: bytes
    target_mac: bytes
    own: Address
    target: Address


class FarEnd:
    """One end of one session. Attributes are what its packets say until they are changed."""

    def __init__(
        self, line: Line, tape: Tape, ends: Ends, *, discriminator: int, source_port: int = 50_000
    ) -> None:
        self.line, self.tape, self.ends = line, tape, ends
        self.discriminator = discriminator
        self.source_port = source_port
        self.state = State.DOWN
        self.diagnostic = 0
        #: Your Discriminator; learned from the target unless `learns` is off.
        self.your = 0
        self.desired_us = 100_000
        self.required_us = 100_000
        self.echo_us = 0
        self.multiplier = 3
        self.demand = False
        self.poll = False
        self.key: Key | None = None
        self.sequence = 1000
        #: Whether hellos go by themselves, Polls are answered, Echo comes back, the discriminator is learned.
        self.hellos = False
        self.answers = True
        self.reflects = True
        self.learns = True
        #: Instead of the interval that the two ends agree on, in microseconds.
        self.pace_us: int | None = None
        self.heard: list[Heard] = []
        self.echoes: list[Heard] = []
        self.sent: list[Sent] = []
        #: The longest that this end kept a hello or a packet waiting, because it did not run.
        self.late_ns = 0
        self._last_hello_ns: int | None = None

    # Speaking.

    def packet(self, **changes: Any) -> Packet:
        """What a hello says at this moment, with changes to fields of Packet."""
        packet = Packet(
            state=self.state,
            diagnostic=self.diagnostic,
            my_discriminator=self.discriminator,
            your_discriminator=self.your,
            desired_min_tx_us=self.said_desired_us,
            required_min_rx_us=self.required_us,
            required_min_echo_rx_us=self.echo_us,
            multiplier=self.multiplier,
            demand=self.demand,
            poll=self.poll,
        )
        return replace(packet, **changes)

    @property
    def said_desired_us(self) -> int:
        """Desired Min TX as packets say it: a second at least while not Up (RFC 5880 6.8.3)."""
        return self.desired_us if self.state is State.UP else max(self.desired_us, _SLOW_US)

    def octets(self, **changes: Any) -> bytes:
        """The same as octets, authenticated where a key is in use: each call takes a sequence number."""
        packet = self.packet(**changes)
        if self.key is None:
            return bytes(packet)
        self.sequence = (self.sequence + 1) & 0xFFFFFFFF
        return authentication.seal(packet, self.key, self.sequence)

    def say(self, note: str = "", **changes: Any) -> Sent:
        """Send one packet."""
        return self.put(self.octets(**changes), note)

    def put(
        self, payload: bytes, note: str = "", *, port: int = SINGLE_HOP_PORT, source_port: int = 0
    ) -> Sent:
        """Send any octets by UDP."""
        ends = self.ends
        frame = bytes(
            Datagram(
                ends.own_mac,
                ends.target_mac,
                ends.own,
                ends.target,
                source_port or self.source_port,
                port,
                payload,
            )
        )
        return self._frame(frame, note)

    def _frame(self, frame: bytes, note: str) -> Sent:
        time_ns = self.line.send(frame)
        sent = Sent(self.tape.add(time_ns, frame, note), time_ns)
        self.sent.append(sent)
        return sent

    # Listening.

    @property
    def last(self) -> Packet | None:
        """What the target said last."""
        return next((one.packet for one in reversed(self.heard) if one.packet is not None), None)

    @property
    def pace_ns(self) -> int:
        """Between hellos: nine tenths of what the ends agreed on, which jitter allows."""
        if self.pace_us is not None:
            return self.pace_us * 1000
        last = self.last
        wanted = max(self.said_desired_us, last.required_min_rx_us if last else 1)
        return wanted * 900

    def hear(self, got: tuple[int, bytes]) -> Heard | None:
        """A frame that came; None where it is not for this end."""
        time_ns, frame = got
        found = datagram(frame)
        ends = self.ends
        if found is None or found.source_mac != ends.target_mac:
            return None
        if found.destination_port == ECHO_PORT:
            # Its source may be any address of the target's (RFC 5881 4).
            if found.destination not in (ends.own, ends.target):
                return None
        elif (found.source, found.destination, found.destination_port) != (
            ends.target,
            ends.own,
            SINGLE_HOP_PORT,
        ):
            return None
        self.late_ns = max(self.late_ns, self.line.now_ns - time_ns)
        number = self.tape.add(time_ns, frame)
        if found.destination_port == ECHO_PORT:
            echo = Heard(number, time_ns, found, None)
            self.echoes.append(echo)
            if self.reflects:
                self.reflect(echo)
            return None
        try:
            packet = decode(found.payload)
        except PacketError:
            packet = None
        heard = Heard(number, time_ns, found, packet)
        self.heard.append(heard)
        if packet is not None:
            self._react(packet)
        return heard

    def reflect(self, echo: Heard) -> Sent:
        """Send an Echo packet back as a router would: by its destination, where that is the target itself."""
        came = echo.datagram
        turned = replace(
            came, source_mac=came.destination_mac, destination_mac=came.source_mac, ttl=came.ttl - 1
        )
        if came.destination == self.ends.own:
            turned = replace(turned, source=came.destination, destination=came.source)
        return self._frame(bytes(turned), "an Echo packet goes back")

    def _react(self, packet: Packet) -> None:
        if self.learns:
            self.your = packet.my_discriminator
        if packet.final:
            self.poll = False
        if packet.poll and self.answers:
            self.say("answer to a Poll", poll=False, final=True)

    # Time.

    @property
    def due_ns(self) -> int | None:
        """When the next hello goes."""
        if not self.hellos:
            return None
        return 0 if self._last_hello_ns is None else self._last_hello_ns + self.pace_ns

    def run(
        self, seconds: float, until: Callable[[Heard], bool] | None = None, others: "tuple[FarEnd, ...]" = ()
    ) -> list[Heard]:
        """Let time pass, hellos going as they are due; what this end heard meanwhile. It ends early with the
        packet that `until` waits for. Ends of other sessions on the line take part.
        """
        return self.run_to(self.line.now_ns + round(seconds * SECOND), until, others)

    def wait_for(self, until: Callable[[Heard], bool], seconds: float) -> Heard | None:
        """The first packet of which this holds; None where it does not come in this time."""
        heard = self.run(seconds, until)
        last = heard[-1] if heard else None
        return last if last is not None and last.packet is not None and until(last) else None

    def run_to(
        self, end_ns: int, until: Callable[[Heard], bool] | None = None, others: "tuple[FarEnd, ...]" = ()
    ) -> list[Heard]:
        heard: list[Heard] = []
        ends = (self, *others)
        while True:
            now_ns = self.line.now_ns
            for end in ends:
                due_ns = end.due_ns
                if due_ns is not None and due_ns <= now_ns:
                    end._last_hello_ns = now_ns
                    end.say()
            if self.line.now_ns >= end_ns:
                return heard
            wake_ns = min([end_ns, *(due for end in ends if (due := end.due_ns) is not None)])
            got = self.line.receive(wake_ns)
            if got is None:
                self.late_ns = max(self.late_ns, self.line.now_ns - wake_ns)
                continue
            for end in ends:
                one = end.hear(got)
                if one is not None and end is self:
                    heard.append(one)
                    if until is not None and one.packet is not None and until(one):
                        return heard
