# SPDX-License-Identifier: Apache-2.0
"""The single-hop sessions of a configuration beside a capture: each takes the recorded one's place, so that
the recorded hellos are for it, and next hops are dead when it says so.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from bfd_fastpath.config.model import Config, PathType, Session
from bfd_fastpath.replay.end_report import Address
from bfd_fastpath.replay.end_survey import Subject, survey
from bfd_fastpath.replay.end_takeover import beginning
from bfd_fastpath.replay.forward_stage import ForwardStage
from bfd_fastpath.router.carry_out import timers
from bfd_fastpath.session import EngineSession, EventType
from bfd_fastpath.session.native import session_config
from pydp import NextHopState, State, replay

#: How next hops are called in what is told.
_SLOTS: Final = {NextHopState.UNKNOWN: "unknown", NextHopState.LIVE: "live", NextHopState.DEAD: "dead"}


class ForwardSessions:
    """`path`: None where the capture can be read only once; sessions begin anew then, and refuse packets that
    name the recorded ones. Raises PydpError where the engine will not have a session."""

    def __init__(self, config: Config, stage: ForwardStage, path: Path | None) -> None:
        self._stage = stage
        self._addresses: dict[int, Address] = {}
        #: By the number of the packet that they begin with.
        self._begins: dict[int, list[tuple[Session, Subject]]] = defaultdict(list)
        self.notes: list[str] = []
        wanted = [one for one in config.sessions if one.path_type is PathType.IP_SH]
        if len(wanted) < len(config.sessions):
            others = len(config.sessions) - len(wanted)
            self.notes.append(f"{others} sessions that are not single hop are left out")
        signed = [one for one in wanted if one.timers.authentication is not None]
        if signed:
            self.notes.append(f"{len(signed)} authenticated sessions are left out")
            wanted = [one for one in wanted if one.timers.authentication is None]
        self._find(wanted, path)

    def _find(self, wanted: list[Session], path: Path | None) -> None:
        recorded: dict[tuple[Address, Address], Subject] = {}
        for source in dict.fromkeys(one.source_addr for one in wanted) if path is not None else ():
            assert path is not None
            found = survey(replay.packets(path), source, lambda number: None)
            recorded |= {(source, one.peer): one for one in found.chosen.values()}
        self._at_once = []
        for one in wanted:
            subject = recorded.get((one.source_addr, one.dest_addr))
            if subject is None:
                self._at_once.append(one)
            else:
                self._begins[subject.begin.number].append((one, subject))

    def start(self) -> None:
        """Those that the capture does not have."""
        for one in self._at_once:
            self._addresses[self._stage.engine.sessions.upsert(self._config(one))] = one.dest_addr

    def before(self, number: int) -> None:
        """Those that begin with a packet, which is carried after this."""
        for one, subject in self._begins.pop(number, ()):
            theirs = subject.theirs
            heard = theirs if theirs is not None and theirs.number < number else None
            takeover = beginning(subject, heard)[1]
            sessions = self._stage.engine.sessions
            config = self._config(one)
            made = sessions.upsert(config) if takeover is None else sessions.adopt(config, takeover)
            self._addresses[made] = one.dest_addr

    def _config(self, one: Session) -> Any:
        return session_config(
            EngineSession(
                port=self._stage.indices[one.interface],
                vlan=one.vlan,
                source=one.source_addr,
                destination=one.dest_addr,
                timers=timers(one.timers),
                admin_down=one.admin_down,
                echo_source=one.echo_source,
            )
        )

    def told(self) -> list[str]:
        """What has happened at the sessions since the last call, a sentence each."""
        found = []
        while len(batch := self._stage.engine.events.drain()):
            for one in batch[batch["type"] == EventType.STATE]:
                who = self._addresses.get(int(one["session"]))
                found.append(
                    f"BFD with {who}: {State(one['old_state']).name} -> {State(one['new_state']).name}, "
                    f"its next hop {_SLOTS[NextHopState(one['nexthop_state'])]}"
                )
        return found
