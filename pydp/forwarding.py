# SPDX-License-Identifier: Apache-2.0
"""What an engine does with IP packets for addresses that are not its own."""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any

from pydp.addresses import fill
from pydp.errors import InvalidArgumentError, raise_status
from pydp.ffi import ffi, lib, text

if TYPE_CHECKING:
    from pydp.engine import Engine


class Rpf(IntEnum):
    """Unicast reverse path forwarding (RFC 3704): whether a source address must have a route."""

    OFF = 0
    #: Any route that leads to a neighbour.
    LOOSE = 1
    #: One that leads out by the port and VLAN that the packet came by.
    STRICT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingConfig:
    """The whole wanted forwarding of an engine."""

    #: Packets are forwarded by the routes, and echo requests to addresses of ours are answered.
    enabled: bool = True
    rpf: Rpf = Rpf.OFF
    #: ICMP and ICMPv6 errors a second about what came in at one port; a twentieth of it at once. 0: none.
    icmp_error_rate: int = 1000
    #: Echo requests answered a second, by port; a twentieth of it at once. 0: none.
    icmp_echo_rate: int = 1000
    #: Where ICMP and ICMPv6 errors come from, as long as it is an address of ours at some port; else, or
    #: None, an address on the link that they leave by.
    icmp_source_ipv4: IPv4Address | None = None
    icmp_source_ipv6: IPv6Address | None = None


def clause(packet: bytes, version: int) -> str | None:
    """Which clause of the standards forbids to forward a packet (from its IP header to the frame's end), by
    its header alone, as a sentence; None where none does.
    """
    return _sentence(lib.pydp_forward_clause(version, ffi.from_buffer(packet), len(packet)))


def silence(packet: bytes, version: int) -> str | None:
    """What about a packet itself forbids to send an ICMP error about it (RFC 1812 4.3.2.7, RFC 4443 2.4)."""
    return _sentence(lib.pydp_forward_silence(version, ffi.from_buffer(packet), len(packet)))


def _sentence(chars: Any) -> str | None:
    return None if chars == ffi.NULL else text(chars)


def set_forwarding(engine: "Engine", config: ForwardingConfig) -> None:
    """Make the engine's forwarding so. Raises InvalidArgumentError."""
    raw = ffi.new("struct pydp_forward_config *")
    try:
        raw.enabled = config.enabled
        raw.rpf = config.rpf
        raw.icmp_error_rate = config.icmp_error_rate
        raw.icmp_echo_rate = config.icmp_echo_rate
    except OverflowError as error:
        raise InvalidArgumentError(f"a number of the forwarding is out of range: {error}") from error
    if config.icmp_source_ipv4 is not None:
        fill(raw.icmp_source_ipv4, config.icmp_source_ipv4)
    if config.icmp_source_ipv6 is not None:
        fill(raw.icmp_source_ipv6, config.icmp_source_ipv6)
    raise_status(lib.pydp_forward_set(engine._c, raw))
