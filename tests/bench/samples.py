# SPDX-License-Identifier: Apache-2.0
"""A document with a row of every kind that the suites have, as they would write it."""

import random

from bfd_fastpath.bench.document import (
    Better,
    Document,
    Goal,
    Noise,
    Product,
    Relation,
    Row,
    Skipped,
    Verdict,
)
from bfd_fastpath.bench.figure import Figure

_DRAWN = random.Random(7)


def figure(middle: float, over: float | None = None) -> Figure:
    return Figure.of([middle * _DRAWN.uniform(0.93, 1.07) for _ in range(7)], over)


def forward(
    family: int, routes: int, size: int | str, rates: tuple[float, ...], costs: tuple[float, ...]
) -> Row:
    """rates: ours, l3fwd, mac, io; costs above io: ours, l3fwd, mac."""
    goal = None
    if size == 64:
        goal = Goal("at most 0.8 x l3fwd's cycles above io", 0.8, "l3fwd-lpm", Relation.AT_MOST)
    ours, l3fwd, mac, io = rates
    peers = {
        "l3fwd-lpm": figure(l3fwd, costs[1]),
        "testpmd-mac": figure(mac, costs[2]),
        "testpmd-io": figure(io),
    }
    return Row(
        name=f"IPv{family}, {size} B, {routes:,} routes",
        parameters={"family": family, "size": size, "routes": routes, "destinations": 1024, "sessions": 0},
        unit="Mpps",
        better=Better.HIGHER,
        ours=figure(ours, costs[0]),
        peers=peers,
        ceiling=io,
        goal=goal,
        met=None if goal is None else costs[0] <= 0.8 * costs[1],
        prediction=ours * 1.05,
        detail={
            "stages": {"receive": 30.2, "classify": 11.0, "look-up": 7.4, "rewrite": 8.1, "transmit": 23.0}
        },
    )


def held(sessions: int, interval_ms: int, downs: int) -> Row:
    return Row(
        name=f"held {sessions:,} x {interval_ms} ms",
        parameters={"sessions": sessions, "interval-ms": interval_ms},
        unit="false-downs",
        better=Better.LOWER,
        ours=Figure.of([downs]),
        goal=Goal("no false Down", 0, None, Relation.AT_MOST),
        met=downs == 0,
        detail={"held": downs == 0, "poll-gap": {"edges-us": [1, 2, 4], "counts": [9, 3, 1]}},
    )


def micro() -> Row:
    """Beside a limit with a long name."""
    return Row(
        name="BFD hello checked, 1,000 sessions",
        parameters={"bench": "x"},
        unit="M/s",
        better=Better.HIGHER,
        ours=figure(414),
        peers={"find the session by index, stamp it, and what else there is to it": figure(752)},
        goal=Goal("60 M a second", 60),
        met=True,
    )


def not_up() -> Row:
    """Sessions that did not all come up count as Downs, and were watched for no time."""
    row = held(100_000, 10, 100_000)
    return Row(
        **{**{f: getattr(row, f) for f in row.__slots__}, "parameters": {**row.parameters, "seconds": 0.0}}
    )


def late(name: str, scale: float) -> Row:
    values = sorted(scale * _DRAWN.lognormvariate(0, 0.8) for _ in range(2000))
    cdf = [[values[place], (place + 1) / 2000] for place in range(0, 2000, 20)] + [[values[-1], 1.0]]
    return Row(
        name=name,
        parameters={},
        unit="us",
        better=Better.LOWER,
        ours=Figure.of(values[:9]),
        detail={"cdf": cdf},
        verdict=Verdict.NO_VERDICT if "<" in name else Verdict.OK,
    )


def beside() -> Row:
    """A distribution, and that of two peers by the same means."""
    row, bird, frr = late("Down on the wire, p99", 12), late("", 400), late("", 20)
    peers = {"FRR bfdd": frr, "BIRD": bird}
    return Row(
        **{
            **{f: getattr(row, f) for f in row.__slots__},
            "peers": {name: one.ours for name, one in peers.items()},
            "detail": {
                "cdf": row.detail["cdf"],
                "peers-cdf": {name: one.detail["cdf"] for name, one in peers.items()},
            },
        }
    )


def document() -> Document:
    """Everything."""
    doubted = late("withdrawn <at> the route server & gone", 900)
    doubt = Row(
        **{
            **{f: getattr(doubted, f) for f in doubted.__slots__},
            "detail": {**doubted.detail, "doubt": "2 windows"},
        }
    )
    return Document(
        product=Product("0.1.0", "DPDK 22.11.11", "libpydp.so.0"),
        started="2026-01-02T03:04:05+00:00",
        seconds=812.5,
        command="bfd-fastpath bench",
        machine={
            "cpu": {
                "model": "AMD EPYC",
                "cores": 2,
                "virtual": True,
                "caches": [{"level": "2", "size": "1024K"}],
            },
            "tsc-hz": 2_596_131_000,
            "kernel": "6.1.0",
            "memory-mib": 24_000,
            "hugepages": [{"node": 0, "page-kib": 2048, "free": 512}],
            "governor": {"0": None},
            "pinned": {"measured": 0, "other": 1},
            "far-end": {
                "model": "AMD <EPYC>",
                "cores": 16,
                "virtual": False,
                "kernel": "6.6.0",
                "memory-mib": 64_000,
                "isolated": "2-15",
                "cpu": 3,
                "governor": "performance",
            },
            "isolated": "",
            "doctor": {
                "score": 78,
                "findings": [
                    {
                        "check": "steal",
                        "about": "",
                        "state": "bad",
                        "now": "3 % <stolen>",
                        "command": "",
                        "permanent": "",
                    },
                    {
                        "check": "swap",
                        "about": "",
                        "state": "ok",
                        "now": "no swap",
                        "command": "",
                        "permanent": "",
                    },
                ],
            },
        },
        noise=Noise("noisy", 3.5, 12.0, {"edges-us": [1], "counts": [1]}, ("3.5 % of the time was stolen",)),
        suites={
            "forward": (
                forward(4, 1000, 64, (30.5, 38.0, 43.0, 48.0), (30.1, 22.0, 9.0)),
                forward(4, 1_000_000, 64, (13.4, 12.5, 20.0, 25.0), (72.0, 92.0, 11.0)),
                forward(6, 1000, "imix", (20.8, 24.1, 30.0, 36.0), (54.0, 45.0, 10.0)),
            ),
            "bfd-scale": (
                held(10_000, 10, 0),
                held(100_000, 50, 26),
                held(100_000, 300, 0),
                held(1_000_000, 1000, 0),
                not_up(),
                micro(),
            ),
            "bfd-detect": (late("Down at the engine", 12), late("event in Python", 90), doubt),
            "python": (),
        },
        skipped=(Skipped("control", "GoBGP", "it is not installed", "apt-get install gobgpd"),),
    )
