# SPDX-License-Identifier: Apache-2.0
"""What a run of the generator is asked for. Plain records; what they mean on the wire is pydp.generate's."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from pydp.generate import WIRE_OVERHEAD, FailurePattern, PeersConfig

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class WantedError(Exception):
    """What was asked for cannot be done: one sentence."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a flow is sent: packets a second, bits a second on the wire, a share of the port's speed, or
    (all None) as fast as the port takes it.
    """

    pps: Fraction | None = None
    bits: Fraction | None = None
    share: Fraction | None = None

    def packets_per_second(self, sizes: Sequence[int], speed_mbps: int) -> float | None:
        """For these frame sizes in turn; None: as fast as the port takes them. Raises WantedError when a
        share is wanted of a port that knows no speed.
        """
        if self.pps is not None:
            return float(self.pps)
        bits = self.bits
        if self.share is not None:
            if speed_mbps == 0:
                raise WantedError(
                    "the port does not say how fast it is: give the rate in packets (1Mpps) or bits (1Gbps)"
                )
            bits = self.share * speed_mbps * 1_000_000
        if bits is None:
            return None
        return float(bits / (8 * (Fraction(sum(sizes), len(sizes)) + WIRE_OVERHEAD)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """Some of the peers send bad packets."""

    name: str
    every: int = 1
    #: The good packet follows the bad one.
    extra: bool = True
    #: Thousandths of the peers; None: those that no other misbehaviour says, in equal parts.
    permille: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeersWanted:
    config: PeersConfig
    misbehaviours: tuple[Misbehaviour, ...] = ()

    @property
    def failures(self) -> FailurePattern | None:
        return self.config.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowWanted:
    source: Address
    sources: int
    networks: tuple[Network, ...]
    #: Addresses in all, spread over the networks; 0: one in each.
    destinations: int
    gateway: Address | None
    mac: str | None
    port: int
    vlan: int
    sizes: tuple[int, ...]
    rate: Rate
    #: None: for as long as the run.
    packets: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsWanted:
    port: int
    first: Address
    count: int
    vlan: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """None: whatever comes is right."""

    sessions_up: int | None = None
    max_downs: int | None = None
    #: A number of packets, or a share of those sent.
    max_lost: int | Fraction | None = None
    max_reordered: int | None = None
    max_latency_p99_us: int | None = None
    rate_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    ports: tuple[str, ...]
    peers: PeersWanted | None
    flow: FlowWanted | None
    hosts: tuple[HostsWanted, ...]
    duration_s: float
    drain_s: float
    cpu: int | None
    sleeps: bool
    #: Peers say AdminDown at the end.
    says_goodbye: bool
    tag: int
    expected: Expectations


def parts(misbehaviours: Sequence[Misbehaviour], peers: int) -> list[range]:
    """The peers of each misbehaviour, one behind the other, at least one each: a peer misbehaves in one way.
    Raises WantedError when there are too few."""
    given = sum(bad.permille for bad in misbehaviours if bad.permille is not None)
    open_ones = sum(bad.permille is None for bad in misbehaviours)
    rest = Fraction(max(1000 - given, 0), 1000 * max(open_ones, 1))
    found: list[range] = []
    upto = Fraction(0)
    for bad in misbehaviours:
        upto += peers * (rest if bad.permille is None else Fraction(bad.permille, 1000))
        begin = found[-1].stop if found else 0
        found.append(range(begin, max(round(upto), begin + 1)))
    if given > 1000 or (found and found[-1].stop > peers):
        raise WantedError(
            f"{len(misbehaviours)} misbehaviours for {peers} peers: each peer misbehaves in one way; "
            "let there be more --peers, or shares that are 100% at most together"
        )
    return found


def spread(networks: Sequence[Network], count: int) -> list[Address]:
    """Addresses of hosts, one network after the other in turn, until there are `count` (0: one of each).

    The first and last address of a network are left out where a host cannot have them. Raises WantedError
    when the networks hold fewer.
    """
    wanted = count or len(networks)
    first = [net.network_address + (0 if net.num_addresses <= 2 else 1) for net in networks]
    room = [net.num_addresses - (0 if net.num_addresses <= 2 else 2) for net in networks]
    if sum(room) < wanted:
        raise WantedError(f"{wanted} destinations are more than the {sum(room)} addresses of the networks")
    found: list[Address] = []
    turn = 0
    while len(found) < wanted:
        for start, places in zip(first, room, strict=True):
            if turn < places and len(found) < wanted:
                found.append(start + turn)
        turn += 1
    return found
