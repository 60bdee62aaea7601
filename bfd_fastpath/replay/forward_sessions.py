# SPDX-License-Identifier: Apache-2.0
"""The sessions of a configuration beside a capture: each takes the recorded one's place, so that the recorded
packets are for it, and next hops are dead when it says so. The reflector answers as the recorded one did.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final

from bfd_fastpath.config import ConfigError
from bfd_fastpath.config.model import Config, PathType, Session
from bfd_fastpath.replay.end_packets import MULTIHOP, SBFD_REQUEST, SINGLE_HOP
from bfd_fastpath.replay.end_report import Address
from bfd_fastpath.replay.end_survey import Subject, evidence, subjects
from bfd_fastpath.replay.end_takeover import beginning
from bfd_fastpath.replay.forward_stage import ForwardStage
from bfd_fastpath.router.carry_out import engine_session, reflector_config
from bfd_fastpath.router.key_chains import ConfiguredKeyChains
from bfd_fastpath.session import EngineSession, EventType
from bfd_fastpath.session.native import NativeEngine
from pydp import ExistsError, NextHopState, State, Takeover, replay

#: How next hops are called in what is told.
_SLOTS: Final = {NextHopState.UNKNOWN: "unknown", NextHopState.LIVE: "live", NextHopState.DEAD: "dead"}
#: The recorded packets that a session sent.
_KINDS: Final = {PathType.IP_SH: SINGLE_HOP, PathType.IP_MH: MULTIHOP, PathType.S_BFD: SBFD_REQUEST}


class ForwardSessions:
    """`path`: None where the capture can be read only once; sessions begin anew then, and refuse packets that
    name the recorded ones. Raises PydpError where the engine will not have a session."""

    def __init__(self, config: Config, stage: ForwardStage, path: Path | None) -> None:
        self._stage = stage
        self._engine = NativeEngine(stage.engine)
        self._told: dict[int, Session] = {}
        #: By the number of the packet that they begin with.
        self._begins: dict[int, list[tuple[Session, Subject]]] = defaultdict(list)
        self.notes: list[str] = []
        self._find(self._wanted(config), path)
        if config.reflector.discriminators:
            stage.engine.reflector_set(reflector_config(config.reflector))

    def _wanted(self, config: Config) -> list[Session]:
        """Those that can be played; the others are in the notes."""
        wanted = [one for one in config.sessions if one.path_type in _KINDS]
        self._leave_out(len(config.sessions) - len(wanted), "sessions of unaffiliated echo", "")
        self._leave_out(len(config.lags), "link aggregates", "")
        chains = ConfiguredKeyChains(self._engine.key_chains)
        for chain in config.key_chains:
            try:
                chains.set(chain)
            except ConfigError as error:
                mine = [one for one in wanted if _chain(one) == chain.name]
                self._leave_out(len(mine), "authenticated sessions", f": {error.faults[0]}")
                wanted = [one for one in wanted if one not in mine]
        return wanted

    def _leave_out(self, count: int, what: str, why: str) -> None:
        if count:
            self.notes.append(f"{count} {what} left out{why}")

    def _find(self, wanted: list[Session], path: Path | None) -> None:
        recorded: dict[tuple[int, Address, Address], Subject] = {}
        for source in dict.fromkeys(one.source_addr for one in wanted) if path is not None else ():
            assert path is not None
            for found in subjects(replay.packets(path), source, lambda number: None)[0]:
                key = (found.kind, source, found.peer)
                recorded[key] = max(recorded.get(key, found), found, key=evidence)
        self._at_once = []
        for one in wanted:
            subject = recorded.get((_KINDS[one.path_type], one.source_addr, one.dest_addr))
            if subject is None:
                self._at_once.append(one)
            else:
                self._begins[subject.begin.number].append((one, subject))

    def start(self) -> None:
        """Those that the capture does not have."""
        for one in self._at_once:
            self._told[self._begin(self._wish(one), None)] = one

    def before(self, number: int) -> None:
        """Those that begin with a packet, which is carried after this."""
        for one, subject in self._begins.pop(number, ()):
            theirs = subject.theirs
            heard = theirs if theirs is not None and theirs.number < number else None
            if one.path_type is PathType.S_BFD:
                takeover = _asking(one, subject)
            else:
                takeover = beginning(subject, heard)[1]
            self._told[self._begin(self._wish(one), takeover)] = one

    def _begin(self, wish: EngineSession, takeover: Takeover | None) -> int:
        sessions, config = self._stage.engine.sessions, self._engine.config(wish)
        if takeover is None:
            return sessions.upsert(config)
        try:
            return sessions.adopt(config, takeover)
        except ExistsError as error:
            self.notes.append(f"the session with {wish.destination} begins anew: {error.text}")
            return sessions.upsert(config)

    def _wish(self, one: Session) -> EngineSession:
        return engine_session(one, self._stage.indices[one.interface])

    def told(self) -> list[str]:
        """What has happened at the sessions since the last call, a sentence each."""
        found = []
        while len(batch := self._stage.engine.events.drain()):
            for event in batch[batch["type"] == EventType.STATE]:
                one = self._told.get(int(event["session"]))
                states = f"{State(event['old_state']).name} -> {State(event['new_state']).name}"
                if one is not None and one.path_type is PathType.IP_SH:
                    states += f", its next hop {_SLOTS[NextHopState(event['nexthop_state'])]}"
                found.append(f"{_word(one)} with {one.dest_addr if one is not None else '?'}: {states}")
        return found


def _chain(one: Session) -> str | None:
    return one.timers.authentication.key_chain if one.timers.authentication is not None else None


def _word(one: Session | None) -> str:
    if one is None or one.path_type is PathType.IP_SH:
        return "BFD"
    return "multihop BFD" if one.path_type is PathType.IP_MH else "S-BFD"


def _asking(one: Session, subject: Subject) -> Takeover | None:
    """An initiator's discriminator is all that its reflector's answers go by. None: it never asked."""
    if subject.own is None or one.remote_discriminator is None:
        return None
    return Takeover(
        local_discriminator=subject.own.my_discriminator,
        remote_discriminator=one.remote_discriminator,
        source_port=subject.own.source_port,
        local_state=State.DOWN,
    )
