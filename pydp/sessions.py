# SPDX-License-Identifier: Apache-2.0
"""The BFD sessions of an engine: what is wanted, what is, and the commands between. No policy: what to do
about a session that goes Down is others' business. Names are RFC 9314's in snake_case; intervals are
microseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydp.addresses import Address, fill, read, read_known
from pydp.errors import InvalidArgumentError, NotFoundError, raise_status
from pydp.ffi import ffi, lib
from pydp.states import Diagnostic, NeighbourState, NextHopState, PathType, Role, State
from pydp.stats import counters

if TYPE_CHECKING:
    from pydp.engine import Engine

_LIST_ROOM = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """The whole wanted session (RFC 9314). Its key is (path_type, port, vlan, source_addr, dest_addr), of
    multihop (path_type, source_addr, dest_addr), of S-BFD remote_discriminator too.
    """

    #: An address of the port (Engine.address_add).
    source_addr: Address
    dest_addr: Address
    #: Index of the port in its engine.
    port: int = 0
    #: 0: untagged.
    vlan: int = 0
    #: 1 to 255 (RFC 5880 4.1, Detect Mult).
    local_multiplier: int = 3
    #: Above 0 (RFC 5880 6.8.1, bfd.DesiredMinTxInterval).
    desired_min_tx_interval_us: int = 1_000_000
    #: 0: the peer shall send nothing periodic (RFC 5880 6.8.1, bfd.RequiredMinRxInterval).
    required_min_rx_interval_us: int = 1_000_000
    admin_down: bool = False
    role: Role = Role.ACTIVE
    #: AdminDown with diagnostic PATH_DOWN: it is known otherwise that the path is down (RFC 5880 6.8.16).
    path_down: bool = False
    #: Demand mode (RFC 5880 6.6): while both ends are Up the peer is to send nothing periodic.
    demand_enabled: bool = False
    #: While Demand mode is active, ask so often whether the peer is there; 0: only by Sessions.poll.
    demand_poll_interval_us: int = 0
    #: NONE, or (REVERSE_)CONCATENATED_PATH_DOWN, said while the session is Up (RFC 5880 6.8.17).
    concatenated_path: Diagnostic = Diagnostic.NONE
    path_type: PathType = PathType.IP_SH
    #: TTL or hop limit that we send; below 255 for routed paths only (RFC 5883 5).
    tx_ttl: int = 255
    #: Least TTL or hop limit that is accepted, multihop only; 0: any.
    rx_ttl: int = 0
    #: Multihop and S-BFD: the neighbour to send through; None: the destination is one itself.
    gateway: Address | None = None
    #: Fastest that the peer may send echoes for us to reflect; 0: none are reflected (RFC 5880 6.8.1).
    required_min_echo_rx_interval_us: int = 0
    #: At least so far apart our echoes go, while the session is Up and the peer wants any; 0: none.
    desired_min_echo_tx_interval_us: int = 0
    #: Source of our echoes; None: source_addr. One outside the LAN's subnet keeps the peer from sending ICMP
    #: redirects (RFC 5881 4).
    echo_source_addr: Address | None = None
    #: S-BFD only: the reflector's.
    remote_discriminator: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """Where a session stood that another system ran until now; see Sessions.adopt."""

    #: What the peer calls Your Discriminator; not 0.
    local_discriminator: int
    #: 0: not known, which only a session that is DOWN may say (RFC 5880 6.8.6).
    remote_discriminator: int = 0
    remote_desired_min_tx_interval_us: int = 0
    remote_required_min_rx_interval_us: int = 0
    #: UDP; 0: one of ours.
    source_port: int = 0
    #: DOWN, INIT or UP.
    local_state: State = State.DOWN
    local_diagnostic: Diagnostic = Diagnostic.NONE
    remote_state: State = State.DOWN
    #: 0: the peer's state and timers are not known, and the detection time starts with its first packet; else
    #: it runs from now.
    remote_multiplier: int = 0


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
        raise_status(lib.pydp_session_upsert(self._engine._c, _wanted(config), made))
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
        raise_status(lib.pydp_session_adopt(self._engine._c, _wanted(config), _stood(config, takeover), made))
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


def _wanted(config: SessionConfig) -> Any:
    raw = ffi.new("struct pydp_session_config *")
    fill(raw.source, config.source_addr)
    fill(raw.destination, config.dest_addr)
    try:
        raw.port = config.port
        raw.vlan = config.vlan
        raw.local_multiplier = config.local_multiplier
        raw.role = config.role
        raw.desired_min_tx_us = config.desired_min_tx_interval_us
        raw.required_min_rx_us = config.required_min_rx_interval_us
        raw.demand_poll_us = config.demand_poll_interval_us
        raw.concatenated_path = config.concatenated_path
        raw.tx_ttl = config.tx_ttl
        raw.rx_ttl = config.rx_ttl
        raw.required_min_echo_rx_us = config.required_min_echo_rx_interval_us
        raw.desired_min_echo_tx_us = config.desired_min_echo_tx_interval_us
        raw.remote_discriminator = config.remote_discriminator
    except OverflowError as error:
        raise _out_of_range(config, error) from error
    raw.admin_down = config.admin_down
    raw.path_down = config.path_down
    raw.demand = config.demand_enabled
    raw.path_type = config.path_type
    if config.gateway is not None:
        fill(raw.gateway, config.gateway)
    if config.echo_source_addr is not None:
        fill(raw.echo_source, config.echo_source_addr)
    return raw


def _stood(config: SessionConfig, takeover: Takeover) -> Any:
    raw = ffi.new("struct pydp_session_takeover *")
    try:
        raw.local_discriminator = takeover.local_discriminator
        raw.remote_discriminator = takeover.remote_discriminator
        raw.remote_desired_min_tx_us = takeover.remote_desired_min_tx_interval_us
        raw.remote_required_min_rx_us = takeover.remote_required_min_rx_interval_us
        raw.source_port = takeover.source_port
        raw.local_state = takeover.local_state
        raw.local_diagnostic = takeover.local_diagnostic
        raw.remote_state = takeover.remote_state
        raw.remote_multiplier = takeover.remote_multiplier
    except OverflowError as error:
        raise _out_of_range(config, error) from error
    return raw


def _out_of_range(config: SessionConfig, error: OverflowError) -> InvalidArgumentError:
    return InvalidArgumentError(f"a number of the session to {config.dest_addr} is out of range: {error}")


def _config(raw: Any) -> SessionConfig:
    return SessionConfig(
        source_addr=read_known(raw.source),
        dest_addr=read_known(raw.destination),
        port=raw.port,
        vlan=raw.vlan,
        local_multiplier=raw.local_multiplier,
        desired_min_tx_interval_us=raw.desired_min_tx_us,
        required_min_rx_interval_us=raw.required_min_rx_us,
        admin_down=bool(raw.admin_down),
        role=Role(raw.role),
        path_down=bool(raw.path_down),
        demand_enabled=bool(raw.demand),
        demand_poll_interval_us=raw.demand_poll_us,
        concatenated_path=Diagnostic(raw.concatenated_path),
        path_type=PathType(raw.path_type),
        tx_ttl=raw.tx_ttl,
        rx_ttl=raw.rx_ttl,
        gateway=read(raw.gateway),
        required_min_echo_rx_interval_us=raw.required_min_echo_rx_us,
        desired_min_echo_tx_interval_us=raw.desired_min_echo_tx_us,
        echo_source_addr=read_known(raw.echo_source) if raw.echo_source.family else None,
        remote_discriminator=raw.remote_discriminator,
    )


def _state(raw: Any) -> SessionState:
    return SessionState(
        config=_config(raw.config),
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
