# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath generate`: options of the far end. What it does is lab.generate's. Needs no daemon."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.generate_values import (
    AddressesType,
    FailType,
    LossType,
    MisbehaveType,
    NetworkType,
    RateType,
    SizesType,
    TimeType,
)
from bfd_fastpath.cli.options import AddressType, F, IntervalType, json_option, print_json

if TYPE_CHECKING:
    from bfd_fastpath.lab.generate.wanted import Expectations, FlowWanted, HostsWanted, PeersWanted, Wanted

_VLAN = click.IntRange(0, 4094)
_MINE = "generate"


def _interval(name: str, default: str, text: str) -> Callable[[F], F]:
    return click.option(
        name,
        type=IntervalType(1, 2**32 - 1),
        default=default,
        show_default=True,
        metavar="INTERVAL",
        help=text,
    )


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath generate --port net_af_packet0,iface=eth1 \\
      --peers 1000 --address 192.0.2.10 --target 192.0.2.1 --interval 50ms --expect-sessions-up 1000
  ... --fail 10%,every=5s,for=2s,how=silent --misbehave ttl,every=10,share=1%
  bfd-fastpath generate --port P0 --port P1 --to 203.0.113.0/24 --from 192.0.2.10 \\
      --gateway 192.0.2.1 --host 203.0.113.1*254@1 --size imix --rate 1Mpps --max-loss 0
  bfd-fastpath generate --port P1 --duration 1min         only listen for what another one sends

\b
Exit codes: 0 done, and everything was as expected; 1 it failed, or an expectation was not met;
2 bad command line. docs/generate.md explains each figure.
"""
)
@click.option(
    "--port",
    "ports",
    metavar="DEVARGS",
    multiple=True,
    required=True,
    help="A port, as DPDK names it; the first has index 0. Repeat for more; flows are received on all.",
)
@click.option("--peers", type=click.IntRange(1, 1 << 20), metavar="N", help="So many BFD peers.")
@click.option(
    "--address", type=AddressType(), metavar="ADDRESS", help="Of the first peer; the others follow."
)
@click.option("--target", type=AddressType(), metavar="ADDRESS", help="Of the router under test.")
@click.option(
    "--target-step", type=click.IntRange(0, 2**32 - 1), default=0, help="Peer i talks to TARGET + i * this."
)
@click.option("--target-mac", metavar="MAC", help="Instead of asking for it by ARP or ND.")
@click.option("--peer-port", type=click.IntRange(0, 15), default=0, help="Index of the peers' port.")
@click.option("--vlan", type=_VLAN, default=0, help="Of peers and flows.  [default: untagged]")
@click.option("--vlans", type=click.IntRange(1, 4094), default=1, help="Peers are spread over so many VLANs.")
@_interval("--interval", "50ms", "Desired Min TX and Required Min RX: 20ms, 20000us or 0.02s.")
@click.option("--multiplier", type=click.IntRange(1, 255), default=3, show_default=True, help="Detect Mult.")
@click.option("--passive", is_flag=True, help="Peers wait to be spoken to.")
@click.option("--ramp", type=click.IntRange(0), default=0, metavar="N", help="Start so many peers a second.")
@click.option("--no-jitter", is_flag=True, help="Exact intervals, against RFC 5880 6.8.7.")
@click.option(
    "--fail",
    type=FailType(),
    metavar="PATTERN",
    help="10%,every=5s,for=2s[,how=silent|mute|deaf|admin-down|down][,after=TIME][,times=N]",
)
@click.option(
    "--misbehave",
    "bad",
    type=MisbehaveType(),
    metavar="NAME[,...]",
    multiple=True,
    help="NAME[,every=N][,share=10%][,instead=yes]; docs/generate.md lists the names.",
)
@click.option("--leave", type=click.Choice(["admin-down", "silent"]), default="admin-down", show_default=True)
@click.option("--to", "to", type=NetworkType(), metavar="PREFIX", multiple=True, help="Send a flow there.")
@click.option(
    "--destinations",
    type=click.IntRange(0, 1 << 22),
    default=0,
    help="Addresses in all.  [default: one each]",
)
@click.option("--from", "source", type=AddressesType(), metavar="ADDRESS[*N]", help="Sources of the flow.")
@click.option(
    "--gateway", type=AddressType(), metavar="ADDRESS", help="Next hop of the flow, asked for by ARP or ND."
)
@click.option("--mac", metavar="MAC", help="Next hop's MAC address instead.")
@click.option("--flow-port", type=click.IntRange(0, 15), default=0, help="Index of the port it is sent on.")
@click.option(
    "--size",
    type=SizesType(),
    default="64",
    show_default=True,
    metavar="SIZES",
    help="64, 64,512,1518 or imix; with FCS.",
)
@click.option(
    "--rate",
    type=RateType(),
    default="max",
    show_default=True,
    metavar="RATE",
    help="1Mpps, 2.5Gbps, 40% or max.",
)
@click.option("--packets", type=click.IntRange(1, 1 << 62), metavar="N", help="And no more.")
@click.option(
    "--host",
    "hosts",
    metavar="ADDRESS[*N][@PORT]",
    multiple=True,
    help="Answer ARP and ND for them on that port: receivers behind the router.",
)
@click.option(
    "--tag", type=click.IntRange(0, 65535), default=0, help="Of the flow's packets; both sides use the same."
)
@click.option(
    "--duration", type=TimeType(), default="10s", show_default=True, metavar="TIME", help="How long."
)
@click.option(
    "--drain",
    type=TimeType(),
    default="1s",
    show_default=True,
    metavar="TIME",
    help="Wait for the last packets at most so long.",
)
@click.option("--cpu", type=click.IntRange(0), metavar="N", help="Where it runs.  [default: anywhere]")
@click.option(
    "--idle",
    type=click.Choice(["poll", "sleep"]),
    default="poll",
    show_default=True,
    help="Spin, or sleep in between.",
)
@click.option("--expect-sessions-up", type=click.IntRange(0), metavar="N", help="At the end, at least.")
@click.option("--max-downs", type=click.IntRange(0), metavar="N", help="Times that sessions leave Up.")
@click.option("--max-loss", type=LossType(), metavar="LOSS", help="Packets (0) or a share (0.01%).")
@click.option("--max-reordered", type=click.IntRange(0), metavar="N", help="Packets.")
@click.option("--max-latency", type=IntervalType(1, 2**32 - 1), metavar="TIME", help="p99: 500us, 2ms.")
@click.option("--expect-rate", is_flag=True, help="The source must have kept its rate.")
@json_option
def generate(**options: Any) -> int:
    """Be the far end of a router under test: BFD peers that come up, hold, fail and misbehave, and IP flows
    whose packets are counted, checked and timed.

    It sends and checks from a core of its own, towards any DPDK port.
    """
    as_json: bool = options.pop("as_json")
    return _run(_wanted(options), as_json)


def _wanted(given: dict[str, Any]) -> "Wanted":
    from bfd_fastpath.lab.generate.wanted import Wanted

    ports = len(given["ports"])
    for name in ("peer_port", "flow_port"):
        if given[name] >= ports:
            raise click.UsageError(
                f"--{name.replace('_', '-')} {given[name]}: there are {ports} --port options."
            )
    return Wanted(
        ports=given["ports"],
        peers=_peers(given),
        flow=_flow(given),
        hosts=tuple(_hosts(text, ports, given["vlan"]) for text in given["hosts"]),
        duration_s=given["duration"],
        drain_s=given["drain"],
        cpu=given["cpu"],
        sleeps=given["idle"] == "sleep",
        says_goodbye=given["leave"] == "admin-down",
        tag=given["tag"],
        expected=_expectations(given),
    )


def _peers(given: dict[str, Any]) -> "PeersWanted | None":
    if given["peers"] is None:
        for name in ("address", "target", "target_mac", "fail", "bad", "expect_sessions_up", "max_downs"):
            if given[name] not in (None, ()):
                option = "misbehave" if name == "bad" else name.replace("_", "-")
                raise click.UsageError(f"--{option} is about peers; say how many with --peers N.")
        return None
    if given["address"] is None or given["target"] is None:
        raise click.UsageError("--peers needs --address (of the first peer) and --target (the router).")
    if given["address"].version != given["target"].version:
        raise click.UsageError(
            f"--address {given['address']} and --target {given['target']} are of different IP versions."
        )
    if not given["target_step"] and 0 <= int(given["target"]) - int(given["address"]) < given["peers"]:
        raise click.UsageError(
            f"--target {given['target']} is among the {given['peers']} addresses from {given['address']} on."
        )
    from bfd_fastpath.lab.generate.wanted import PeersWanted
    from pydp import Role
    from pydp.generate import PeersConfig

    return PeersWanted(
        config=PeersConfig(
            address=given["address"],
            target=given["target"],
            count=given["peers"],
            port=given["peer_port"],
            vlan=given["vlan"],
            vlans=given["vlans"],
            target_step=given["target_step"],
            target_mac=given["target_mac"],
            desired_min_tx_interval_us=given["interval"],
            required_min_rx_interval_us=given["interval"],
            multiplier=given["multiplier"],
            role=Role.PASSIVE if given["passive"] else Role.ACTIVE,
            jitter_percent=0 if given["no_jitter"] else 25,
            starts_per_second=given["ramp"],
            failures=given["fail"],
        ),
        misbehaviours=given["bad"],
    )


def _flow(given: dict[str, Any]) -> "FlowWanted | None":
    from bfd_fastpath.lab.generate.wanted import FlowWanted, Rate

    if not given["to"]:
        for name in ("source", "gateway", "mac", "packets", "expect_rate", "rate"):
            if given[name] and given[name] != Rate():
                option = "from" if name == "source" else name.replace("_", "-")
                raise click.UsageError(f"--{option} is about a flow; say where it goes with --to PREFIX.")
        return None
    if given["source"] is None or (given["gateway"] is None and given["mac"] is None):
        raise click.UsageError("--to needs --from (the sources) and --gateway or --mac (the next hop).")
    if given["expect_rate"] and given["rate"] == Rate():
        raise click.UsageError("--expect-rate needs a --rate: as fast as the port takes it is none to keep.")
    source, sources = given["source"]
    for network in given["to"]:
        if network.version != source.version:
            raise click.UsageError(f"--to {network} and --from {source} are of different IP versions.")
    return FlowWanted(
        source=source,
        sources=sources,
        networks=given["to"],
        destinations=given["destinations"],
        gateway=given["gateway"],
        mac=given["mac"],
        port=given["flow_port"],
        vlan=given["vlan"],
        sizes=given["size"],
        rate=given["rate"],
        packets=given["packets"],
    )


def _hosts(text: str, ports: int, vlan: int) -> "HostsWanted":
    from bfd_fastpath.lab.generate.wanted import HostsWanted

    where, at, index = text.partition("@")
    if at and (not index.isdecimal() or int(index) >= ports):
        raise click.UsageError(f"--host {text}: there are {ports} --port options, the first is 0.")
    address, count = AddressesType().convert(where, None, None)
    return HostsWanted(port=int(index or "0"), first=address, count=count, vlan=vlan)


def _expectations(given: dict[str, Any]) -> "Expectations":
    from bfd_fastpath.lab.generate.wanted import Expectations

    return Expectations(
        sessions_up=given["expect_sessions_up"],
        max_downs=given["max_downs"],
        max_lost=given["max_loss"],
        max_reordered=given["max_reordered"],
        max_latency_p99_us=given["max_latency"],
        rate_kept=given["expect_rate"],
    )


def _run(wanted: "Wanted", as_json: bool) -> int:
    import pydp
    from bfd_fastpath.lab.generate.run import Run
    from bfd_fastpath.lab.generate.screen import Screen, summary
    from bfd_fastpath.lab.generate.wanted import WantedError

    try:
        pydp.eal.init(wanted.ports, program=_MINE)
        with Screen(wanted=not as_json) as screen:
            result = Run(wanted, screen).perform()
    except (pydp.PydpError, WantedError) as error:
        click.echo(f"bfd-fastpath generate: {error}", err=True)
        wrong = isinstance(error, pydp.InvalidArgumentError | WantedError)
        return exit_codes.BAD_INPUT if wrong else exit_codes.FAILED
    if as_json:
        print_json(result.as_json())
    else:
        from rich.console import Console

        Console().print(summary(result))
    unmet = result.unmet()
    for sentence in unmet:
        click.echo(f"bfd-fastpath generate: {sentence}", err=True)
    if result.interrupted:
        return 130
    return exit_codes.FAILED if unmet else exit_codes.OK
