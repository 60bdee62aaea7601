# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath conformance`: the checklist of RFC 5880 held against a BFD speaker, or against our own
engine.
"""

import re
import sys
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.options import AddressType, json_option, print_json

if TYPE_CHECKING:
    from bfd_fastpath.lab.conformance.script import Script
    from bfd_fastpath.lab.conformance.speaker import NamedDriver
    from bfd_fastpath.lab.conformance.subject import Subject

_LAST = 141


class RowsType(click.ParamType[frozenset[int]]):
    """Rows of the checklist: "69,92-94"."""

    name = "ROWS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[int]:
        found: set[int] = set()
        for part in str(value).split(","):
            match = re.fullmatch(r"\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*", part)
            first = int(match[1]) if match else 0
            last = int(match[2] or first) if match else 0
            if not 1 <= first <= last <= _LAST:
                self.fail(
                    f"{part.strip()!r} is not a row; write numbers from 1 to {_LAST}: 69,92-94.", param, ctx
                )
            found |= set(range(first, last + 1))
        return frozenset(found)


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath conformance --self
  bfd-fastpath conformance --target 192.0.2.2 --json > report.json
  bfd-fastpath conformance --target 192.0.2.2 --rows 92,97-102
  ip netns exec lab bfd-fastpath conformance --target 192.0.2.2 --driver frr=/run/frr
  bfd-fastpath conformance --target 192.0.2.2 --driver bird=/run/bird/bird.ctl

\b
Exit codes: 0 no applicable MUST failed; 1 one did, or the target could not be reached; 2 bad command
line. docs/conformance.md says which rows may be not applicable, and why.
"""
)
@click.option(
    "--target", metavar="ADDRESS", type=AddressType(), help="A BFD speaker in a LAN of ours (root)."
)
@click.option(
    "--self", "own", is_flag=True, help="Our own engine, in memory and simulated time; needs no root."
)
@click.option("--ipv6", is_flag=True, help="With --self: over IPv6.")
@click.option("--rows", metavar="ROWS", type=RowsType(), help='Only these rows of the checklist: "69,92-94".')
@click.option(
    "--driver",
    metavar="NAME[=PATH]",
    help="Who changes the target's session while the suite runs: frr (PATH: directory of its vty sockets) or "
    "bird (PATH: its control socket).",
)
@click.option(
    "--port",
    metavar="DEVARGS",
    help="Reach the target by a DPDK port, with --source.  [default: as the kernel does]",
)
@click.option("--source", metavar="ADDRESS", type=AddressType(), help="Our address.  [default: the route's]")
@click.option(
    "--second-source", metavar="ADDRESS", type=AddressType(), help="Another one, for a second session."
)
@click.option(
    "--auth-key-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help='What the target authenticates with: a line "TYPE ID KEY"; $BFD_FASTPATH_AUTH_KEY has the same.',
)
@click.option(
    "--pcap",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default="bfd-conformance",
    show_default=True,
    help="Where the captures go that the evidence names.",
)
@click.option(
    "--seed", type=click.IntRange(1), default=1, show_default=True, help="Of what is random in the far end."
)
@click.option("--all", "everything", is_flag=True, help="Show the evidence of rows that passed, too.")
@json_option
def conformance(
    target: IPv4Address | IPv6Address | None,
    own: bool,
    ipv6: bool,
    rows: frozenset[int] | None,
    driver: str | None,
    port: str | None,
    source: IPv4Address | IPv6Address | None,
    second_source: IPv4Address | IPv6Address | None,
    auth_key_file: Path | None,
    pcap: Path,
    seed: int,
    everything: bool,
    as_json: bool,
) -> int:
    """Hold a BFD speaker against the 141 rules of RFC 5880 section 6, by a scripted far end.

    Each row of the answer is pass, fail or not-applicable, with what was seen or the reason; the packets are
    in captures, one for each scene. The target needs a session with our address.
    """
    if own == (target is not None):
        raise click.UsageError("Say what to try: --target ADDRESS, or --self for our own engine.")
    of_target = {
        "--driver": driver,
        "--port": port,
        "--source": source,
        "--second-source": second_source,
        "--auth-key-file": auth_key_file,
    }
    if own:
        for name in (name for name, value in of_target.items() if value is not None):
            raise click.UsageError(f"{name} is for a --target; --self needs nothing of the kind.")
    elif port is not None and source is None:
        raise click.UsageError("--port needs --source ADDRESS: what our end of it is to be called.")
    elif ipv6:
        raise click.UsageError("--ipv6 is for --self; a --target has its address.")
    for address in (source, second_source):
        if address is not None and target is not None and address.version != target.version:
            raise click.UsageError(f"{address} and {target} are not of one IP version.")
    from bfd_fastpath.lab.conformance.subject import SubjectError

    subject: Subject
    made: NamedDriver | None = None
    try:
        if target is None:
            from bfd_fastpath.lab.conformance.own_engine import OwnEngine

            subject = OwnEngine(6 if ipv6 else 4, seed)
        else:
            from bfd_fastpath.lab.conformance.speaker import Speaker

            key = None if driver is not None else _key(auth_key_file)
            ours = _ours(target, source, second_source) if driver is not None else ()
            made = _driver(driver, target, ours) if driver is not None else None
            subject = Speaker(target, source, second_source, made, key, port)
        try:
            return _run(subject, rows, pcap, seed, everything, as_json)
        finally:
            if made is not None:
                made.close()
    except SubjectError as error:
        click.echo(f"bfd-fastpath: {error}", err=True)
        return exit_codes.FAILED
    except OSError as error:
        click.echo(
            f"bfd-fastpath: {error.filename}: {error.strerror}; name another place with --pcap", err=True
        )
        return exit_codes.FAILED


def _run(
    subject: "Subject",
    rows: frozenset[int] | None,
    directory: Path,
    seed: int,
    everything: bool,
    as_json: bool,
) -> int:
    from bfd_fastpath.lab.conformance import page, suite
    from bfd_fastpath.lab.conformance.rows import ROWS

    def told(script: "Script") -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{script.name} ", err=True, nl=False)

    wanted = rows or frozenset(ROWS)
    report = suite.run(subject, wanted=wanted, directory=directory, seed=seed, told=told)
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)
    if as_json:
        print_json(report.document())
    else:
        for line in page.lines(report, wanted, everything=everything):
            click.echo(line)
    return exit_codes.OK if report.held else exit_codes.FAILED


def _key(file: Path | None) -> Any:
    from bfd_fastpath.lab.conformance.key_file import KeyFaultError, key_of_environment, read_key

    try:
        return read_key(file) if file is not None else key_of_environment()
    except KeyFaultError as error:
        raise click.UsageError(f"{error}.") from error


def _ours(
    target: IPv4Address | IPv6Address,
    source: IPv4Address | IPv6Address | None,
    second: IPv4Address | IPv6Address | None,
) -> tuple[IPv4Address | IPv6Address, ...]:
    from bfd_fastpath.lab.conformance.packet_socket import route

    first = source or route(target, source).source
    return (first, second) if second is not None else (first,)


def _driver(
    named: str, target: IPv4Address | IPv6Address, ours: tuple[IPv4Address | IPv6Address, ...]
) -> "NamedDriver":
    from bfd_fastpath.lab.conformance import bird_driver, frr_driver

    name, _, path = named.partition("=")
    if name == "frr":
        return frr_driver.FrrDriver(target, ours, Path(path) if path else frr_driver.VTY_DIRECTORY)
    if name == "bird":
        return bird_driver.BirdDriver(target, ours, Path(path) if path else bird_driver.CONTROL_SOCKET)
    raise click.UsageError(f"--driver {name}: there are frr and bird.")
