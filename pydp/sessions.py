# SPDX-License-Identifier: Apache-2.0
"""The BFD sessions of an engine: what is, and the commands; what is wanted is session_config.py's. No policy:
what to do about a session that goes Down is others' business. Names are RFC 9314's in snake_case;
intervals are microseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydp.errors import NotFoundError, raise_status
from pydp.ffi import ffi, lib
from pydp.link_quality import LinkQuality, quality_from_c
from pydp.session_config import SessionConfig, Takeover, config_from_c, config_to_c, takeover_to_c
from pydp.states import AuthType, Diagnostic, NeighbourState, NextHopState, State
from pydp.stats import counters

if TYPE_CHECKING:
    from pydp.engine import Engine

_LIST_ROOM = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """A consistent snapshot of one session. Times are nanoseconds of the engine's clock, 0: never."""

    config: SessionConfig
    id: int
    local_discriminator: int
    #: 0: nothing heard.
    remote_discriminator: int
    #: UDP ports that we send from and to (RFC 5881 4, RFC 5883 5).
    source_port: int
    dest_port: int
    local_state: State
    remote_state: State
    local_diagnostic: Diagnostic
    remote_diagnostic: Diagnostic
    #: 0: nothing heard.
    remote_multiplier: int
    nexthop_state: NextHopState
    neighbour_state: NeighbourState
    #: A Poll Sequence of ours is unanswered (RFC 5880 6.5).
    polling: bool
    #: AdminDown is being said before the session goes.
    removing: bool
    #: It has been Up at least once.
    was_up: bool
    #: Its coming Up does not make the next hop Live (Sessions.hold).
    held: bool
    #: Our Demand mode is active: the detection time is that of an answer to a Poll (RFC 5880 6.8.4).
    demanding: bool
    #: The peer's Demand bit.
    remote_demand: bool
    #: That we send.
    auth_type: AuthType
    #: Of the key that we send with, while auth_type is not NONE.
    auth_key_id: int
    #: bfd.AuthSeqKnown: receive_auth_seq is what the peer said last.
    auth_seq_known: bool
    #: The peer is heard, and so proves to have a key of ours.
    remote_authenticated: bool
    #: What our last packet said (bfd.XmitAuthSeq).
    xmit_auth_seq: int
    receive_auth_seq: int
    remote_desired_min_tx_interval_us: int
    remote_required_min_rx_interval_us: int
    #: Interval at which we send, before jitter; 0: not sending.
    negotiated_tx_interval_us: int
    #: Interval at which the peer may send.
    negotiated_rx_interval_us: int
    #: 0: not running (RFC 5880 6.8.4).
    detection_time_us: int
    create_time_ns: int
    last_rx_time_ns: int
    last_up_time_ns: int
    last_down_time_ns: int
    receive_packet_count: int
    send_packet_count: int
    #: Packets for this session that failed a check.
    receive_invalid_packet_count: int
    #: Not sent: neighbour unresolved or port full.
    send_failed_packet_count: int
    up_count: int
    #: Times it left Up.
    down_count: int
    #: Times we put it into AdminDown.
    admin_down_count: int
    #: Poll Sequences started.
    poll_count: int
    #: Detections deferred because the worker itself was late.
    stall_count: int
    #: The worker's longest poll gap within the last detection time before the last Down.
    poll_gap_us: int
    #: 0: the peer wants no echoes, or we know nothing of it.
    remote_required_min_echo_rx_interval_us: int
    #: Before jitter; 0: no echoes are sent (RFC 9314, echo-tx-interval-in-use).
    echo_tx_interval_us: int
    #: Round trip of the last echo that came back; 0: none yet.
    echo_rtt_ns: int
    send_echo_count: int
    #: Of ours that came back.
    receive_echo_count: int
    #: Of the peer's.
    reflect_echo_count: int


@dataclass(frozen=True, slots=True)
class Hellos:
    """Of the single-hop sessions on a port that guard a next hop (struct pydp_hellos)."""

    #: Are Up.
    up: int
    #: Of those: a hello is missing, nothing was heard for longer than the negotiated interval.
    late: int
    #: Went from Up to Down within the time asked about, and are not back.
    fallen: int
    #: Of those: by a detection time of silence.
    silent: int


class Sessions:
    """The sessions of one engine; made by `Engine.sessions`."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def upsert(self, config: SessionConfig) -> int:
        """Make the session as wanted, or change it in place (by a Poll Sequence where RFC 5880 6.8.3 wants
        one); its id.

        Repeating it changes nothing. Raises InvalidArgumentError, OutOfMemoryError (table full),
        NotFoundError.
        """
        made = ffi.new("uint32_t *")
        raise_status(lib.pydp_session_upsert(self._engine._c, config_to_c(config), made))
        return int(made[0])

    def adopt(self, config: SessionConfig, takeover: Takeover) -> int:
        """Go on here with a session that another system ran until now; its id. Its peer finds the
        discriminators it knows, the first hello is due at once, and an Up session guards a Live next hop.

        `config` says the timers that the peer was told, and no Poll is sent for them; `upsert` changes them
        afterwards. Pin the neighbour's MAC address before (Engine.neighbour_set) where no hello may be lost
        while it is asked for. Raises ExistsError (the session is there already, or the discriminator is
        another's), StateError (the engine was neither stepped nor started yet), InvalidArgumentError,
        OutOfMemoryError.
        """
        made = ffi.new("uint32_t *")
        raise_status(
            lib.pydp_session_adopt(
                self._engine._c, config_to_c(config), takeover_to_c(config, takeover), made
            )
        )
        return int(made[0])

    def remove(self, session: int, *, now: bool = False) -> None:
        """Say AdminDown (diagnostic 7) for the peer's detection time, then drop the session and emit REMOVED.

        `now` drops it at once, without a word. Raises NotFoundError.
        """
        raise_status(lib.pydp_session_remove(self._engine._c, session, int(now)))

    def clear(self, session: int) -> None:
        """Make the session's next-hop slot Unknown, whatever it is; the session runs on. Raises
        NotFoundError.
        """
        raise_status(lib.pydp_nexthop_clear(self._engine._c, session))

    def hold(self, session: int, held: bool = True) -> None:
        """Let the session's next-hop slot stay as it is when the session comes Up, so that one that flaps is
        not believed; held=False: it becomes what it would be. Raises NotFoundError.
        """
        raise_status(lib.pydp_nexthop_hold(self._engine._c, session, int(held)))

    def poll(self, session: int) -> None:
        """A Poll Sequence though nothing changed, as Demand mode verifies the path (RFC 5880 6.6). Nothing
        happens during another. Raises NotFoundError.
        """
        raise_status(lib.pydp_session_poll(self._engine._c, session))

    def forwarding_reset(self, session: int) -> None:
        """The forwarding plane behind the session lost its state (RFC 5880 6.8.15): Down with diagnostic
        FORWARDING_RESET, unless AdminDown. Raises NotFoundError.
        """
        raise_status(lib.pydp_session_forwarding_reset(self._engine._c, session))

    def read(self, session: int) -> SessionState:
        """A consistent snapshot of one session. Raises NotFoundError."""
        state = ffi.new("struct pydp_session_state *")
        raise_status(lib.pydp_session_read(self._engine._c, session, state))
        return _state(state)

    def refused(self, session: int) -> dict[str, int]:
        """Packets for one session that were refused, by the name of the counter that says why
        (`pydp.counters()`), only those that are not 0. A packet that could not be told to be the session's is
        counted by its port alone. Raises NotFoundError.
        """
        known = counters()
        values = ffi.new("uint64_t[]", len(known))
        raise_status(lib.pydp_session_refused(self._engine._c, session, values, len(known)))
        return {one.name: values[one.index] for one in known if values[one.index]}

    def quality(self, session: int) -> LinkQuality:
        """What hellos and echoes say of the session's link. Raises StateError where
        SessionConfig.link_quality does not ask for it, and NotFoundError.
        """
        raw = ffi.new("struct pydp_link_quality *")
        raise_status(lib.pydp_session_quality(self._engine._c, session, raw))
        return quality_from_c(raw)

    def hellos(self, port: int, within_us: int = 0) -> Hellos:
        """How the peers on a port are heard at this moment, all of them together. Raises
        InvalidArgumentError for a port that is not attached.
        """
        raw = ffi.new("struct pydp_hellos *")
        raise_status(lib.pydp_port_hellos(self._engine._c, port, within_us * 1000, raw))
        return Hellos(raw.up, raw.late, raw.fallen, raw.silent)

    def list(self) -> list[int]:
        """The ids of all sessions, ascending."""
        ids = ffi.new("uint32_t[]", _LIST_ROOM)
        count = ffi.new("uint32_t *")
        found: list[int] = []
        while True:
            raise_status(
                lib.pydp_session_list(self._engine._c, found[-1] if found else 0, ids, _LIST_ROOM, count)
            )
            if count[0] == 0:
                return found
            found += ffi.unpack(ids, count[0])

    def __iter__(self) -> Iterator[SessionState]:
        """Snapshots of all sessions; one that goes meanwhile is left out."""
        for session in self.list():
            try:
                yield self.read(session)
            except NotFoundError:
                continue


def _state(raw: Any) -> SessionState:
    return SessionState(
        config=config_from_c(raw.config),
        id=raw.id,
        local_discriminator=raw.local_discriminator,
        remote_discriminator=raw.remote_discriminator,
        source_port=raw.source_port,
        dest_port=raw.dest_port,
        local_state=State(raw.local_state),
        remote_state=State(raw.remote_state),
        local_diagnostic=Diagnostic(raw.local_diagnostic),
        remote_diagnostic=Diagnostic(raw.remote_diagnostic),
        remote_multiplier=raw.remote_multiplier,
        nexthop_state=NextHopState(raw.nexthop_state),
        neighbour_state=NeighbourState(raw.neighbour_state),
        polling=bool(raw.polling),
        removing=bool(raw.removing),
        was_up=bool(raw.was_up),
        held=bool(raw.held),
        demanding=bool(raw.demanding),
        remote_demand=bool(raw.remote_demand),
        auth_type=AuthType(raw.auth_type),
        auth_key_id=raw.auth_key_id,
        auth_seq_known=bool(raw.auth_seq_known),
        remote_authenticated=bool(raw.remote_authenticated),
        xmit_auth_seq=raw.xmit_auth_seq,
        receive_auth_seq=raw.receive_auth_seq,
        remote_desired_min_tx_interval_us=raw.remote_desired_min_tx_us,
        remote_required_min_rx_interval_us=raw.remote_required_min_rx_us,
        negotiated_tx_interval_us=raw.negotiated_tx_us,
        negotiated_rx_interval_us=raw.negotiated_rx_us,
        detection_time_us=raw.detection_time_us,
        create_time_ns=raw.create_ns,
        last_rx_time_ns=raw.last_rx_ns,
        last_up_time_ns=raw.last_up_ns,
        last_down_time_ns=raw.last_down_ns,
        receive_packet_count=raw.rx_packets,
        send_packet_count=raw.tx_packets,
        receive_invalid_packet_count=raw.rx_invalid,
        send_failed_packet_count=raw.tx_failed,
        up_count=raw.up_count,
        down_count=raw.down_count,
        admin_down_count=raw.admin_down_count,
        poll_count=raw.poll_count,
        stall_count=raw.stall_count,
        poll_gap_us=raw.poll_gap_us,
        remote_required_min_echo_rx_interval_us=raw.remote_required_min_echo_rx_us,
        echo_tx_interval_us=raw.echo_tx_interval_us,
        echo_rtt_ns=raw.echo_rtt_ns,
        send_echo_count=raw.echo_tx_packets,
        receive_echo_count=raw.echo_rx_packets,
        reflect_echo_count=raw.echo_reflected_packets,
    )
