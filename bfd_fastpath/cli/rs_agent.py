# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath rs-agent`: the command line of the agent beside a route server. What it does is agent's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bfd_fastpath.cli import agent_tables, client, exit_codes
from bfd_fastpath.cli.options import agent_socket_option, json_option, print_json

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(
    "rs-agent",
    invoke_without_command=True,
    epilog="""\b
Examples:
  bfd-fastpath rs-agent check rs-agent.toml
  bfd-fastpath rs-agent emit-config openbgpd -c rs-agent.toml
  bfd-fastpath rs-agent -c rs-agent.toml
  bfd-fastpath rs-agent show nhib
  kill -HUP PID      read the configuration again: members come and go
  kill -TERM PID     leave: the filters are emptied first
""",
)
@click.option("-c", "--config", "path", type=_FILE, metavar="FILE", help="Configuration (TOML).")
@click.pass_context
def rs_agent(context: click.Context, path: Path | None) -> int:
    """Beside an exchange's OpenBGPD or BIRD: hear from each client which next hops it lost, and have the
    route server leave out those routes for that client. Runs in the foreground, logs on standard error."""
    if context.invoked_subcommand is not None:
        if path is not None:
            raise click.UsageError("-c FILE goes behind the command here.")
        return exit_codes.OK
    if path is None:
        raise click.UsageError("name the configuration: bfd-fastpath rs-agent -c FILE")
    from bfd_fastpath.agent.process import main

    return main(path)


@rs_agent.command(epilog="\b\nExample:\n  bfd-fastpath rs-agent check rs-agent.toml")
@click.argument("file", type=_FILE)
def check(file: Path) -> int:
    """Print every fault of FILE (exit code 2), or the members that it names. Starts and changes nothing."""
    settings = _load(file)
    if settings is None:
        return exit_codes.BAD_INPUT
    for member in settings.members:
        click.echo(f"member {member.name}, AS {member.asn}: {', '.join(map(str, member.addresses))}")
    if settings.route_server.learn:
        click.echo("further members are learned from the route server's neighbours")
    return exit_codes.OK


@rs_agent.command(
    "emit-config", epilog="\b\nExample:\n  bfd-fastpath rs-agent emit-config bird -c rs-agent.toml"
)
@click.argument("server", type=click.Choice(["openbgpd", "bird"]))
@click.option(
    "-c", "--config", "path", required=True, type=_FILE, metavar="FILE", help="Configuration (TOML)."
)
def emit_config(server: str, path: Path) -> int:
    """Print what the route server's configuration needs, for the operator to put there."""
    settings = _load(path)
    if settings is None:
        return exit_codes.BAD_INPUT
    from bfd_fastpath.agent.emit import emit
    from bfd_fastpath.agent.settings import Kind

    clients = [(member.name, address) for member in settings.members for address in member.addresses]
    click.echo(emit(settings, Kind(server), clients), nl=False)
    return exit_codes.OK


@rs_agent.command("fail-open", epilog="\b\nExample:\n  bfd-fastpath rs-agent fail-open -c rs-agent.toml")
@click.option(
    "-c", "--config", "path", required=True, type=_FILE, metavar="FILE", help="Configuration (TOML)."
)
def fail_open(path: Path) -> int:
    """Empty the filters of an agent that is not there any more, and have the route server read them."""
    settings = _load(path)
    if settings is None:
        return exit_codes.BAD_INPUT
    from bfd_fastpath.agent.driver import DriverError
    from bfd_fastpath.agent.process import fail_open as opened

    try:
        opened(settings)
    except DriverError as error:
        click.echo(f"bfd-fastpath: {error}", err=True)
        return exit_codes.FAILED
    return exit_codes.OK


@rs_agent.command(epilog="\b\nExample:\n  bfd-fastpath rs-agent prepare -c rs-agent.toml")
@click.option(
    "-c", "--config", "path", required=True, type=_FILE, metavar="FILE", help="Configuration (TOML)."
)
def prepare(path: Path) -> int:
    """Write the file that the route server includes, if there is none yet: without it the server does not
    start."""
    settings = _load(path)
    if settings is None:
        return exit_codes.BAD_INPUT
    from bfd_fastpath.agent.driver import DriverError
    from bfd_fastpath.agent.standing import prepare as prepared

    file = settings.route_server.filter_file
    try:
        click.echo(f"{file} written" if prepared(settings) else f"{file} is there already")
    except DriverError as error:
        click.echo(f"bfd-fastpath: {error}", err=True)
        return exit_codes.FAILED
    return exit_codes.OK


@rs_agent.group(epilog="\b\nExample:\n  bfd-fastpath rs-agent show clients --json")
def show() -> None:
    """Look into the running agent."""


def _add(name: str, help_text: str, render: Callable[[Any], str]) -> None:
    @show.command(name, help=help_text)
    @json_option
    @agent_socket_option
    def command(as_json: bool, socket_path: str) -> None:
        result = client.ask(socket_path, f"agent-{name}", daemon="rs-agent")
        if as_json:
            print_json(result)
        else:
            click.echo(render(result))


_add(
    "clients", "Members: addresses, sessions with the agent, next hops they have lost.", agent_tables.clients
)
_add(
    "nhib",
    "For each client with a session whom it reaches: up, down, unknown, unanswered.",
    agent_tables.nhib,
)
_add(
    "driver",
    "The route server: what it was given, how long a reload takes, and why one failed.",
    agent_tables.driver,
)


@rs_agent.command("reload", epilog="\b\nExample:\n  bfd-fastpath rs-agent reload")
@agent_socket_option
def reload_(socket_path: str) -> None:
    """Have the running agent read its configuration again, as SIGHUP does; prints what changed."""
    result: Any = client.ask(socket_path, "reload", timeout_s=120, daemon="rs-agent")
    click.echo("\n".join(result["changes"]) or "nothing changed")


@rs_agent.command(epilog="\b\nExample:\n  bfd-fastpath rs-agent restart")
@agent_socket_option
def restart(socket_path: str) -> None:
    """Have the running agent start again, by the same process id, with its configuration and program as they
    are by then. The route server keeps its filters until the members have come back; see restart-hold."""
    client.ask(socket_path, "restart", daemon="rs-agent")
    click.echo("restarting")


def _load(path: Path) -> Any:
    """The settings, or None with every fault on standard error."""
    from bfd_fastpath.agent.load import load
    from bfd_fastpath.config.fault import ConfigError

    try:
        return load(path)
    except ConfigError as error:
        click.echo("\n".join(map(str, error.faults)), err=True)
        return None
