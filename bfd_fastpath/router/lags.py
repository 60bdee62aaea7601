# SPDX-License-Identifier: Apache-2.0
"""Link aggregates: their members' micro-BFD sessions (RFC 7130), and what these say of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pydp
from bfd_fastpath.config.model import Lag
from bfd_fastpath.router.dataplane import Dataplane
from bfd_fastpath.session import EngineSession, PathType, StandingSessions, Timers


@dataclass(frozen=True, slots=True)
class LagState:
    """One LAG with its members' session states, None where the engine has none."""

    lag: Lag
    members: Mapping[str, pydp.State | None]

    @property
    def up(self) -> bool:
        """At least min-links members are Up."""
        return sum(one is pydp.State.UP for one in self.members.values()) >= self.lag.min_links


class Lags:
    """By name, as the configuration says."""

    def __init__(self, dataplane: Dataplane, standing: StandingSessions) -> None:
        self._dataplane = dataplane
        self._standing = standing
        self._lags: dict[str, Lag] = {}

    def set(self, old: Lag | None, new: Lag | None) -> None:
        """Members that are the same go on. Raises EngineRefusedError."""
        if old is not None:
            self._lags.pop(old.name, None)
            for member in old.members:
                if new is None or member not in new.members:
                    self._standing.unwant((PathType.LAG, old.name, member))
        if new is None:
            return
        self._lags[new.name] = new
        for member in new.members:
            self._standing.want((PathType.LAG, new.name, member), self._session(new, member))

    def __iter__(self) -> Iterator[LagState]:
        for lag in self._lags.values():
            yield LagState(lag, {member: self._state(lag, member) for member in lag.members})

    def _session(self, lag: Lag, member: str) -> EngineSession:
        timers = lag.timers
        return EngineSession(
            port=self._dataplane.index(member),
            vlan=lag.vlan,
            source=lag.source_addr,
            destination=lag.dest_addr,
            timers=Timers(timers.local_multiplier, timers.desired_min_tx_us, timers.required_min_rx_us),
            path_type=PathType.LAG,
        )

    def _state(self, lag: Lag, member: str) -> pydp.State | None:
        session = self._standing.id_of((PathType.LAG, lag.name, member))
        try:
            return None if session is None else self._dataplane.engine.sessions.read(session).local_state
        except pydp.NotFoundError:
            return None
