# SPDX-License-Identifier: Apache-2.0
"""The command `bfd-fastpath`: the group that holds the commands, and the one place where errors become exit
codes."""

import sys

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.bench import bench
from bfd_fastpath.cli.client import NoDaemonError
from bfd_fastpath.cli.config import config
from bfd_fastpath.cli.conformance import conformance
from bfd_fastpath.cli.demo import demo
from bfd_fastpath.cli.doctor import doctor
from bfd_fastpath.cli.exchange_report import exchange_report
from bfd_fastpath.cli.explain import explain
from bfd_fastpath.cli.generate import generate
from bfd_fastpath.cli.ixp_sim import ixp_sim
from bfd_fastpath.cli.neighbor import neighbor
from bfd_fastpath.cli.operate import clear, reload, session
from bfd_fastpath.cli.pmdinfo import pmdinfo
from bfd_fastpath.cli.replay import replay
from bfd_fastpath.cli.rib import rib
from bfd_fastpath.cli.route_server import route_server
from bfd_fastpath.cli.rs_agent import rs_agent
from bfd_fastpath.cli.run import run
from bfd_fastpath.cli.show import show
from bfd_fastpath.cli.version import print_version, version
from bfd_fastpath.net.control_protocol import CommandError

_EPILOG = """\b
Examples:
  bfd-fastpath demo                               the whole story in one process, no root needed
  bfd-fastpath config check /etc/bfd-fastpath.toml
  bfd-fastpath run -c /etc/bfd-fastpath.toml
  bfd-fastpath show nexthops                      who is reachable, and why (not)
  bfd-fastpath replay outage.pcapng               what happened to BFD in a capture

\b
Exit codes: 0 done; 1 it failed; 2 bad configuration or command line;
3 the demo missed a time bound; 4 no daemon answers on the control socket.
"""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=_EPILOG
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_version,
    help="Print the versions of this program, of libpydp and of DPDK.",
)
def cli() -> None:
    """BFD to every next hop that a route server hands out, on DPDK, and a word to the route server by BGP-LS
    about those that cannot be reached."""


for _command in (
    *(run, show, clear, session, neighbor, reload, config, rib, route_server, rs_agent),
    *(exchange_report, pmdinfo, doctor, replay, explain, generate, ixp_sim, demo),
    *(conformance, bench, version),
):
    cli.add_command(_command)


def main() -> None:
    """Entry point of the installed command and of `python -m bfd_fastpath`."""
    sys.exit(invoke(sys.argv[1:]))


def invoke(arguments: list[str]) -> int:
    """Run one command line and return its exit code; what a person should know is on stderr, one sentence a
    fault."""
    try:
        result = cli.main(arguments, prog_name="bfd-fastpath", standalone_mode=False)
        return result if isinstance(result, int) else exit_codes.OK
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return exit_codes.BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        return 130
    except NoDaemonError as error:
        click.echo(f"bfd-fastpath: {error}", err=True)
        return exit_codes.NO_DAEMON
    except CommandError as error:
        click.echo(f"bfd-fastpath: {error}", err=True)
        return exit_codes.BAD_INPUT if error.code == "bad-configuration" else exit_codes.FAILED
    except SystemExit:
        # So click leaves when the reader of our output (head, less) has left: nothing is wrong.
        return exit_codes.OK
