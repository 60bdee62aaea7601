# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath doctor`: how well this machine is set up, and the commands that set it up better. Changes
nothing."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.options import json_option, print_json

if TYPE_CHECKING:
    from bfd_fastpath.config import Config
    from bfd_fastpath.doctor import Answer, Finding

_COLOURS = {"ok": "green", "warn": "yellow", "bad": "red", "unknown": None}
_WIDTH = 110


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath doctor
  bfd-fastpath doctor --config router.toml      what this configuration needs, and whether it is there
  bfd-fastpath doctor --json | jq '.findings[] | select(.state != "ok")'

\b
Exit codes: 0 nothing is bad; 1 something is; 2 bad configuration or command line.
"""
)
@click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Hold the machine against this configuration: its CPUs, ports and memory.",
)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("/"),
    metavar="DIRECTORY",
    help="Read proc, sys and boot below this directory: another machine's, copied or mounted here.",
)
@json_option
def doctor(path: Path | None, root: Path, as_json: bool) -> int:
    """Say how well this machine is set up for polling packets, with a score of 100 and the commands that mend
    it.

    Each finding is ok, warn (it costs speed or evenness), bad (something does not work) or unknown.
    """
    config = None
    if path is not None:
        from bfd_fastpath.config import ConfigError, load

        try:
            config = load(path)
        except ConfigError as error:
            click.echo("\n".join(map(str, error.faults)), err=True)
            return exit_codes.BAD_INPUT
    from bfd_fastpath.doctor import Machine, State, examine, wanted_by

    machine = Machine(root)
    fault = _eal_fault(config, root) if config is not None else None
    answer = examine(machine, wanted_by(config, machine), fault)
    if as_json:
        print_json(answer.to_json())
    else:
        for line in _lines(answer):
            click.echo(line)
    return exit_codes.FAILED if answer.count(State.BAD) else exit_codes.OK


def _eal_fault(config: "Config", root: Path) -> str | None:
    """Why EAL would not start with the configuration."""
    from bfd_fastpath.daemon.environment import eal_line
    from bfd_fastpath.doctor import Machine
    from pydp import PydpError
    from pydp.host import read_host

    machine = Machine(root)
    try:
        eal_line(config, read_host(root / "sys", None if machine.is_this else machine.cpus))
    except PydpError as error:
        return str(error)
    return None


def _lines(answer: "Answer") -> Iterator[str]:
    """What is to be mended in full, worst first; the rest a line each."""
    by_state: dict[str, list[Finding]] = {}
    for one in answer.findings:
        by_state.setdefault(one.seen.state.value, []).append(one)
    for state in ("bad", "warn"):
        for one in by_state.get(state, ()):
            yield from _full(one, state)
    for state in ("unknown", "ok"):
        for one in by_state.get(state, ()):
            yield f"{_mark(state)} {_name(one)}: {one.seen.now}"
        if state in by_state:
            yield ""
    counts = ", ".join(f"{len(found)} {state}" for state, found in sorted(by_state.items()))
    cpus = ", ".join(map(str, answer.cpus))
    yield click.style(f"score {answer.score} of 100", bold=True) + f" ({counts}); workers' CPUs: {cpus}"


def _full(finding: "Finding", state: str) -> Iterator[str]:
    seen = finding.seen
    yield f"{_mark(state)} {click.style(_name(finding), bold=True)}: {seen.now}"
    yield textwrap.fill(finding.why, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
    if seen.command:
        yield f"        now      {seen.command}"
    if seen.permanent:
        yield f"        for good {seen.permanent}"
    yield ""


def _mark(state: str) -> str:
    return click.style(f"{state:7}", fg=_COLOURS[state])


def _name(finding: "Finding") -> str:
    return f"{finding.check} ({finding.seen.about})" if finding.seen.about else finding.check
