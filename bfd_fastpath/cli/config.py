# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath config`: look at a configuration without starting or changing anything."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bfd_fastpath.cli import client, exit_codes
from bfd_fastpath.cli.options import socket_option

if TYPE_CHECKING:
    from bfd_fastpath.config import Config

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def config() -> None:
    """Check a configuration, or see what a reload would do. Changes nothing."""


@config.command(epilog="\b\nExample:\n  bfd-fastpath config check /etc/bfd-fastpath.toml")
@click.argument("file", type=FILE)
def check(file: Path) -> int:
    """Print every fault of FILE (exit code 2), or what a start would do and the final EAL line.

    The files and variables of keys and passwords are read, as `run` would read them here and now. A port's
    driver is not asked: `run` says when a device does not probe.
    """
    wanted = _load(file)
    if wanted is None:
        return exit_codes.BAD_INPUT
    from bfd_fastpath.config.advice import advice
    from bfd_fastpath.config.passwords import password_faults
    from bfd_fastpath.config.plan import plan
    from bfd_fastpath.config.render import render_plan
    from bfd_fastpath.config.secrets import secret_faults
    from bfd_fastpath.daemon.environment import eal_line
    from pydp import PydpError

    faults = password_faults(wanted) + secret_faults(wanted)
    if faults:
        click.echo("\n".join(map(str, faults)), err=True)
        return exit_codes.BAD_INPUT
    click.echo(render_plan(plan(None, wanted)), nl=False)
    for sentence in advice(wanted):
        click.echo(f"bfd-fastpath: warning: {file}: {sentence}", err=True)
    try:
        line = eal_line(wanted)
    except PydpError as error:
        click.echo(f"bfd-fastpath: {error}", err=True)
        return exit_codes.FAILED
    click.echo("EAL: " + " ".join(line[1:]))
    return exit_codes.OK


@config.command(
    epilog="""\b
Examples:
  bfd-fastpath config diff new.toml                  against the running daemon
  bfd-fastpath config diff new.toml --from old.toml  between two files, no daemon needed
"""
)
@click.argument("file", type=FILE)
@click.option("--from", "old", type=FILE, metavar="OLD", help="Compare with this file instead of the daemon.")
@socket_option
def diff(file: Path, old: Path | None, socket_path: str) -> int:
    """Print the steps of a reload with FILE: + comes, - goes, ~ changes, ! needs a restart."""
    wanted = _load(file)
    if wanted is None:
        return exit_codes.BAD_INPUT
    if old is not None:
        before = _load(old)
        if before is None:
            return exit_codes.BAD_INPUT
        from bfd_fastpath.config.plan import plan
        from bfd_fastpath.config.render import render_plan

        click.echo(render_plan(plan(before, wanted)), nl=False)
        return exit_codes.OK
    file = file.resolve()
    arguments = {"text": file.read_text("utf-8"), "file": str(file), "directory": str(file.parent)}
    result = client.ask(socket_path, "config-diff", arguments)
    lines = result.get("steps", []) if isinstance(result, dict) else []
    click.echo("\n".join(lines) if lines else "no change")
    return exit_codes.OK


def _load(file: Path) -> "Config | None":
    from bfd_fastpath.config import ConfigError, load

    try:
        return load(file)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        return None
