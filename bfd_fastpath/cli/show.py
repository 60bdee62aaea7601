# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath show ...`: asks the daemon and prints. JSON goes through as it came; tables are made in
show_tables."""

from collections.abc import Callable
from typing import Any

import click

from bfd_fastpath.cli import client, quality_tables, show_tables, worker_tables
from bfd_fastpath.cli.options import Address, AddressType, json_option, print_json, socket_option


@click.group(
    epilog="""\b
Examples:
  bfd-fastpath show nexthops
  bfd-fastpath show sessions 192.0.2.1 --counters
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


_add(
    "nexthops",
    "Next hops: Unknown, Up or Down, and the reason for it. Only those that are Down are not used.",
    show_tables.nexthops,
)
_add("lags", "Link aggregates, and micro-BFD on each of their members.", show_tables.lags)
_add("routes", "Routes learned by BGP, and whether their next hop is used.", show_tables.routes)
_add("ports", "Ports, their addresses and neighbours, and the worker's poll gaps.", show_tables.ports)
_add(
    "workers",
    "The workers: turns, poll gaps, packets received, forwarded, and left to the first one.",
    worker_tables.workers,
)
_add("drops", "Packets that were dropped, by reason.", show_tables.drops)
_add("reporter", "BGP neighbours, and what each was told about which next hop.", show_tables.reporter)
