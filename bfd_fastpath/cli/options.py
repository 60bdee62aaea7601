# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, and the types of their values."""

import json
import re
import sys
from collections.abc import Callable
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeVar

import click

from bfd_fastpath.cli.client import default_socket
from bfd_fastpath.cli.table import interval

#: Where rs-agent listens unless its configuration says otherwise.
AGENT_SOCKET = "/run/bfd-fastpath/rs-agent.sock"
F = TypeVar("F", bound=Callable[..., Any])


Address = IPv4Address | IPv6Address
Prefix = IPv4Network | IPv6Network


class AddressType(click.ParamType[IPv4Address | IPv6Address]):
    """An IPv4 or IPv6 address."""

    name = "ADDRESS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> IPv4Address | IPv6Address:
        try:
            return ip_address(value)
        except ValueError:
            self.fail(f"{value!r} is not an IP address; write 192.0.2.1 or 2001:db8::1.", param, ctx)


class PrefixType(click.ParamType[IPv4Network | IPv6Network]):
    """An IPv4 or IPv6 prefix without host bits."""

    name = "PREFIX"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> IPv4Network | IPv6Network:
        try:
            return ip_network(value)
        except ValueError as error:
            self.fail(f"{error}; write 203.0.113.0/24 or 2001:db8:77::/48.", param, ctx)


class PlaceType(click.ParamType[IPv4Network | IPv6Network | IPv4Address | IPv6Address]):
    """A prefix, or an address without a length."""

    name = "PREFIX|ADDRESS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> IPv4Network | IPv6Network | IPv4Address | IPv6Address:
        if "/" in str(value):
            return PrefixType().convert(value, param, ctx)
        return AddressType().convert(value, param, ctx)


_INTERVAL = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s*(us|ms|s|)")
_IN_US = {"us": 1, "ms": 1000, "": 1000, "s": 1_000_000}


class IntervalType(click.ParamType[int]):
    """A BFD interval, in whole microseconds: "50ms", "50000us", "0.05s", or a bare number of milliseconds."""

    name = "INTERVAL"

    def __init__(self, low_us: int, high_us: int) -> None:
        self._low_us = low_us
        self._high_us = high_us

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = _INTERVAL.fullmatch(str(value).strip())
        if match is None:
            hint = "write 20ms, 20000us or 0.02s; a bare number is milliseconds"
            self.fail(f"{value!r} is not an interval; {hint}.", param, ctx)
        found = Fraction(match[1]) * _IN_US[match[2]]
        if not self._low_us <= found <= self._high_us:
            limits = f"{interval(self._low_us)} to {interval(self._high_us)}"
            shown = interval(float(found)) if found else "no time at all"
            self.fail(f"{value!r} is {shown}; it may be {limits}.", param, ctx)
        return round(found)


def socket_option(command: F) -> F:
    """--socket: which daemon to talk to."""
    return click.option(
        "--socket",
        "socket_path",
        metavar="PATH",
        default=default_socket,
        show_default="$BFD_FASTPATH_SOCKET or /run/bfd-fastpath/control.sock",
        help="Control socket of the daemon.",
    )(command)


def agent_socket_option(command: F) -> F:
    """--socket: which agent of a route server to talk to."""
    return click.option(
        "--socket",
        "socket_path",
        metavar="PATH",
        default=AGENT_SOCKET,
        show_default=True,
        help="Control socket of the agent.",
    )(command)


def json_option(command: F) -> F:
    """--json: the machine's form of what is shown."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)


def print_json(value: object) -> None:
    """In pieces: the text of a large answer is never there as a whole."""
    sys.stdout.writelines(json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value))
    sys.stdout.write("\n")
