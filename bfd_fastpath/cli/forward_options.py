# SPDX-License-Identifier: Apache-2.0
"""Options that say how a capture is taken through forwarding, and the errors of that as exit codes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bfd_fastpath.config.model import Config

F = TypeVar("F", bound=Callable[..., Any])


def forward_options(command: F) -> F:
    """--port, --mac and --resolve."""
    for option in (
        click.option(
            "--resolve",
            "answers",
            is_flag=True,
            help="Neighbours that the capture has no answer of answer: made-up MAC addresses.",
        ),
        click.option(
            "--mac",
            "macs",
            metavar="[PORT=]MAC",
            multiple=True,
            help="MAC address of the recorded router: what is to others is not taken in, what is from it is "
            "its own. Without it every unicast frame is taken in.",
        ),
        click.option(
            "--port",
            "ports",
            metavar="[INTERFACE=]PORT",
            multiple=True,
            help="Where packets (of this interface of the capture) come in; without it the interface has the "
            "port's name, or there is only one port.",
        ),
    ):
        command = option(command)
    return command


def configuration(file: Path) -> "Config | None":
    """None where it has faults: they are on standard error then."""
    from bfd_fastpath.config import ConfigError, load

    try:
        return load(file)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        return None
