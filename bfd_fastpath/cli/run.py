# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath run`: the command line of the daemon. What it does is daemon's."""

from pathlib import Path

import click


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath config check FILE && bfd-fastpath run -c FILE
  kill -HUP PID      read the configuration again
  kill -TERM PID     leave: withdraw, AdminDown, wait the peers' detection time (3 s at multiplier 3), close
  BGP
                     a second one leaves at once
"""
)
@click.option(
    "-c",
    "--config",
    "path",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Configuration (TOML).",
)
def run(path: Path) -> int:
    """Run the router in the foreground, logs on standard error."""
    from bfd_fastpath.daemon.process import main

    return main(path)
