# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath replay`: what happened to BFD in a capture file, as a page, JSON or a drawing. Needs no
daemon, no root and no hugepages.
"""

import stat
import sys
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bfd_fastpath.cli import exit_codes, replay_forward, replay_page
from bfd_fastpath.cli.forward_options import configuration, forward_options
from bfd_fastpath.cli.options import AddressType, json_option, print_json
from bfd_fastpath.cli.progress import Progress

if TYPE_CHECKING:
    from bfd_fastpath.replay.answer import Answer, Part
    from bfd_fastpath.replay.whatif_wanted import Wanted

_STANDARD_INPUT = "-"
_DRAWN = (".svg", ".html")
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath replay outage.pcapng
  bfd-fastpath replay outage.pcap.gz --json | jq '.sessions[]."verdict-line"'
  bfd-fastpath replay outage.pcapng --timeline outage.html
  tcpdump -w - -i eth0 udp | bfd-fastpath replay -
  bfd-fastpath replay outage.pcapng --interval 50ms --interval 100ms --multiplier 2-5
  bfd-fastpath replay outage.pcapng -c router.toml --as 192.0.2.1 --out ours.pcapng
  bfd-fastpath replay lan.pcapng --forward -c router.toml --out verdicts.pcapng
  bfd-fastpath replay --check cases/

\b
Exit codes: 0 told, also that there is no BFD in it; 1 the file could be read only in part or not at
all, an end could not be played, or a case does not hold; 2 bad configuration or command line, or a
broken case. docs/replay.md explains the verdicts and every JSON key, docs/replay-forward.md --forward.
"""
)
@click.argument(
    "capture",
    metavar="[CAPTURE]",
    required=False,
    # Whether it can be read is told like whatever else is wrong with a file.
    type=click.Path(allow_dash=True, readable=False, path_type=str),
)
@json_option
@click.option(
    "--timeline", metavar="FILE", type=FILE, help="Draw the sessions over time, into FILE.svg or FILE.html."
)
@click.option("--all", "everything", is_flag=True, help="Leave nothing out for length.")
@click.option(
    "--as", "address", metavar="ADDRESS", type=AddressType(), help="Be this end of it; needs --config."
)
@click.option(
    "-c", "--config", "config_file", metavar="FILE", type=FILE, help="Configuration of --as and --forward."
)
@click.option(
    "--seed",
    type=click.IntRange(1, (1 << 64) - 1),
    metavar="N",
    help="Of what is random in --as; the same seed gives the same answer.  [default: 1]",
)
@click.option(
    "--out",
    metavar="FILE",
    type=FILE,
    help="Write the BFD that --as would have sent, or with --forward all packets and verdicts; pcapng.",
)
@click.option(
    "--bgp-out",
    metavar="FILE",
    type=FILE,
    help="Write the BGP session with the route server that --as would have had, pcapng.",
)
@click.option(
    "--interval", "intervals", metavar="TIMES", multiple=True, help='What if: hellos every "50ms,100ms".'
)
@click.option(
    "--multiplier", "multipliers", metavar="NUMBERS", multiple=True, help='What if: "3", "2,4" or "2-5".'
)
@click.option(
    "--set",
    "sets",
    metavar="SESSION.KEY=VALUE",
    multiple=True,
    help="What if one session, or the end with an address, had had this: 1.local-multiplier=4.",
)
@click.option(
    "--check",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Try the cases in DIR instead: folders with a capture and what to expect of it.",
)
@click.option(
    "--forward",
    is_flag=True,
    help="Take every packet through the forwarding of --config, instead of BFD alone.",
)
@forward_options
def replay(
    capture: str | None,
    as_json: bool,
    timeline: Path | None,
    everything: bool,
    address: IPv4Address | IPv6Address | None,
    config_file: Path | None,
    seed: int | None,
    out: Path | None,
    bgp_out: Path | None,
    intervals: tuple[str, ...],
    multipliers: tuple[str, ...],
    sets: tuple[str, ...],
    check: Path | None,
    forward: bool,
    ports: tuple[str, ...],
    macs: tuple[str, ...],
    answers: bool,
) -> int:
    """Tell what happened to BFD in CAPTURE: pcap or pcapng, also gzipped; "-" reads standard input.

    It finds every BFD session without being told of any, and says of each that lost its peer what the
    evidence says. With --as the engine plays one of the ends and is compared with what that one did; with
    --interval, --multiplier and --set the capture is judged with other timers.
    """
    of_part = {"--config": config_file, "--seed": seed, "--out": out, "--bgp-out": bgp_out}
    of_forward: dict[str, object] = {"--port": ports, "--mac": macs, "--resolve": answers}
    if forward:
        about_bfd: dict[str, object] = {"--as": address, "--timeline": timeline, "--all": everything}
        about_bfd |= {"--bgp-out": bgp_out, "--interval": intervals, "--multiplier": multipliers}
        for name in _given(about_bfd | {"--set": sets, "--check": check}):
            raise click.UsageError(f"{name} is about BFD alone; it does not go with --forward.")
        options = replay_forward.Options(ports, macs, answers, seed or 1)
        return _forward(capture, config_file, options, out, as_json)
    for name in _given(of_forward):
        raise click.UsageError(f"{name} says how packets come in to be forwarded; it needs --forward.")
    if check is not None:
        others = (capture, timeline, everything, address, *of_part.values())
        if any(one not in (None, False) for one in others) or intervals or multipliers or sets:
            raise click.UsageError(
                "--check takes no capture, and no option but --json: cases have their own."
            )
        return _check(check, as_json)
    if capture is None:
        raise click.UsageError("Missing argument 'CAPTURE': name a capture file, or - for standard input.")
    if address is None:
        for name in (name for name, value in of_part.items() if value is not None):
            raise click.UsageError(f"{name} says how to be one end; say which one with --as ADDRESS.")
    elif config_file is None:
        raise click.UsageError("--as needs --config FILE: what our end would have been configured with.")
    _refuse_files(capture, address is not None, {"--timeline": timeline, "--out": out, "--bgp-out": bgp_out})
    wish = _wish(intervals, multipliers, sets)
    part = _part(address, config_file, seed, out, bgp_out)
    if part is None and address is not None:
        return exit_codes.BAD_INPUT
    return _run(capture, as_json, timeline, everything, wish, part)


def _given(options: dict[str, object]) -> list[str]:
    return [name for name, value in options.items() if value not in (None, False, ())]


def _forward(
    capture: str | None,
    config_file: Path | None,
    options: replay_forward.Options,
    out: Path | None,
    as_json: bool,
) -> int:
    if capture is None:
        raise click.UsageError("Missing argument 'CAPTURE': name a capture file, or - for standard input.")
    if config_file is None:
        raise click.UsageError("--forward needs --config FILE: which ports and routes the router has.")
    _refuse_files(capture, False, {"--timeline": None, "--out": out})
    config = configuration(config_file)
    if config is None:
        return exit_codes.BAD_INPUT
    return replay_forward.run(capture, config, options, out, as_json)


def _run(
    capture: str,
    as_json: bool,
    timeline: Path | None,
    everything: bool,
    wish: "Wanted | None",
    part: "Part | None",
) -> int:
    from bfd_fastpath.replay.answer import ask
    from bfd_fastpath.replay.end_report import EndError
    from bfd_fastpath.replay.whatif_wanted import WantedError
    from pydp.replay import ReplayError

    visible = not as_json or sys.stdout.isatty()
    try:
        with Progress("reading", wanted=visible) as progress:
            answer = ask(capture, wish=wish, part=part, progress=progress)
        _print(answer, as_json, everything)
        if timeline is not None:
            _draw(answer, capture, timeline, everything, visible)
    except WantedError as error:
        raise click.UsageError(f"--set: {error}.") from error
    except EndError as error:
        return _complain(str(error), exit_codes.BAD_INPUT)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = error.filename or "standard output"
        return _complain(f"{where} cannot be written: {error.strerror or error}")
    except ReplayError as error:
        return _complain(str(error))
    if answer.unplayed is not None:
        return _complain(answer.unplayed)
    if answer.story.fault is not None:
        name = "standard input" if capture == _STANDARD_INPUT else capture
        return _complain(f"{name}: {answer.story.fault}")
    return exit_codes.OK


def _print(answer: "Answer", as_json: bool, everything: bool) -> None:
    if as_json:
        print_json(answer.document())
        return
    from bfd_fastpath.replay.document import document

    page = replay_page.page(document(answer.story), everything=everything)
    click.echo("\n".join([page, *answer.lines()]))


def _draw(answer: "Answer", capture: str, timeline: Path, everything: bool, visible: bool) -> None:
    from bfd_fastpath.replay.timeline import write

    with Progress("drawing", wanted=visible) as progress:
        left_out = write(answer.story, capture, timeline, everything=everything, progress=progress)
    if left_out:
        click.echo(
            f"bfd-fastpath: {timeline} leaves out {left_out} sessions, those without trouble first; "
            "--all draws them.",
            err=True,
        )


def _check(directory: Path, as_json: bool) -> int:
    from bfd_fastpath.replay.answer import answer
    from bfd_fastpath.replay.cases import CasesError, check, document, exit_code, lines

    try:
        results = check(directory, answer)
    except CasesError as error:
        return _complain(str(error), exit_codes.BAD_INPUT)
    if as_json:
        print_json(document(results))
    else:
        click.echo("\n".join(lines(results)))
    return exit_code(results)


def _wish(intervals: tuple[str, ...], multipliers: tuple[str, ...], sets: tuple[str, ...]) -> "Wanted | None":
    if not (intervals or multipliers or sets):
        return None
    from bfd_fastpath.replay.whatif_wanted import WantedError, wanted

    try:
        return wanted(intervals, multipliers, sets)
    except WantedError as error:
        raise click.UsageError(f"{error}.") from error


def _part(
    address: IPv4Address | IPv6Address | None,
    config_file: Path | None,
    seed: int | None,
    out: Path | None,
    bgp_out: Path | None,
) -> "Part | None":
    """None also where the configuration has faults: they are on standard error then."""
    if address is None or config_file is None:
        return None
    from bfd_fastpath.config import ConfigError, load
    from bfd_fastpath.replay.answer import Part

    try:
        return Part(address, load(config_file), 1 if seed is None else seed, out, bgp_out)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        return None


def _refuse_files(capture: str, plays: bool, files: dict[str, Path | None]) -> None:
    """Files to be written that cannot be, or that would overwrite what is read or one another."""
    timeline = files["--timeline"]
    if timeline is not None and timeline.suffix.lower() not in _DRAWN:
        raise click.UsageError(f"--timeline {timeline}: name a file that ends in .svg or .html.")
    pipe = capture == _STANDARD_INPUT or stat.S_ISFIFO(_mode(capture))
    if pipe and (timeline is not None or plays):
        name = "--as" if plays else "--timeline"
        raise click.UsageError(
            f"{name} reads the capture more than once, so it needs a file instead of {capture}."
        )
    taken = {Path(capture).resolve(): "the capture itself"}
    for name, file in files.items():
        if file is not None and file.resolve() in taken:
            raise click.UsageError(f"{name} names {taken[file.resolve()]}; name another file.")
        if file is not None:
            taken[file.resolve()] = f"the file of {name}"


def _mode(path: str) -> int:
    """What kind of file it is; 0 where there is none."""
    try:
        return Path(path).stat().st_mode
    except OSError:
        return 0


def _complain(sentence: str, code: int = exit_codes.FAILED) -> int:
    click.echo(f"bfd-fastpath: {sentence}", err=True)
    return code
