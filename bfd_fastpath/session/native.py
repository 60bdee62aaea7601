# SPDX-License-Identifier: Apache-2.0
"""The real engine behind the session manager's protocol: records and errors of pydp to ours."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bfd_fastpath.nhib import BfdState, Observation, Slot
from bfd_fastpath.session.engine import EngineRefusedError
from bfd_fastpath.session.key_chains import NamedKeyChains
from bfd_fastpath.session.record import neighbour
from bfd_fastpath.session.spec import EngineSession, PathSignal
from pydp import Engine
from pydp.errors import NotFoundError, PydpError
from pydp.session_config import SessionConfig
from pydp.states import Diagnostic, PathType, Role


class NativeEngine:
    """A SessionEngine made of a pydp engine."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = engine.sessions
        self.key_chains = NamedKeyChains(engine)

    def config(self, wanted: EngineSession) -> SessionConfig:
        """As pydp is told it, with its key chain's number. EngineRefusedError: there is no such chain."""
        config = session_config(wanted)
        if wanted.timers.key_chain is not None:
            try:
                chain = self.key_chains.number(wanted.timers.key_chain)
            except KeyError:
                raise EngineRefusedError(f"there is no key chain {wanted.timers.key_chain}") from None
            config = replace(config, key_chain=chain, meticulous=wanted.timers.meticulous)
        return config

    def upsert(self, wanted: EngineSession) -> int:
        config = self.config(wanted)
        try:
            return self._sessions.upsert(config)
        except PydpError as error:
            raise EngineRefusedError(error.text) from error

    def remove(self, session: int) -> None:
        with suppress(NotFoundError):
            self._sessions.remove(session)

    def look(self, session: int) -> Observation | None:
        try:
            state = self._sessions.read(session)
        except NotFoundError:
            return None
        return Observation(
            state=BfdState(state.local_state),
            old_state=BfdState(state.local_state),
            remote_state=BfdState(state.remote_state),
            diagnostic=int(state.local_diagnostic),
            remote_diagnostic=int(state.remote_diagnostic),
            neighbour=neighbour(int(state.neighbour_state)),
            slot=Slot(state.nexthop_state),
            last_hello_ns=state.last_rx_time_ns or None,
            detection_time_us=state.detection_time_us,
            poll_gap_us=state.poll_gap_us,
            reread=True,
        )

    def hold_nexthop(self, session: int, held: bool) -> None:
        with suppress(NotFoundError):
            self._sessions.hold(session, held)

    def clear_nexthop(self, session: int) -> None:
        with suppress(NotFoundError):
            self._sessions.clear(session)


_CONCATENATED = {
    PathSignal.CONCATENATED_PATH_DOWN: Diagnostic.CONCATENATED_PATH_DOWN,
    PathSignal.REVERSE_CONCATENATED_PATH_DOWN: Diagnostic.REVERSE_CONCATENATED_PATH_DOWN,
}


def session_config(wanted: EngineSession) -> SessionConfig:
    """The wanted session as pydp is told it, but for the number of its key chain."""
    timers = wanted.timers
    return SessionConfig(
        source_addr=wanted.source,
        dest_addr=wanted.destination,
        port=wanted.port,
        vlan=wanted.vlan,
        local_multiplier=timers.local_multiplier,
        desired_min_tx_interval_us=timers.desired_min_tx_us,
        required_min_rx_interval_us=timers.required_min_rx_us,
        admin_down=wanted.admin_down,
        role=Role.PASSIVE if timers.passive else Role.ACTIVE,
        path_type=PathType(wanted.path_type),
        gateway=wanted.gateway,
        tx_ttl=wanted.tx_ttl,
        rx_ttl=wanted.rx_ttl,
        demand_enabled=timers.demand,
        demand_poll_interval_us=timers.demand_poll_us if timers.demand else 0,
        required_min_echo_rx_interval_us=timers.required_min_echo_rx_us,
        desired_min_echo_tx_interval_us=timers.desired_min_echo_tx_us,
        echo_source_addr=wanted.echo_source,
        link_quality=timers.link_quality,
        path_down=wanted.path is PathSignal.PATH_DOWN,
        concatenated_path=_CONCATENATED.get(wanted.path, Diagnostic.NONE),
        remote_discriminator=wanted.remote_discriminator,
        guards_next_hop=wanted.guards_next_hop,
    )
