# SPDX-License-Identifier: Apache-2.0
"""From what a capture shows of the recorded end to what our session begins with, and the engine that lets it
begin there.
"""

from __future__ import annotations

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.replay.end_packets import Row
from bfd_fastpath.replay.end_report import Address, Taken
from bfd_fastpath.replay.end_survey import Subject
from bfd_fastpath.session import EngineRefusedError, EngineSession
from bfd_fastpath.session.native import NativeEngine
from pydp import Diagnostic, Engine, PydpError, State, Takeover


class AdoptingEngine(NativeEngine):
    """A native engine whose next session to a peer takes over where it was told so."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._prepared: dict[Address, Takeover] = {}

    def prepare(self, peer: Address, takeover: Takeover) -> None:
        """The next session that is made to this peer begins like this."""
        self._prepared[peer] = takeover

    def upsert(self, wanted: EngineSession) -> int:
        takeover = self._prepared.pop(wanted.destination, None)
        if takeover is None:
            return super().upsert(wanted)
        try:
            return self._sessions.adopt(self.config(wanted), takeover)
        except PydpError as error:
            raise EngineRefusedError(error.text) from error

    def drop(self, session: int) -> None:
        """The session is gone at once and without a word, as when its process is killed."""
        self._sessions.remove(session, now=True)


def by_own(row: Row, heard: Row | None, why: str) -> tuple[Taken, Takeover]:
    """Where the recorded end's packet says it stood. `heard`: the peer's packet before it."""
    state = BfdState(row.state)
    if state is BfdState.ADMIN_DOWN:
        state, why = BfdState.DOWN, f"{why}, in AdminDown, which is its operator's; ours begins Down"
    known = heard if heard is not None and heard.my_discriminator == row.your_discriminator else None
    taken = Taken(
        row.time_ns, row.number, state, row.my_discriminator, row.source_port, row.your_discriminator, why
    )
    return taken, _takeover(taken, row.diagnostic, known)


def by_peer(row: Row, discriminator: int, source_port: int, why: str) -> tuple[Taken, Takeover | None]:
    """Where the peer's packet shows the recorded end to have stood. Discriminator 0: nobody ever said it."""
    state = BfdState.UP if row.state == BfdState.UP else BfdState.DOWN
    if not discriminator:
        return Taken(row.time_ns, row.number, BfdState.DOWN, None, None, 0, why), None
    known = row if row.your_discriminator else None
    taken = Taken(
        row.time_ns,
        row.number,
        state,
        discriminator,
        source_port or None,
        known.my_discriminator if known is not None else 0,
        why,
    )
    return taken, _takeover(taken, 0, known)


def beginning(subject: Subject, heard: Row | None) -> tuple[Taken, Takeover | None]:
    """How our session begins at the subject's first packet; `heard`: the peer's last packet before it."""
    begin, own = subject.begin, subject.own
    if own is not None and begin is own:
        return by_own(own, heard, "the recorded end's first packet")
    if own is not None:
        why = "the peer's first packet, which names a recorded end that is Up or on its way there"
        return by_peer(begin, own.my_discriminator, own.source_port, why)
    why = "the peer's first packet; the recorded end was not captured"
    return by_peer(begin, subject.named, 0, why)


def _takeover(taken: Taken, diagnostic: int, known: Row | None) -> Takeover:
    return Takeover(
        local_discriminator=taken.local_discriminator or 0,
        remote_discriminator=taken.remote_discriminator,
        remote_desired_min_tx_interval_us=known.desired_min_tx_us if known is not None else 0,
        remote_required_min_rx_interval_us=known.required_min_rx_us if known is not None else 0,
        source_port=taken.source_port or 0,
        local_state=State(taken.state),
        local_diagnostic=Diagnostic(diagnostic),
        remote_state=State(known.state) if known is not None else State.DOWN,
        remote_multiplier=known.multiplier if known is not None else 0,
    )
