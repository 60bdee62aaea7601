# SPDX-License-Identifier: Apache-2.0
"""Commands that change something in the running daemon."""

from ipaddress import IPv4Address, IPv6Address

import click

from bfd_fastpath.cli import client
from bfd_fastpath.cli.options import AddressType, socket_option

Address = IPv4Address | IPv6Address


@click.group()
def clear() -> None:
    """Forget what the daemon believes."""


@clear.command("nexthop", epilog="\b\nExample:\n  bfd-fastpath clear nexthop 192.0.2.7")
@click.argument("address", type=AddressType())
@socket_option
def clear_nexthop(address: Address, socket_path: str) -> None:
    """Make a next hop that is Down Unknown again: it is used again, and the route server is told so.

    Its BFD session runs on and decides anew.
    """
    result = client.ask(socket_path, "clear-nexthop", {"address": str(address)})
    was_down = isinstance(result, dict) and result.get("was") == "down"
    click.echo(f"{address} is unknown again." if was_down else f"{address} was not down; nothing changed.")


@click.group()
def session() -> None:
    """Take BFD sessions out of service and back, poll them, reset them."""


@session.command("admin-down", epilog="\b\nExample:\n  bfd-fastpath session admin-down 192.0.2.7")
@click.argument("address", type=AddressType())
@socket_option
def admin_down(address: Address, socket_path: str) -> None:
    """Hold the session to ADDRESS in AdminDown. The peer is told and reports no failure; the next hop is
    Unknown.

    It stays so until `session admin-up`, a reload that changes the session, or the end of the daemon.
    """
    client.ask(socket_path, "session-admin", {"address": str(address), "down": True})
    click.echo(f"The session to {address} is administratively down.")


@session.command("path", epilog="\b\nExample:\n  bfd-fastpath session path 192.0.2.7 concatenated-path-down")
@click.argument("address", type=AddressType())
@click.argument(
    "signal",
    type=click.Choice(["up", "path-down", "concatenated-path-down", "reverse-concatenated-path-down"]),
)
@socket_option
def path(address: Address, signal: str, socket_path: str) -> None:
    """Tell the peer what is known of the path otherwise than by BFD (RFC 5880 6.8.16, 6.8.17).

    path-down holds the session in AdminDown with that diagnostic; the other two are said while it runs on.
    """
    client.ask(socket_path, "session-path", {"address": str(address), "path": signal})
    click.echo(f"The peer {address} is told: {signal}.")


@session.command("poll", epilog="\b\nExample:\n  bfd-fastpath session poll 192.0.2.7")
@click.argument("address", type=AddressType())
@socket_option
def poll(address: Address, socket_path: str) -> None:
    """Ask ADDRESS for an answer by a Poll Sequence (RFC 5880 6.5), as Demand mode does to see whether it is
    there."""
    client.ask(socket_path, "session-poll", {"address": str(address)})
    click.echo(f"The session to {address} polls.")


@session.command("forwarding-reset", epilog="\b\nExample:\n  bfd-fastpath session forwarding-reset 192.0.2.7")
@click.argument("address", type=AddressType())
@socket_option
def forwarding_reset(address: Address, socket_path: str) -> None:
    """Say that our forwarding plane lost its state (RFC 5880 6.8.15): the session goes Down and comes up
    anew."""
    client.ask(socket_path, "session-forwarding-reset", {"address": str(address)})
    click.echo(f"The session to {address} was reset.")


@session.command("admin-up", epilog="\b\nExample:\n  bfd-fastpath session admin-up 192.0.2.7")
@click.argument("address", type=AddressType())
@socket_option
def admin_up(address: Address, socket_path: str) -> None:
    """Let the session to ADDRESS come up again."""
    client.ask(socket_path, "session-admin", {"address": str(address), "down": False})
    click.echo(f"The session to {address} may come up.")


@click.command(epilog="\b\nExample:\n  bfd-fastpath config diff FILE && bfd-fastpath reload")
@socket_option
def reload(socket_path: str) -> None:
    """Have the daemon read its configuration file again (as SIGHUP does) and print what it changed.

    A configuration with faults changes nothing. Sessions whose parameters did not change are not touched.
    """
    result = client.ask(socket_path, "reload", timeout_s=60.0)
    lines = result.get("steps", []) if isinstance(result, dict) else []
    for line in lines:
        click.echo(line)
    if not lines:
        click.echo("The configuration did not change.")
