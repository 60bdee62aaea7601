# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath route-server`: the command line of the embedded route server. What it does is lab's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bfd_fastpath.cli import client, exit_codes, route_server_tables
from bfd_fastpath.cli.options import json_option, print_json

DEFAULT_SOCKET = "/run/bfd-fastpath/route-server.sock"
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(
    "route-server",
    invoke_without_command=True,
    epilog="""\b
Examples:
  bfd-fastpath route-server check route-server.toml
  bfd-fastpath route-server -c route-server.toml
  bfd-fastpath route-server show clients
  bfd-fastpath route-server show nhib --json
  kill -TERM PID     leave: all sessions end with Cease
""",
)
@click.option("-c", "--config", "path", type=_FILE, metavar="FILE", help="Configuration (TOML).")
@click.pass_context
def route_server(context: click.Context, path: Path | None) -> int:
    """A route server for laboratories: it believes each client about which next hops that client can reach.
    Runs in the foreground, logs on standard error."""
    if context.invoked_subcommand is not None:
        if path is not None:
            raise click.UsageError("-c FILE starts a route server; it does not go with another command.")
        return exit_codes.OK
    if path is None:
        raise click.UsageError("name the configuration: bfd-fastpath route-server -c FILE")
    from bfd_fastpath.lab.routeserver.process import main

    return main(path)


@route_server.command(epilog="\b\nExample:\n  bfd-fastpath route-server check route-server.toml")
@click.argument("file", type=_FILE)
def check(file: Path) -> int:
    """Print every fault of FILE (exit code 2), or the clients that it names. Starts nothing."""
    from bfd_fastpath.config.fault import ConfigError
    from bfd_fastpath.lab.routeserver.load import load

    try:
        settings = load(file)
    except ConfigError as error:
        click.echo("\n".join(map(str, error.faults)), err=True)
        return exit_codes.BAD_INPUT
    for one in settings.server.clients:
        click.echo(f"client {one.name}, AS {one.asn}: {', '.join(map(str, one.lan_addresses))}")
    return exit_codes.OK


@route_server.group(epilog="\b\nExample:\n  bfd-fastpath route-server show clients --json")
def show() -> None:
    """Look into the running route server."""


def _add(name: str, help_text: str, render: Callable[[Any], str]) -> None:
    @show.command(name, help=help_text)
    @json_option
    @click.option(
        "--socket",
        "socket_path",
        metavar="PATH",
        default=DEFAULT_SOCKET,
        show_default=True,
        help="Of the route server.",
    )
    def command(as_json: bool, socket_path: str) -> None:
        result = client.ask(socket_path, f"route-server-{name}", daemon="route-server")
        if as_json:
            print_json(result)
        else:
            click.echo(render(result))


_add(
    "clients", "Clients: sessions, families, and how many next hops they reach.", route_server_tables.clients
)
_add("nhib", "For each client what it said of each next hop.", route_server_tables.nhib)
_add("routes", "What each client is given.", route_server_tables.routes)
