# SPDX-License-Identifier: Apache-2.0
"""Oracles with one rule broken each, which the referee has to find: the proof that the soak can fail. Each says which complaint
it deserves; some faults show in more than one way."""

from dataclasses import dataclass, replace
from typing import Any

from bfd_fastpath.wire.bfd import Actions, NextHop, Packet, Session, State, fsm
from bfd_fastpath.wire.bfd.session import Draw
from tests.soak import broken_demand as demand
from tests.soak import broken_keys as keys
from tests.soak.binding import lib
from tests.soak.ends import OracleEnd


class SlowDetection(Session):
    """Waits twice the detection time, and says the right one."""

    @property
    def detection_deadline_ns(self) -> int | None:
        due = super().detection_deadline_ns
        return None if due is None or self.last_rx_ns is None else due + self.detection_us * 1000


class WrongDetection(Session):
    """Multiplies with its own multiplier instead of the peer's."""

    @property
    def detection_us(self) -> int:
        return self.config.multiplier * self.negotiated_rx_us if self._heard else 0


class HastyDetection(Session):
    """Goes Down a thousandth of the detection time too early."""

    @property
    def detection_deadline_ns(self) -> int | None:
        due = super().detection_deadline_ns
        return None if due is None else due - self.detection_us


class FastTransmit(Session):
    """Jitter takes up to 35 % instead of 25 %."""

    @property
    def next_transmit_ns(self) -> int | None:
        due = super().next_transmit_ns
        if due is None or self._last_tx_ns is None:
            return due
        return due - self._interval_us * 100 * self._jitter // 0xFFFF


class SlowTransmit(Session):
    """A packet goes up to a tenth of the interval too late."""

    @property
    def next_transmit_ns(self) -> int | None:
        due = super().next_transmit_ns
        return due if due is None or self._last_tx_ns is None else due + self._interval_us * 100


class NarrowJitterMissing(Session):
    """Forgets that Detect Mult 1 allows 90 % at most (6.8.7)."""

    @property
    def next_transmit_ns(self) -> int | None:
        due = super().next_transmit_ns
        if due is None or self._last_tx_ns is None or self.config.multiplier != 1:
            return due
        interval_ns = self._interval_us * 1000
        return self._last_tx_ns + interval_ns - (interval_ns // 4 * self._jitter >> 16)


class RaiseAtOnce(Session):
    """A raised DesiredMinTx and a lowered RequiredMinRx do not wait for the Poll (6.8.3)."""

    def configure(self, *args: Any) -> Actions:
        actions = super().configure(*args)
        self._put_in_force()
        return actions


class NoFinal(Session):
    """Does not answer a Poll."""

    def receive(self, *args: Any) -> Actions:
        actions = super().receive(*args)
        actions.send_final = None
        return actions


class PollAndFinal(Session):
    """P and F in one packet while it polls itself."""

    def packet(self, *, final: bool = False) -> Packet:
        return replace(super().packet(final=final), poll=self.poll.on_the_wire)


class NoPoll(Session):
    """A change of timers is not polled."""

    def packet(self, *, final: bool = False) -> Packet:
        return replace(super().packet(final=final), poll=False)


class PollForEver(Session):
    """P stays when F has come."""

    def packet(self, *, final: bool = False) -> Packet:
        return replace(super().packet(final=final), poll=not final and self.poll.started > 0)


class StayUp(Session):
    """Does not hear the peer's Down."""

    def receive(self, packet: Packet, now_ns: int, draw: Draw) -> Actions:
        deaf = self.state is State.UP and packet.state is State.DOWN
        return super().receive(replace(packet, state=State.UP) if deaf else packet, now_ns, draw)


class UpFromDown(Session):
    """Down and Up are heard as Init: one step of the handshake is left out."""

    def _move(self, event: fsm.Event, now_ns: int) -> bool:
        if self.state is State.DOWN and event is fsm.Event.HEARD_UP:
            event = fsm.Event.HEARD_INIT
        return super()._move(event, now_ns)


class QuietChange(Session):
    """Goes Down without an early packet."""

    def _silence(self, deadline_ns: int, now_ns: int, draw: Draw, actions: Actions) -> None:
        super()._silence(deadline_ns, now_ns, draw, actions)
        actions.send = None


class RemembersTheDead(Session):
    """Keeps the peer's discriminator after a detection time of silence (6.8.1)."""

    def _silence(self, deadline_ns: int, now_ns: int, draw: Draw, actions: Actions) -> None:
        known = self.remote_discr
        super()._silence(deadline_ns, now_ns, draw, actions)
        self.remote_discr = known


class ClearsDiagnostic(Session):
    """The diagnostic is none again once the session is Up (erratum 7240)."""

    def packet(self, *, final: bool = False) -> Packet:
        packet = super().packet(final=final)
        return replace(packet, diagnostic=0) if self.state is State.UP else packet


class DeadByAdmin(Session):
    """An AdminDown heard makes the next hop Dead."""

    def receive(self, packet: Packet, now_ns: int, draw: Draw) -> Actions:
        was_up = self.state is State.UP
        actions = super().receive(packet, now_ns, draw)
        if was_up and packet.state is State.ADMIN_DOWN:
            self.next_hop = NextHop.DEAD
        return actions


class FastStart(Session):
    """Says its fast interval before it is Up (6.8.3)."""

    @property
    def advertised_desired_min_tx_us(self) -> int:
        return self.config.desired_min_tx_us


class LeavesEarly(Session):
    """AdminDown is said for half of the peer's detection time only."""

    def remove(self, now_ns: int, draw: Draw) -> Actions:
        actions = super().remove(now_ns, draw)
        if self.remove_at_ns is not None:
            self.remove_at_ns -= (self.remove_at_ns - now_ns) // 2
        return actions


class SpeaksFirst(Session):
    """A passive end that does not wait."""

    @property
    def _may_send(self) -> bool:
        return True


class IgnoresZero(Session):
    """RequiredMinRx 0 is taken for none."""

    @property
    def _sends_periodically(self) -> bool:
        return super()._sends_periodically or (self.remote_min_rx_us == 0 and self.state is State.UP)


class LosesEvent(OracleEnd):
    """Every third event is not told, and the numbers go on."""

    def tell(self, kind: int, old: int, new: int, now_ns: int) -> None:
        super().tell(kind, old, new, now_ns)
        if self.sequence % 3 == 0:
            self.told.pop()


class LosesEventQuietly(OracleEnd):
    """Every third event is not told, and its number goes to the next."""

    def tell(self, kind: int, old: int, new: int, now_ns: int) -> None:
        super().tell(kind, old, new, now_ns)
        if self.sequence % 3 == 0:
            self.told.pop()
            self.sequence -= 1


class DoublesEvent(OracleEnd):
    """A change of state is told twice."""

    def tell(self, kind: int, old: int, new: int, now_ns: int) -> None:
        super().tell(kind, old, new, now_ns)
        if kind == lib.TOLD_STATE and new == State.UP:
            super().tell(kind, old, new, now_ns)


class SwapsEvents(OracleEnd):
    """Two events that are told at once come in the wrong order."""

    def turn(self, now_ns: int, heard: list[bytes]) -> list[bytes]:
        said = super().turn(now_ns, heard)
        if len(self.told) > 1:
            self.told[-2:] = self.told[:-3:-1]
        return said


class TellsLatest(OracleEnd):
    """An event has what the session is when it is read, not what it was."""

    def turn(self, now_ns: int, heard: list[bytes]) -> list[bytes]:
        said = super().turn(now_ns, heard)
        for event in self.told:
            if self.session is not None:
                event["nexthop"] = int(self.session.next_hop)
                event["remote"] = self.session.remote_discr + 1
        return said


class ForgetsItself(OracleEnd):
    """Takes another discriminator when it goes Down."""

    def timer(self, now_ns: int) -> list[bytes]:
        session = self.session
        up = session is not None and session.state is State.UP
        said = super().timer(now_ns)
        if up and self.session is not None and self.session.state is State.DOWN:
            self.session.local_discr += 1
        return said


class TakesAnybody(OracleEnd):
    """Does not compare Your Discriminator (6.8.6)."""

    def hear(self, payload: bytes, now_ns: int) -> list[bytes]:
        session = self.session
        if session is not None and len(payload) >= 24 and any(payload[8:12]):
            payload = payload[:8] + session.local_discr.to_bytes(4, "big") + payload[12:]
        return super().hear(payload, now_ns)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken end and the complaints of which one has to come."""

    name: str
    end: type[OracleEnd]
    rules: frozenset[str]
    keys: bool = False
    """Only authentication is broken."""


def _session(session: type[Session], *rules: str) -> Mutant:
    end = type(session.__name__, (OracleEnd,), {"make_session": session})
    return Mutant(session.__name__, end, frozenset(rules))


def _end(end: type[OracleEnd], *rules: str) -> Mutant:
    return Mutant(end.__name__, end, frozenset(rules))


MUTANTS = (
    _session(SlowDetection, "detection-late"),
    _session(WrongDetection, "state", "detection-early", "detection-late"),
    _session(HastyDetection, "detection-early"),
    _session(FastTransmit, "tx-fast"),
    _session(SlowTransmit, "tx-late"),
    _session(NarrowJitterMissing, "tx-late"),
    _session(RaiseAtOnce, "state", "tx-late"),
    _session(NoFinal, "poll-unanswered"),
    _session(PollAndFinal, "packet"),
    _session(NoPoll, "poll-missing"),
    _session(PollForEver, "poll-unwanted"),
    _session(StayUp, "state", "change-untold", "packet"),
    _session(UpFromDown, "state", "too-many", "packet", "poll-unanswered"),
    _session(QuietChange, "change-untold"),
    _session(RemembersTheDead, "state", "packet"),
    _session(ClearsDiagnostic, "packet"),
    _session(DeadByAdmin, "state"),
    _session(FastStart, "packet", "state"),
    _session(LeavesEarly, "removal"),
    _session(SpeaksFirst, "tx-unwanted", "state"),
    _session(IgnoresZero, "tx-unwanted", "state"),
    _end(LosesEvent, "event-sequence", "event-lost"),
    _end(LosesEventQuietly, "event", "event-lost"),
    _end(DoublesEvent, "event-made-up", "event"),
    _end(SwapsEvents, "event-sequence"),
    _end(TellsLatest, "event"),
    _end(ForgetsItself, "packet", "state"),
    _end(TakesAnybody, "state", "too-many", "packet", "final-unwanted"),
    _session(demand.DemandsUnasked, "poll-missing", "poll-waits"),
    _session(demand.DemandsTooSoon, "packet"),
    _session(demand.MissesTheSilent, "detection-early"),
    _session(demand.WaitsForAnswersAsForPackets, "state"),
    _session(demand.WaitsForNoAnswer, "detection-late", "state"),
    _session(demand.TalksOn, "tx-unwanted", "state"),
    _session(demand.HidesBrokenPath, "packet"),
    _session(demand.TellsBrokenPathLate, "change-untold"),
    _session(demand.ResetsAsNeighbour, "packet"),
    _session(demand.HoldsNothing, "state", "event"),
    _session(demand.PollsNotByCommand, "state", "demand-poll"),
    _end(demand.NeverAsks, "demand-poll"),
    _end(demand.AsksTwiceAsOften, "poll-unwanted", "state"),
    *(Mutant(end.__name__, end, frozenset(rules), keys=True) for end, rules in keys.ENDS),
)
