# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath demo`: options of the demo. The story itself is lab's."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import click

from bfd_fastpath.cli.options import IntervalType, PrefixType


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath demo
  bfd-fastpath demo --interval 10ms --multiplier 5
  bfd-fastpath demo --pcap story            then look into story/ with tshark
  sudo bfd-fastpath demo --kernel          with FRR as router B, in network namespaces

\b
Exit codes: 0 the story and its bounds were right; 1 a step was wrong, missing or misplaced;
3 only a time bound was missed.
"""
)
@click.option(
    "--interval",
    type=IntervalType(1000, 10_000_000),
    default="50ms",
    show_default=True,
    metavar="INTERVAL",
    help="BFD interval: 20ms, 20000us or 0.02s; a bare number is milliseconds.",
)
@click.option(
    "--multiplier",
    type=click.IntRange(1, 255),
    default=3,
    show_default=True,
    help="Missed hellos that mean Down.",
)
@click.option(
    "--prefix",
    type=PrefixType(),
    default="203.0.113.0/24",
    show_default=True,
    metavar="PREFIX",
    help="Prefix that router B announces.",
)
@click.option(
    "--cut",
    type=click.Choice(["both", "a-to-b"]),
    default="both",
    show_default=True,
    help="Cut the link both ways, or only what A sends.",
)
@click.option(
    "--pcap",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    default=None,
    help="Write what crossed the BFD link and the BGP sessions to DIR.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the story.")
@click.option("--kernel", is_flag=True, help="Between network namespaces over veth, with FRR as B (root).")
def demo(
    interval: int,
    multiplier: int,
    prefix: IPv4Network | IPv6Network,
    cut: str,
    pcap: Path | None,
    as_json: bool,
    kernel: bool,
) -> int:
    """Play the whole story in front of you: two routers, a route server, a link that is cut and restored.

    Needs neither root nor hugepages nor a NIC: the routers' DPDK ports are joined in memory, BGP runs over
    loopback.
    """
    from bfd_fastpath.lab import demo as story

    return story.run(
        interval_us=interval,
        multiplier=multiplier,
        prefix=prefix,
        cut=cut,
        pcap=pcap,
        as_json=as_json,
        kernel=kernel,
    )
