# SPDX-License-Identifier: Apache-2.0
"""Commands about one BGP neighbour of the running daemon: its session down and up by hand, its routes
again."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import click

from bfd_fastpath.cli import client
from bfd_fastpath.cli.options import AddressType, socket_option

Address = IPv4Address | IPv6Address

#: A session that is closed in order takes up to two seconds.
_TIMEOUT_S = 20.0
_port_option = click.option(
    "--port", type=click.IntRange(1, 65535), help="Its TCP port, where the address has several neighbours."
)


@click.group()
def neighbor() -> None:
    """Hold BGP sessions down and let them come up; ask neighbours for their routes again."""


@neighbor.command(
    "shutdown",
    epilog='\b\nExample:\n  bfd-fastpath neighbor shutdown 192.0.2.250 "new line card, back at 04:00 UTC"',
)
@click.argument("address", type=AddressType())
@click.argument("text", required=False)
@_port_option
@socket_option
def shutdown(address: Address, text: str | None, port: int | None, socket_path: str) -> None:
    """End the BGP session with ADDRESS in order and keep it down. TEXT, or the configured shutdown-text, is
    what the operator at the other side reads (RFC 9003).

    What was told of next hops is taken back first. Routes of the neighbour go, BFD to its next hops goes on.
    It stays so until `neighbor enable` or the end of the daemon; a reload leaves it down."""
    _ask(socket_path, "neighbor-shutdown", address, port, {} if text is None else {"text": text})
    click.echo(f"The BGP session with {address} is shut down.")


@neighbor.command("enable", epilog="\b\nExample:\n  bfd-fastpath neighbor enable 192.0.2.250")
@click.argument("address", type=AddressType())
@_port_option
@socket_option
def enable(address: Address, port: int | None, socket_path: str) -> None:
    """Let the BGP session with ADDRESS come up again."""
    _ask(socket_path, "neighbor-enable", address, port, {})
    click.echo(f"The BGP session with {address} may come up.")


@neighbor.command("refresh", epilog="\b\nExample:\n  bfd-fastpath neighbor refresh 192.0.2.250")
@click.argument("address", type=AddressType())
@_port_option
@socket_option
def refresh(address: Address, port: int | None, socket_path: str) -> None:
    """Ask ADDRESS to send everything again (RFC 2918). What it does not repeat goes, where it marks the
    repetition (RFC 7313)."""
    result = _ask(socket_path, "neighbor-refresh", address, port, {})
    click.echo(f"{address} was asked for {', '.join(result['families'])}.")


def _ask(socket_path: str, command: str, address: Address, port: int | None, more: dict[str, object]) -> Any:
    named: dict[str, object] = {} if port is None else {"port": port}
    return client.ask(socket_path, command, {"address": str(address), **named, **more}, timeout_s=_TIMEOUT_S)
