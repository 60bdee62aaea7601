# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath explain`: the story of one packet of a capture on its way through forwarding."""

from pathlib import Path

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.forward_options import configuration, forward_options
from bfd_fastpath.cli.progress import Progress


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath explain lan.pcapng:17 -c router.toml
  bfd-fastpath explain lan.pcapng:17 -c router.toml --resolve

\b
Exit codes: 0 told; 1 the file cannot be read that far, or has no such packet; 2 bad configuration or
command line. docs/replay-forward.md explains what is told.
"""
)
@click.argument("packet", metavar="CAPTURE:N")
@click.option(
    "-c",
    "--config",
    "config_file",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Configuration of the router.",
)
@forward_options
def explain(
    packet: str, config_file: Path, ports: tuple[str, ...], macs: tuple[str, ...], answers: bool
) -> int:
    """Tell what becomes of packet N of CAPTURE, as Wireshark counts, and why.

    The packets before it are forwarded first, so that BFD, neighbours and rates are as they were then.
    """
    capture, _, number = packet.rpartition(":")
    if not capture or not number.isascii() or not number.isdigit() or int(number) < 1:
        raise click.UsageError(f"{packet!r} is not CAPTURE:N; write lan.pcapng:17, packets count from 1.")
    config = configuration(config_file)
    if config is None:
        return exit_codes.BAD_INPUT
    from bfd_fastpath.replay.end_report import EndError
    from bfd_fastpath.replay.forward import Forward, Wanted
    from bfd_fastpath.replay.forward_explain import story
    from pydp import PydpError
    from pydp.replay import ReplayError

    wanted = Wanted(ports, macs, answers)
    try:
        with (
            Progress("forwarding") as progress,
            Forward(capture, config, wanted, progress=progress) as played,
        ):
            told, fault, packets = story(played, int(number)), played.fault(), played.packets
    except EndError as error:
        return _complain(str(error), error.exit_code)
    except (ReplayError, PydpError) as error:
        return _complain(str(error))
    if told is not None:
        click.echo(told.text())
        return exit_codes.OK
    if fault is not None:
        return _complain(f"{capture} can be read up to packet {packets}: {fault}")
    return _complain(f"{capture} has {packets} packets; there is no packet {number}")


def _complain(sentence: str, code: int = exit_codes.FAILED) -> int:
    click.echo(f"bfd-fastpath: {sentence}", err=True)
    return code
