# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath replay --forward`: every packet of a capture through the forwarding of a configuration."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.progress import Progress
from bfd_fastpath.cli.table import table

if TYPE_CHECKING:
    from bfd_fastpath.config.model import Config
    from bfd_fastpath.replay.forward import Forward


_KINDS: Final = {
    "packet": "packets",
    "fragment": "fragments",
    "error": "ICMP errors",
    "answer": "answers: pings, ARP, neighbour discovery",
    "question": "questions for neighbours",
    "other": "of the router itself: BFD and the like",
}


class Options(NamedTuple):
    """As given on the command line."""

    ports: tuple[str, ...]
    macs: tuple[str, ...]
    answers: bool
    seed: int


def run(capture: str, config: "Config", options: Options, out: Path | None, as_json: bool) -> int:
    """A table of verdicts, or a JSON line for each packet and one for the sums; the exit code."""
    from bfd_fastpath.replay.end_report import EndError
    from bfd_fastpath.replay.forward import Forward, Wanted
    from pydp import PydpError
    from pydp.replay import ReplayError

    try:
        with (
            Progress("forwarding", wanted=not as_json) as progress,
            Forward(capture, config, Wanted(*options), progress=progress) as played,
        ):
            _play(played, out, as_json)
            summary = played.summary()
            if as_json:
                sys.stdout.write(json.dumps({"summary": summary}, ensure_ascii=False) + "\n")
            else:
                click.echo(page(summary, capture, out))
            fault = played.fault()
    except EndError as error:
        return _complain(str(error), error.exit_code)
    except (ReplayError, PydpError) as error:
        return _complain(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _complain(
            f"{error.filename or 'standard output'} cannot be written: {error.strerror or error}"
        )
    return exit_codes.OK if fault is None else _complain(f"{capture}: {fault}")


def _play(played: "Forward", out: Path | None, as_json: bool) -> None:
    from bfd_fastpath.replay.forward_pcapng import ForwardFile

    with ExitStack() as opened:
        file = None if out is None else opened.enter_context(ForwardFile(out, played.stage.names))
        for made in played.passages():
            if file is not None:
                file.write(made)
            if as_json and made.number:
                sys.stdout.write(json.dumps(made.document(), ensure_ascii=False) + "\n")


def page(summary: Any, capture: str, out: Path | None) -> str:
    """The sums for people."""
    from pydp import counters

    texts = {one.name: one.text for one in counters()}
    verdicts = [
        (one["packets"], one["verdict"], one["reason"], texts.get(one["reason"] or "", ""))
        for one in summary["verdicts"]
    ]
    sent = [(one["frames"], one["port"], _KINDS[one["kind"]]) for one in summary["sent"]]
    parts = [
        f"{'standard input' if capture == '-' else capture}: {summary['packets']} packets",
        table(("PACKETS", "VERDICT", "REASON", "WHAT IT MEANS"), verdicts, right=("PACKETS",)),
    ]
    if sent:
        parts.append(table(("FRAMES", "SENT AT", "WHAT"), sent, right=("FRAMES",)))
    parts += summary["notes"]
    if out is not None:
        parts.append(f"{out} has each packet with its verdict, and what was sent.")
    return "\n\n".join(parts)


def _complain(sentence: str, code: int = exit_codes.FAILED) -> int:
    click.echo(f"bfd-fastpath: {sentence}", err=True)
    return code
