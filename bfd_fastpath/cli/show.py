# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath show ...`: asks the daemon and prints. JSON goes through as it came; tables are made in
show_tables."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import click

from bfd_fastpath.cli import (
    client,
    exchange_row,
    exchange_tables,
    forwarding_tables,
    quality_tables,
    route_pages,
    show_tables,
    worker_tables,
)
from bfd_fastpath.cli.options import (
    Address,
    AddressType,
    PlaceType,
    Prefix,
    agent_socket_option,
    json_option,
    print_json,
    socket_option,
)


@click.group(
    epilog="""\b
Examples:
  bfd-fastpath show nexthops
  bfd-fastpath show sessions 192.0.2.1 --counters
  bfd-fastpath show routes 203.0.113.7
  bfd-fastpath show sessions --json | jq '.sessions[]."session-running"'

\b
JSON uses the names of RFC 9314 (ietf-bfd), intervals in microseconds.
"""
)
def show() -> None:
    """Look into the running daemon."""


def _add(name: str, help_text: str, render: Callable[[Any], str]) -> None:
    @show.command(name, help=help_text)
    @json_option
    @socket_option
    def command(as_json: bool, socket_path: str) -> None:
        result = client.ask(socket_path, f"show-{name}")
        if as_json:
            print_json(result)
        else:
            click.echo(render(result))


@show.command("sessions")
@click.argument("address", type=AddressType(), required=False)
@click.option("--counters", is_flag=True, help="Also the packets refused, by reason; needs an ADDRESS.")
@json_option
@socket_option
def sessions(address: Address | None, counters: bool, as_json: bool, socket_path: str) -> None:
    """BFD sessions: states, negotiated timers, packets. ADDRESS: of this peer only, with link quality."""
    if counters and address is None:
        raise click.UsageError("--counters needs the ADDRESS of a peer: show sessions 192.0.2.1 --counters")
    result: Any = client.ask(
        socket_path, "show-sessions", {} if address is None else {"address": str(address)}
    )
    if as_json:
        print_json(result)
        return
    click.echo(show_tables.sessions(result))
    if address is not None and (quality := quality_tables.sessions(result)):
        click.echo(quality)
    if counters:
        click.echo(show_tables.refused(result))


@show.command("routes")
@click.argument("where", metavar="[PREFIX|ADDRESS]", type=PlaceType(), required=False)
@json_option
@socket_option
def routes(where: Prefix | Address | None, as_json: bool, socket_path: str) -> None:
    """Routes: whose they are, their next hops, and whether they are used. PREFIX: those of exactly this one.
    ADDRESS: those of the longest prefix that has it."""
    if where is None:
        result = route_pages.ask_all(socket_path)
    else:
        key = "prefix" if isinstance(where, IPv4Network | IPv6Network) else "address"
        result = client.ask(socket_path, "show-routes", {key: str(where)})
    if as_json:
        print_json(result)
    else:
        click.echo(show_tables.routes(result, where))


_add(
    "nexthops",
    "Next hops: Unknown, Up or Down, and the reason for it. Only those that are Down are not used.",
    show_tables.nexthops,
)
_add("lags", "Link aggregates, and micro-BFD on each of their members.", show_tables.lags)
_add(
    "forwarding",
    "What is forwarded at each port, what is dropped and why, and how large the tables are.",
    forwarding_tables.forwarding,
)
_add(
    "fib-nexthops",
    "What the engine's routes lead to: neighbours and groups of them, whether they can be used, and why not.",
    forwarding_tables.nexthops,
)
_add("ports", "Ports, their addresses and neighbours, and the worker's poll gaps.", show_tables.ports)
_add(
    "workers",
    "The workers: turns, poll gaps, packets received, forwarded, and left to the first one; cycles by stage.",
    worker_tables.workers,
)
_add("drops", "Packets that were dropped, by reason.", show_tables.drops)
_add("reporter", "BGP neighbours, and what each was told about which next hop.", show_tables.reporter)


@show.command("exchange")
@click.argument("member", required=False)
@json_option
@agent_socket_option
def exchange(member: str | None, as_json: bool, socket_path: str) -> None:
    """At an exchange: who can reach whom, since when, and who has no BFD. MEMBER, by name or address: its
    word on each other one and theirs on it, since when. Asks rs-agent; a route-server answers too, by its
    --socket."""
    result: Any = client.ask(socket_path, "show-exchange", daemon="rs-agent")
    render: Callable[[Any], str] = exchange_tables.exchange
    if member is not None:
        result, render = exchange_row.row(result, member), exchange_row.text
        if result is None:
            raise click.ClickException(f"no member has the name or address {member!r}; see show exchange")
    if as_json:
        print_json(result)
    else:
        click.echo(render(result))
