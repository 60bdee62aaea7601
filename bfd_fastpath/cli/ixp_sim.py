# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath ixp-sim`: options of the simulated exchange, and how it is told. The simulation is lab's."""

import sys
from typing import Any

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.options import IntervalType, json_option, print_json

_ALL = "all"
_PATTERNS = ("link", "one-way", "member", "switch", "flap", "restart-client", "restart-server")
_TRANSPORTS = ("bgp-ls", "bgp-ls-l7", "nh-reach")
_SABOTAGES = ("drop-withdrawals", "ignore-down", "stick-down")


class PatternsType(click.ParamType[tuple[str, ...]]):
    """Failure patterns, one or several with commas between them, or all."""

    name = "PATTERN"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(part.strip() for part in str(value).split(","))
        if names == (_ALL,):
            return _PATTERNS
        for name in names:
            if name not in _PATTERNS:
                known = ", ".join(_PATTERNS)
                self.fail(f"{name!r} is no failure pattern; there are {known}, and all.", param, ctx)
        return names


class ShareType(click.ParamType[float]):
    """A share: 20 % or 0.2."""

    name = "SHARE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
        except ValueError:
            self.fail(f"{value!r} is no share; write 20% or 0.2.", param, ctx)
        if not 0 <= share <= 1:
            self.fail(f"{value!r} is not between 0 and 100 %.", param, ctx)
        return share


@click.command(
    name="ixp-sim",
    epilog="""\b
Examples:
  bfd-fastpath ixp-sim --clients 50 --prefixes 500 --failures all
  bfd-fastpath ixp-sim --clients 1000 --prefixes 1000 --failures switch --json
  bfd-fastpath ixp-sim --clients 20 --prefixes 50 --failures link --sabotage ignore-down
  bfd-fastpath ixp-sim --clients 50 --prefixes 100 --failures flap --flaps 40 --dampening
  bfd-fastpath ixp-sim --clients 50 --prefixes 100 --failures all --family 6 --transport nh-reach

\b
Exit codes: 0 every client had the right routes after each failure and after its repair;
1 some had not, or a failure affected nobody.
""",
)
@click.option(
    "--clients", type=click.IntRange(4, 4000), required=True, metavar="N", help="Members, 4 to 4000."
)
@click.option(
    "--prefixes",
    type=click.IntRange(1, 60_000),
    required=True,
    metavar="M",
    help="Prefixes in all; half of them have one announcer, the others two or three.",
)
@click.option(
    "--failures",
    type=PatternsType(),
    required=True,
    metavar="PATTERN[,PATTERN...]",
    help=f"What fails, one after the other: {', '.join(_PATTERNS)}; or all.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Draws who and what.")
@click.option(
    "--without-bfd",
    type=ShareType(),
    default="20%",
    show_default=True,
    metavar="SHARE",
    help="Share of the members that have no BFD; of half of them the exchange knows it.",
)
@click.option(
    "--interval",
    type=IntervalType(10_000, 10_000_000),
    default="1s",
    show_default=True,
    metavar="INTERVAL",
    help="BFD interval: 300ms, 1s; a bare number is milliseconds.",
)
@click.option(
    "--multiplier",
    type=click.IntRange(1, 255),
    default=3,
    show_default=True,
    help="Missed hellos that mean Down.",
)
@click.option("--family", type=click.Choice(("4", "6")), default="4", show_default=True, help="IP version.")
@click.option(
    "--transport",
    type=click.Choice(_TRANSPORTS),
    default="bgp-ls",
    show_default=True,
    help="What members report by.",
)
@click.option("--fuse/--no-fuse", default=True, show_default=True, help="The members' fuse ([fuse]).")
@click.option(
    "--hold/--no-hold",
    default=True,
    show_default=True,
    help="Good news of next hops that bounce waits (bounce-hold).",
)
@click.option(
    "--coalesce",
    type=IntervalType(0, 10_000_000),
    default="50ms",
    show_default=True,
    metavar="TIME",
    help="Changes in quick succession wait for each other so long at most; 0: not.",
)
@click.option("--dampening", is_flag=True, help="Members dampen flapping next hops ([dampening]).")
@click.option(
    "--flaps",
    type=click.IntRange(1, 1000),
    default=4,
    show_default=True,
    help="How often the link of `flap` goes and comes.",
)
@click.option(
    "--sabotage",
    type=click.Choice(_SABOTAGES),
    default=None,
    help="Put a fault into the control plane, to see that the verdict finds it.",
)
@json_option
def ixp_sim(
    clients: int,
    prefixes: int,
    failures: tuple[str, ...],
    seed: int,
    without_bfd: float,
    interval: int,
    multiplier: int,
    family: str,
    transport: str,
    fuse: bool,
    hold: bool,
    coalesce: int,
    dampening: bool,
    flaps: int,
    sabotage: str | None,
    as_json: bool,
) -> int:
    """Simulate an exchange of N members, break it by pattern, and judge what every client's routes became.

    The control plane and BFD are the real ones, links and time are simulated. What is right is found by
    probing the links pair by pair. Needs neither root nor hugepages nor a NIC.
    """
    from rich.console import Console

    from bfd_fastpath.lab.exchange.run import simulate
    from bfd_fastpath.lab.exchange.screen import Screen, summary
    from bfd_fastpath.lab.exchange.wanted import Pattern, Sabotage, Wanted
    from bfd_fastpath.lab.exchange.world import NotConvergedError
    from bfd_fastpath.report import Preference
    from bfd_fastpath.session import Timers

    wanted = Wanted(
        clients=clients,
        prefixes=prefixes,
        patterns=tuple(Pattern(name) for name in failures),
        seed=seed,
        without_bfd=without_bfd,
        sabotage=Sabotage(sabotage) if sabotage is not None else None,
        timers=Timers(multiplier, interval, interval),
        version=int(family),
        transport=Preference(transport),
        fuse=fuse,
        hold=hold,
        coalesce_us=coalesce,
        dampening=dampening,
        flaps=flaps,
    )
    try:
        with Screen() as screen:
            result = simulate(wanted, screen)
    except NotConvergedError as error:
        click.echo(f"bfd-fastpath: {error}", err=True)
        return exit_codes.FAILED
    if as_json:
        print_json(result.as_json())
    else:
        Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(summary(result))
    return exit_codes.FAILED if result.faults() else exit_codes.OK
