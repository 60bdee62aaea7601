# SPDX-License-Identifier: Apache-2.0
"""The oracle beside an engine, given what the engine is given: it has to say the same packets, octet by octet, and be in the
same state after each step. Only when a periodic packet goes is the engine's own affair, within the jitter that both may take;
discriminators are the engine's."""

from typing import Any

from bfd_fastpath.wire.bfd import Actions, Session
from tests.soak.binding import ffi, lib
from tests.soak.ends import config_of, obey, payload_bytes
from tests.soak.run import ENGINE_SLACK_NS
from tests.soak.signing import Imitator

LATEST, EARLIEST = 0, 0xFFFF


class Elastic(Session):
    """A session whose running interval is as long or as short as is asked for."""

    def stretch(self, jitter: int) -> None:
        self._jitter = jitter


class SameInputs:
    """Watches one end (run.Shadow)."""

    make_session = Elastic

    def __init__(self) -> None:
        self.session: Elastic | None = None
        self.signer: Imitator | None = None
        self.complaint = ""
        self.compared = 0
        self.steps = 0
        self.overflow_ns = self.overflow_at_ns = 0
        self.interval_us = 0
        self.changed_ns = 0
        """When the interval of saying became what it is: what is overdue by that is due then."""

    def complain(self, now_ns: int, what: str, ours: object, theirs: object) -> None:
        if not self.complaint:
            self.complaint = f"{what} at {now_ns} ns: the engine {ours}, the oracle {theirs}"

    def step(self, step: Any) -> None:
        if self.complaint:
            return
        self.steps += 1
        if step.overflow_ns:
            self.overflow_ns, self.overflow_at_ns = int(step.overflow_ns), int(step.now_ns)
        said = [payload_bytes(step.said[i]) for i in range(step.said_count)]
        if self.signer is not None:
            self.signer.learn(said)
        ours = self._command(step) if step.command != ffi.NULL else self._turn(step, said)
        if ours != said:
            self.complain(step.now_ns, "packets", [one.hex() for one in said], [one.hex() for one in ours])
        self.compared += len(said)
        self._note_interval(int(step.now_ns))
        self._compare(step)

    def _command(self, step: Any) -> list[bytes]:
        order, config = step.command.order, config_of(step.command.wanted)
        if order == lib.NO_ORDER:
            self.session = self.make_session(config, step.now.local, step.now_ns)
            self.signer = Imitator(step.command.wanted)
            return []
        if self.session is None:
            return []
        if order == lib.CONFIGURE:
            assert self.signer is not None
            self.signer.want(step.command.wanted)
            return self._finish(self.session.configure(config, step.now_ns, self._draw))
        if order == lib.REMOVE:
            return self._finish(self.session.remove(step.now_ns, self._draw))
        if order == lib.RESET:
            return self._finish(self.session.forwarding_reset(step.now_ns, self._draw))
        if order in (lib.CLEAR, lib.HOLD, lib.RELEASE, lib.POLL):
            obey(self.session, order, int(step.now_ns))
            return []
        self.session = None
        return []

    def _note_interval(self, now_ns: int) -> None:
        if self.session is not None and self.session.negotiated_tx_us != self.interval_us:
            self.interval_us, self.changed_ns = self.session.negotiated_tx_us, now_ns

    @staticmethod
    def _draw() -> int:
        return LATEST

    def _finish(self, actions: Actions) -> list[bytes]:
        if actions.done:
            self.session = None
        assert self.signer is not None
        return [
            self.signer.say(packet) for packet in (actions.send_final, actions.send) if packet is not None
        ]

    def _turn(self, step: Any, said: list[bytes]) -> list[bytes]:
        ours: list[bytes] = []
        for i in range(step.heard_count):
            if self.session is None or self.signer is None:
                break
            packet = self.signer.hear(self.session, payload_bytes(step.heard[i]), int(step.now_ns))
            if packet is not None:
                ours += self._finish(self.session.receive(packet, step.now_ns, self._draw))
        if self.session is None:
            return ours
        self._note_interval(int(step.now_ns))
        return ours + self._timer(step, more=len(said) > len(ours))

    def _timer(self, step: Any, *, more: bool) -> list[bytes]:
        """The oracle's timers, where the engine's ran: its wheel may be a little behind them."""
        session, now_ns = self.session, step.now_ns
        assert session is not None
        session.stretch(EARLIEST if more else LATEST)
        if not step.now.gone and self._runs_behind(session, step, more=more):
            return []
        return self._finish(session.timer(now_ns, self._draw))

    def _runs_behind(self, session: Elastic, step: Any, *, more: bool) -> bool:
        """Whether a timer of the oracle's is due, and the engine's has not run: the referee knows how long that may be."""
        now_ns = step.now_ns
        expired = session.detection_us != 0 and step.now.detection_us == 0
        last_rx_ns, detection_ns = session.last_rx_ns, session.detection_deadline_ns
        if detection_ns is not None and detection_ns <= now_ns and not expired:
            if last_rx_ns is None or self.overflow_at_ns <= last_rx_ns or not session.defer(self.overflow_ns):
                return True
            detection_ns = session.detection_deadline_ns
            if detection_ns is not None and detection_ns <= now_ns:
                return True
        if session.remove_at_ns is not None and session.remove_at_ns <= now_ns:
            return True
        poll_ns, due_ns = session.poll.deadline_ns, session.next_transmit_ns
        if poll_ns is not None and poll_ns <= now_ns and not step.now.polling:
            return True
        if due_ns is None or more or expired or due_ns > now_ns:
            return False
        return max(due_ns, self.changed_ns) + ENGINE_SLACK_NS + int(step.excuse_ns) > now_ns

    def _compare(self, step: Any) -> None:
        session, now = self.session, step.now
        if now.gone or session is None:
            if bool(now.gone) != (session is None):
                self.complain(step.now_ns, "removal", bool(now.gone), session is None)
            return
        pairs = {
            "state": (now.state, session.state),
            "remote state": (now.remote_state, session.remote_state),
            "diagnostic": (now.diagnostic, session.diagnostic),
            "remote diagnostic": (now.remote_diagnostic, session.remote_diag),
            "remote discriminator": (now.remote, session.remote_discr),
            "next hop": (now.nexthop, session.next_hop),
            "detection time": (now.detection_us, session.detection_us),
            "interval of saying": (now.tx_us, session.negotiated_tx_us),
            "interval of hearing": (now.rx_us, session.negotiated_rx_us),
        }
        for what, (ours, theirs) in pairs.items():
            if ours != theirs:
                self.complain(step.now_ns, what, int(ours), int(theirs))
                return
