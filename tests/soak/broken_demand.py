# SPDX-License-Identifier: Apache-2.0
"""Oracles that break a rule of Demand mode (RFC 5880 6.6), of paths beyond the peer's (6.8.17), of a reset of forwarding (6.8.15), or of
what is done by command: the referee has to find each of them."""

from dataclasses import replace

from bfd_fastpath.wire.bfd import Actions, NextHop, Packet, Session, State
from bfd_fastpath.wire.bfd.session import Draw
from tests.soak.ends import OracleEnd


class DemandsUnasked(Session):
    """D begins without a Poll."""

    def _settle(self, now_ns: int) -> None:
        demanding, poll = self.demanding, replace(self.poll)
        super()._settle(now_ns)
        if self.demanding and not demanding:
            self.poll = poll


class DemandsTooSoon(Session):
    """Says D as soon as it is Up itself."""

    def packet(self, *, final: bool = False) -> Packet:
        return replace(super().packet(final=final), demand=self.config.demand and self.state is State.UP)


class MissesTheSilent(Session):
    """Takes the silence that it demanded for a failure."""

    @property
    def detection_deadline_ns(self) -> int | None:
        due = super().detection_deadline_ns
        if not self.demanding or due is not None or self.last_rx_ns is None:
            return due
        return self.last_rx_ns + self.detection_us * 1000


class WaitsForAnswersAsForPackets(Session):
    """In Demand mode takes the peer's multiplier and interval."""

    @property
    def detection_us(self) -> int:
        if self.demanding:
            return self.remote_multiplier * self.negotiated_rx_us
        return super().detection_us


class WaitsForNoAnswer(Session):
    """A Poll that is not answered means nothing in Demand mode."""

    @property
    def detection_deadline_ns(self) -> int | None:
        return None if self.demanding else super().detection_deadline_ns


class TalksOn(Session):
    """Does not obey the peer's D."""

    @property
    def _remote_demands(self) -> bool:
        return False


class HidesBrokenPath(Session):
    """Says nothing of a path beyond."""

    def packet(self, *, final: bool = False) -> Packet:
        return replace(super().packet(final=final), diagnostic=int(self.local_diag))


class TellsBrokenPathLate(Session):
    """A path beyond that breaks is told when a packet is due anyway."""

    def configure(self, *args: object) -> Actions:
        actions = super().configure(*args)  # type: ignore[arg-type]
        if self.state is State.UP:
            actions.send = None
        return actions


class ResetsAsNeighbour(Session):
    """A reset of forwarding is told as another one's fault."""

    def forwarding_reset(self, now_ns: int, draw: Draw) -> Actions:
        actions = super().forwarding_reset(now_ns, draw)
        if actions.send is not None:
            actions.send = replace(actions.send, diagnostic=3)
        return actions


class HoldsNothing(Session):
    """A held next hop becomes Live as any other."""

    def receive(self, packet: Packet, now_ns: int, draw: Draw) -> Actions:
        was_up = self.state is State.UP
        actions = super().receive(packet, now_ns, draw)
        if self.state is State.UP and not was_up:
            self.next_hop = NextHop.LIVE
        return actions


class PollsNotByCommand(Session):
    """A Poll by command is not made."""

    def poll_now(self, now_ns: int) -> None:
        self._settle(now_ns)


class NeverAsks(OracleEnd):
    """Demand mode does not ask by itself."""

    def asks(self, every_us: int) -> None:
        self.demand_poll_us = 0


class AsksTwiceAsOften(OracleEnd):
    """Demand mode asks by itself, and more often than it is to."""

    def asks(self, every_us: int) -> None:
        super().asks(every_us // 2)
