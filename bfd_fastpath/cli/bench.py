# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench SUITE`: whole parts measured beside their peers. Each suite reads its own options."""

from typing import Final

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.bench_compare import compare

#: The suites of bfd_fastpath.bench, and what each measures.
SUITES: Final = {
    "control": "A full table, from BGP into the engine.",
    "envelope": "BFD sessions held at an interval; how late a failure is seen.",
    "failover": "From Down to the first packet on the backup.",
    "fib": "Look-ups of routes, ours and DPDK's.",
    "forward": "Forwarding beside l3fwd and testpmd.",
    "reload": "A route server's reload, as rs-agent asks for it.",
    "shed": "Data against sessions held on one core.",
    "workers": "Forwarding by one worker and by two.",
}


@click.group(
    epilog="""\b
Examples:
  bfd-fastpath bench forward --routes 1000 --size 64 imix
  bfd-fastpath bench envelope --help
"""
)
def bench() -> None:
    """What this machine does, beside its peers in the same run: one suite after its name."""


def _suite(name: str, text: str) -> click.Command:
    @click.command(
        name,
        help=text,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    )
    @click.argument("options", nargs=-1, type=click.UNPROCESSED)
    def command(options: tuple[str, ...]) -> int:
        from bfd_fastpath.bench import suites

        try:
            return suites.main(name, list(options))
        except SystemExit as left:
            # A suite's parser leaves after --help, or when it does not know an option.
            return left.code if isinstance(left.code, int) else exit_codes.FAILED

    return command


for _name, _text in SUITES.items():
    bench.add_command(_suite(_name, _text))
bench.add_command(compare)
