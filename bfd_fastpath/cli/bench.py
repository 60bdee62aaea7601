# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench [SUITE]`: whole parts measured beside their peers. The room bench reads the options."""

from collections.abc import Callable
from typing import Final

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.bench_compare import compare
from bfd_fastpath.cli.bench_far_end import far_end
from bfd_fastpath.cli.bench_report import report

#: The suites of bfd_fastpath.bench, and what each measures.
SUITES: Final = {
    "forward": "Forwarding beside l3fwd and testpmd.",
    "nodrop": "The rate without loss, sessions held, on any two ports.",
    "workers": "Forwarding by one worker and by two.",
    "kernel": "Forwarding from a kernel's interface and back, beside the kernel.",
    "shed": "Data against sessions held on one core.",
    "bfd-scale": "BFD sessions held at an interval, beside FRR and BIRD.",
    "bfd-detect": "From the last hello to Down, and to the route server.",
    "failover": "From Down to the first packet on the backup.",
    "control": "A full table and a withdrawn link, beside BIRD, GoBGP and OpenBGPD.",
    "replay": "Captures watched, beside tshark and scapy.",
    "python": "Packets received and sent in Python, beside C.",
    "fib": "Look-ups of routes, ours and DPDK's.",
    "reload": "A route server's reload, as rs-agent asks for it.",
}


class _Group(click.Group):
    """Words that do not begin with a command are options of a run of all suites."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] in self.commands:
            return super().parse_args(ctx, args)
        ctx.obj = tuple(args)
        return super().parse_args(ctx, [])


@click.group(cls=_Group, invoke_without_command=True)
@click.pass_context
def bench(context: click.Context) -> int:
    """What this machine does, beside its peers in the same run: all suites, or one by its name."""
    if context.invoked_subcommand is not None:
        return exit_codes.OK
    from bfd_fastpath.bench import command

    return _left(lambda: command.every(context.obj, SUITES))


def _suite(name: str, text: str) -> click.Command:
    @click.command(
        name,
        help=text,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    )
    @click.argument("options", nargs=-1, type=click.UNPROCESSED)
    def measure(options: tuple[str, ...]) -> int:
        from bfd_fastpath.bench import command

        return _left(lambda: command.one(name, options))

    return measure


def _left(call: Callable[[], int]) -> int:
    try:
        return call()
    except SystemExit as left:
        # So a parser of the room leaves after --help, or when it does not know an option.
        return left.code if isinstance(left.code, int) else exit_codes.FAILED


for _name, _text in SUITES.items():
    bench.add_command(_suite(_name, _text))
for _command in (compare, report, far_end):
    bench.add_command(_command)
