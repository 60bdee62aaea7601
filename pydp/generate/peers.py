# SPDX-License-Identifier: Apache-2.0
"""The BFD peers of a generator: what is wanted, what they are told, and how they fare. Names are those of
pydp/generate.h; intervals are microseconds, times nanoseconds of the generator's clock.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import numpy.typing

from pydp.addresses import Address, fill, mac_octets, mac_text
from pydp.errors import InvalidArgumentError, raise_status
from pydp.ffi import ffi, lib
from pydp.generate.states import Action, faults, misbehaviours
from pydp.states import Role, State

if TYPE_CHECKING:
    from pydp.generate.generator import Generator

#: One peer as struct pydp_generate_peer lays it out.
PEER_DTYPE = numpy.dtype(
    [
        ("last_rx_ns", "u8"),
        ("last_tx_ns", "u8"),
        ("up_ns", "u8"),
        ("down_ns", "u8"),
        ("fail_ns", "u8"),
        ("tx_packets", "u8"),
        ("rx_packets", "u8"),
        ("remote_discriminator", "u4"),
        ("interval_us", "u4"),
        ("detection_time_us", "u4"),
        ("ups", "u4"),
        ("downs", "u4"),
        ("silences", "u4"),
        ("remote_downs", "u4"),
        ("failures", "u4"),
        ("late", "u4"),
        ("max_gap_us", "u4"),
        ("state", "u1"),
        ("remote_state", "u1"),
        ("diagnostic", "u1"),
        ("remote_diagnostic", "u1"),
        ("remote_multiplier", "u1"),
        ("started", "u1"),
        ("action", "u1"),
        ("misbehaviour", "u1"),
        ("reserved", "u1", (8,)),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailurePattern:
    """A part of the peers fails every period, the next ones in turn each time; times in milliseconds."""

    #: Thousandths of the peers, rounded up to whole peers.
    permille: int
    period_ms: int
    #: Less than the period.
    duration_ms: int
    action: Action = Action.SILENT
    #: When the first failure begins, from the first turn with these peers.
    after_ms: int = 0
    #: Failures in all; 0: without end.
    cycles: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeersConfig:
    """Peers of one target, the router under test. Peer i has address + i * address_step and talks to target
    + i * target_step.
    """

    address: Address
    target: Address
    count: int = 1
    #: Index of the port in its generator.
    port: int = 0
    #: 0: untagged.
    vlan: int = 0
    #: Peer i is in VLAN vlan + i % vlans.
    vlans: int = 1
    address_step: int = 1
    target_step: int = 0
    #: Peer i's is this and i; 0: chosen, from 1 on.
    discriminator: int = 0
    desired_min_tx_interval_us: int = 1_000_000
    required_min_rx_interval_us: int = 1_000_000
    #: 1 to 255 (RFC 5880 4.1, Detect Mult).
    multiplier: int = 3
    role: Role = Role.ACTIVE
    #: An interval is shortened by at most so much: 25 in RFC 5880 6.8.7; 0: exact intervals.
    jitter_percent: int = 25
    #: Peers that start in a second; 0: all at once.
    starts_per_second: int = 0
    #: None: asked for by ARP or ND, and learned from what is heard.
    target_mac: str | bytes | None = None
    failures: FailurePattern | None = None


@dataclass(frozen=True, slots=True)
class PeersSummary:
    """A group of peers in all. Times are nanoseconds of the generator's clock, 0: never."""

    peers: int
    started: int
    #: Started peers by state.
    states: dict[State, int]
    #: Told to fail, and not to resume.
    failing: int
    #: The target's MAC address, None while it is not known.
    target_mac: str | None
    #: Failures by pattern that began.
    cycles: int
    begin_ns: int
    #: When all peers were Up for the first time.
    all_up_ns: int
    tx_packets: int
    rx_packets: int
    ups: int
    #: Times that peers left Up: by the target's silence, by its word, or by being told to.
    downs: int
    silences: int
    remote_downs: int
    #: Times that peers were told to fail.
    failures: int
    tx_polls: int
    rx_finals: int
    rx_polls: int
    tx_finals: int
    #: The target's hellos later than its interval by more than a tenth, both ends Up.
    rx_late: int
    #: Sooner than 70 % of it (RFC 5880 6.8.7 says 75, less 5 for our own lateness), with nothing new.
    rx_early: int
    #: For peers that do not hear.
    rx_unwanted: int
    #: From a port outside 49152 to 65535, or from another than before (RFC 5881 4).
    rx_bad_port: int
    #: With both bits, which RFC 5880 6.5 forbids.
    rx_poll_and_final: int
    tx_unresolved: int
    tx_lost: int
    #: Bad packets sent, by misbehaviour.
    misbehaved: dict[str, int]
    #: The target's packets that were refused, by reason.
    faults: dict[str, int]
    #: How late the target's hellos were: bucket i counts [2**i, 2**(i + 1)) microseconds, bucket 0 below 2.
    rx_late_us_log2: tuple[int, ...]
    #: How late our own hellos went out, likewise.
    tx_late_us_log2: tuple[int, ...]

    @property
    def up(self) -> int:
        """Peers that are Up."""
        return self.states[State.UP]


_PLAIN = (
    *("peers", "started", "failing", "cycles", "begin_ns", "all_up_ns", "tx_packets", "rx_packets"),
    *("ups", "downs", "silences", "remote_downs", "failures", "tx_polls", "rx_finals", "rx_polls"),
    *("tx_finals", "rx_late", "rx_early", "rx_unwanted", "rx_bad_port", "rx_poll_and_final"),
    *("tx_unresolved", "tx_lost"),
)


class Peers:
    """One group of peers; made by `Generator.peers`."""

    def __init__(self, generator: "Generator", group: int, config: PeersConfig) -> None:
        self._generator = generator
        self._group = group
        #: As it was asked for.
        self.config = config

    def act(self, action: Action, *, first: int = 0, count: int | None = None) -> None:
        """Tell count peers from first on (None: all the rest) to fail in a way, or to resume. Those that have
        not started are left alone. Raises InvalidArgumentError.
        """
        raise_status(
            lib.pydp_generate_peers_act(
                self._generator._c, self._group, first, self._rest(first, count), action
            )
        )

    def misbehave(
        self,
        name: str | None,
        *,
        first: int = 0,
        count: int | None = None,
        every: int = 1,
        extra: bool = True,
    ) -> None:
        """Make every `every`-th packet of these peers a bad one (see misbehaviours()); with `extra`
        the good one follows it. None: behave again. Raises InvalidArgumentError.
        """
        names = list(misbehaviours())
        if name is not None and name not in names:
            raise InvalidArgumentError(f"no misbehaviour is named {name!r}; there are {', '.join(names)}")
        if every < 1:
            raise InvalidArgumentError(f"every {every}th packet: 1 is each of them, and the least")
        raise_status(
            lib.pydp_generate_peers_misbehave(
                self._generator._c,
                self._group,
                first,
                self._rest(first, count),
                0 if name is None else names.index(name) + 1,
                0 if name is None else every,
                int(extra),
            )
        )

    def _rest(self, first: int, count: int | None) -> int:
        return max(self.config.count - first, 0) if count is None else count

    def read(self, *, first: int = 0, count: int | None = None) -> numpy.typing.NDArray[numpy.void]:
        """The peers as an array of PEER_DTYPE, one record each, consistent in itself."""
        room = self._rest(first, count)
        found = numpy.zeros(room, dtype=PEER_DTYPE)
        written = ffi.new("uint32_t *")
        raise_status(
            lib.pydp_generate_peers_read(
                self._generator._c,
                self._group,
                first,
                ffi.cast("struct pydp_generate_peer *", found.ctypes.data),
                room,
                written,
            )
        )
        return found[: written[0]]

    def summary(self) -> PeersSummary:
        """The group in all."""
        raw = ffi.new("struct pydp_generate_summary *")
        raise_status(lib.pydp_generate_peers_summary(self._generator._c, self._group, raw))
        bad = zip(misbehaviours(), list(raw.tx_bad)[1:], strict=False)
        refused = zip(faults()[1:], list(raw.rx_faults)[1:], strict=False)
        return PeersSummary(
            **{name: getattr(raw, name) for name in _PLAIN},
            states={state: raw.states[state] for state in State},
            target_mac=mac_text(raw.target_mac.octets) if raw.resolved else None,
            misbehaved={name: count for name, count in bad if count},
            faults={name: count for name, count in refused if count},
            rx_late_us_log2=tuple(raw.rx_late_us_log2),
            tx_late_us_log2=tuple(raw.tx_late_us_log2),
        )


def wanted(config: PeersConfig) -> Any:
    """A `struct pydp_generate_peers`. Raises InvalidArgumentError."""
    raw = ffi.new("struct pydp_generate_peers *")
    fill(raw.address, config.address)
    fill(raw.target, config.target)
    if config.target_mac is not None:
        ffi.memmove(raw.target_mac.octets, mac_octets(config.target_mac), 6)
    pattern = config.failures
    try:
        raw.vlan = config.vlan
        raw.vlans = config.vlans
        raw.port = config.port
        raw.count = config.count
        raw.address_step = config.address_step
        raw.target_step = config.target_step
        raw.discriminator = config.discriminator
        raw.desired_min_tx_us = config.desired_min_tx_interval_us
        raw.required_min_rx_us = config.required_min_rx_interval_us
        raw.starts_per_second = config.starts_per_second
        raw.multiplier = config.multiplier
        raw.role = config.role
        raw.jitter_percent = config.jitter_percent
        if pattern is not None:
            raw.fail_permille = pattern.permille
            raw.fail_action = pattern.action
            raw.fail_after_ms = pattern.after_ms
            raw.fail_period_ms = pattern.period_ms
            raw.fail_duration_ms = pattern.duration_ms
            raw.fail_cycles = pattern.cycles
    except OverflowError as error:
        raise InvalidArgumentError(
            f"a number of the peers from {config.address} on is out of range: {error}"
        ) from error
    return raw
