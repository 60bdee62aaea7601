# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, and the types of their values."""

import json
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, TypeVar

import click

from bfd_fastpath.cli.client import default_socket

F = TypeVar("F", bound=Callable[..., Any])


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


def json_option(command: F) -> F:
    """--json: the machine's form of what is shown."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
