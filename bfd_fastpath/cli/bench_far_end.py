# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench far-end`: where the sessions of another machine's bench end."""

import click

from bfd_fastpath.cli import exit_codes


@click.command(
    "far-end",
    epilog="""\b
Examples:
  bfd-fastpath bench far-end --port 0000:03:00.1 --cpu 3 --listen 192.0.2.2
  bfd-fastpath bench bfd-scale --port 0000:81:00.0 --far-end 192.0.2.2     on the machine that is measured

\b
Exit codes: 0 it was told to end; 1 the port does not open or the address is not to be had;
2 bad command line.
""",
)
@click.option(
    "--port", required=True, metavar="DEVARGS", help="Cabled to the port of the engine that is measured."
)
@click.option("--cpu", type=int, help="The core that polls (default: the last that this process may run on).")
@click.option(
    "--listen",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS[:PORT]",
    help="Where benches come to, by TCP; port 17784 unless another is given.",
)
def far_end(port: str, cpu: int | None, listen: str) -> int:
    """Be the far end of sessions that another machine's `bench bfd-scale --far-end` holds, for one bench at a
    time, until Ctrl-C. Whoever reaches the address can have the port send.
    """
    from bfd_fastpath.bench.place import place
    from bfd_fastpath.bench.suites.envelope.far.stand import stand

    try:
        where = place(listen)
    except ValueError as error:
        click.echo(f"bfd-fastpath: --listen: {error}", err=True)
        return exit_codes.BAD_INPUT
    return stand(port, where, cpu)
