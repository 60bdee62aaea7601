# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath replay`: what happened to BFD in a capture file, as a page, JSON or a drawing. Needs no
daemon, no root and no hugepages.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bfd_fastpath.cli import exit_codes, replay_page
from bfd_fastpath.cli.options import json_option, print_json
from bfd_fastpath.cli.progress import Progress

if TYPE_CHECKING:
    from pydp.replay import Story

_STANDARD_INPUT = "-"
_DRAWN = (".svg", ".html")


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath replay outage.pcapng
  bfd-fastpath replay outage.pcap.gz --json | jq '.sessions[]."verdict-line"'
  bfd-fastpath replay outage.pcapng --timeline outage.html
  tcpdump -w - -i eth0 udp | bfd-fastpath replay -

\b
Exit codes: 0 told, also that there is no BFD in it; 1 the file could be read only in part or not at
all; 2 bad command line. docs/replay.md explains the verdicts and every JSON key.
"""
)
@click.argument("capture", metavar="CAPTURE", type=click.Path(allow_dash=True, path_type=str))
@json_option
@click.option(
    "--timeline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the sessions as lanes over time, into FILE.svg or FILE.html.",
)
@click.option("--all", "everything", is_flag=True, help="Leave nothing out for length.")
def replay(capture: str, as_json: bool, timeline: Path | None, everything: bool) -> int:
    """Tell what happened to BFD in CAPTURE: pcap or pcapng, also gzipped; "-" reads standard input.

    It finds every BFD session without being told of any, and says of each that lost its peer what the
    evidence says.
    """
    from pydp.replay import ReplayError

    _refuse_drawing(capture, timeline)
    try:
        return _tell(capture, as_json, timeline, everything)
    except (ReplayError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _failed(_sentence(error))


def _tell(capture: str, as_json: bool, timeline: Path | None, everything: bool) -> int:
    from bfd_fastpath.replay.document import document
    from pydp import replay as captures

    visible = not as_json or sys.stdout.isatty()
    with Progress("reading", wanted=visible) as progress:
        story = captures.watch(capture, progress=progress)
    told = document(story)
    if as_json:
        print_json(told)
    else:
        click.echo(replay_page.page(told, everything=everything))
    if timeline is not None:
        _draw(story, capture, timeline, everything, visible)
    if story.fault is not None:
        name = "standard input" if capture == _STANDARD_INPUT else capture
        return _failed(f"{name}: {story.fault}")
    return exit_codes.OK


def _draw(story: "Story", capture: str, timeline: Path, everything: bool, visible: bool) -> None:
    from bfd_fastpath.replay.timeline import write

    with Progress("drawing", wanted=visible) as progress:
        left_out = write(story, capture, timeline, everything=everything, progress=progress)
    if left_out:
        click.echo(
            f"bfd-fastpath: {timeline} leaves out {left_out} sessions, those without trouble first; "
            "--all draws them.",
            err=True,
        )


def _refuse_drawing(capture: str, timeline: Path | None) -> None:
    if timeline is None:
        return
    if timeline.suffix.lower() not in _DRAWN:
        raise click.UsageError(f"--timeline {timeline}: name a file that ends in .svg or .html.")
    if capture == _STANDARD_INPUT:
        raise click.UsageError("--timeline reads the capture twice, so it needs a file instead of -.")
    if timeline.resolve() == Path(capture).resolve():
        raise click.UsageError("--timeline names the capture itself; name another file.")


def _failed(sentence: str) -> int:
    click.echo(f"bfd-fastpath: {sentence}", err=True)
    return exit_codes.FAILED


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be written: {error.strerror}"
    return str(error)
