# SPDX-License-Identifier: Apache-2.0
"""What is wanted of a BFD session, and where one stood that is taken over: records, and the C structs that
they are. Names are RFC 9314's in snake_case; intervals are microseconds.
"""

from dataclasses import dataclass
from typing import Any

from pydp.addresses import Address, fill, read, read_known
from pydp.errors import InvalidArgumentError
from pydp.ffi import ffi
from pydp.states import Diagnostic, PathType, Role, State


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
    #: Count what hellos and echoes say of the link, for Sessions.quality.
    link_quality: bool = False
    #: The number of a key chain (Engine.key_chains): the session authenticates (RFC 5880 6.7); 0: it does
    #: not.
    key_chain: int = 0
    #: A new sequence number for each packet, not only for each that says something else.
    meticulous: bool = False
    #: False: forwarding does not heed it, as one that a stranger began (RFC 9468 2).
    guards_next_hop: bool = True


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
    #: Of a session that authenticates: xmit_auth_seq is known, and what is sent goes on behind it (RFC 5880
    #: 6.8.1, bfd.XmitAuthSeq); else it starts at random.
    xmit_auth_seq_given: bool = False
    xmit_auth_seq: int = 0
    #: bfd.AuthSeqKnown and bfd.RcvAuthSeq; known only with a remote_multiplier.
    auth_seq_known: bool = False
    receive_auth_seq: int = 0


def config_to_c(config: SessionConfig) -> Any:
    """struct pydp_session_config. InvalidArgumentError."""
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
        raw.key_chain = config.key_chain
    except OverflowError as error:
        raise _out_of_range(config, error) from error
    raw.admin_down = config.admin_down
    raw.path_down = config.path_down
    raw.demand = config.demand_enabled
    raw.path_type = config.path_type
    if config.gateway is not None:
        fill(raw.gateway, config.gateway)
    raw.link_quality = config.link_quality
    if config.echo_source_addr is not None:
        fill(raw.echo_source, config.echo_source_addr)
    raw.meticulous = config.meticulous
    raw.guards_nothing = not config.guards_next_hop
    return raw


def takeover_to_c(config: SessionConfig, takeover: Takeover) -> Any:
    """struct pydp_session_takeover of the session to config.dest_addr. InvalidArgumentError."""
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
        raw.xmit_auth_seq_given = takeover.xmit_auth_seq_given
        raw.xmit_auth_seq = takeover.xmit_auth_seq
        raw.auth_seq_known = takeover.auth_seq_known
        raw.receive_auth_seq = takeover.receive_auth_seq
    except OverflowError as error:
        raise _out_of_range(config, error) from error
    return raw


def _out_of_range(config: SessionConfig, error: OverflowError) -> InvalidArgumentError:
    return InvalidArgumentError(f"a number of the session to {config.dest_addr} is out of range: {error}")


def config_from_c(raw: Any) -> SessionConfig:
    """From struct pydp_session_config."""
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
        link_quality=bool(raw.link_quality),
        key_chain=raw.key_chain,
        meticulous=bool(raw.meticulous),
        guards_next_hop=not raw.guards_nothing,
    )
