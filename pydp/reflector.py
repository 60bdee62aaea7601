# SPDX-License-Identifier: Apache-2.0
"""The S-BFD reflector of an engine (RFC 7880): who may ask it, by which discriminators, how often."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from pydp.addresses import fill
from pydp.errors import InvalidArgumentError, raise_status
from pydp.ffi import ffi, lib

if TYPE_CHECKING:
    from pydp.engine import Engine

Prefix = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class ReflectorConfig:
    """The whole wanted reflector. It keeps no sessions: a question is answered, and forgotten."""

    #: At most 16, none 0, none a session's of the engine. Empty: nothing is reflected.
    discriminators: tuple[int, ...] = ()
    #: Who may ask (RFC 7881 7), at most 32. Empty: nobody.
    allowed_prefixes: tuple[Prefix, ...] = ()
    #: Answers a second at most, over all; a question beyond is dropped and counted.
    rate: int = 10_000
    #: How often one initiator may ask, as answers say it.
    required_min_rx_interval_us: int = 50_000
    #: Answers say AdminDown, which does not mean unreachable (RFC 7880 7.3.3).
    admin_down: bool = False


def set_reflector(engine: "Engine", config: ReflectorConfig) -> None:
    """Make the engine's reflector so. Raises InvalidArgumentError, ExistsError (a session's
    discriminator).
    """
    raw = ffi.new("struct pydp_reflector_config *")
    try:
        raw.discriminator_count = len(config.discriminators)
        raw.prefix_count = len(config.allowed_prefixes)
        raw.rate = config.rate
        raw.required_min_rx_us = config.required_min_rx_interval_us
        raw.admin_down = config.admin_down
        raw.discriminators = config.discriminators
        for place, prefix in enumerate(config.allowed_prefixes):
            fill(raw.prefixes[place].address, prefix.network_address)
            raw.prefixes[place].length = prefix.prefixlen
    except (OverflowError, IndexError) as error:
        raise InvalidArgumentError(f"a number of the reflector is out of range: {error}") from error
    raise_status(lib.pydp_reflector_set(engine._c, raw))
