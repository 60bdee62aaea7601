# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath exchange-report`: the reachability of an exchange as one HTML page."""

import json
from pathlib import Path
from typing import Any

import click

from bfd_fastpath.cli import client
from bfd_fastpath.cli.options import agent_socket_option
from bfd_fastpath.cli.table import counted


@click.command(
    "exchange-report",
    epilog="""\b
Examples:
  bfd-fastpath exchange-report --socket /run/bfd-fastpath/rs-agent.sock --out exchange.html
  bfd-fastpath show exchange --json > now.json && bfd-fastpath exchange-report --from now.json
""",
)
@click.option(
    *("--out", "out"),
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("exchange.html"),
    show_default=True,
    help="The page that is written.",
)
@click.option(
    *("--from", "source"),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `show exchange --json` printed, in place of a running daemon.",
)
@click.option("--title", default="Reachability at the exchange", show_default=True, help="The page's title.")
@agent_socket_option
def exchange_report(out: Path, source: Path | None, title: str, socket_path: str) -> None:
    """Write a page that shows who reaches whom, what happened, and how well each member is protected."""
    from bfd_fastpath.cli import exchange_page

    document: Any = (
        client.ask(socket_path, "show-exchange", daemon="rs-agent") if source is None else _read(source)
    )
    try:
        text = exchange_page.page(document, title)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise click.ClickException(f"{source} is not what `show exchange --json` prints") from None
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    members, lost = counted(len(document["members"]), "member"), counted(len(document["lost"]), "path")
    click.echo(f"{out}: {members}, {lost} lost")


def _read(source: Path) -> Any:
    try:
        return json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{source}: {error}") from None
