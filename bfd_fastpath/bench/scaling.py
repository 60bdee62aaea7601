# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/scaling.md, made from prediction.py: `python -m bfd_fastpath.bench.scaling` prints
them."""

from collections.abc import Iterator, Sequence
from typing import Final

from bfd_fastpath.bench.prediction import (
    Traffic,
    forward_pps,
    hello_cycles,
    line_pps,
    over_io,
    reload_seconds,
    session_share,
    sessions_held,
    table_octets,
    table_seconds,
)
from bfd_fastpath.bench.processor import REFERENCE, XEON, Processor

#: Rows of the forward suite, and what was measured above io on the reference machine, cycles.
MEASURED: Final = (
    (Traffic(4, 1000, 1024, 2048), 30),
    (Traffic(4, 1_000_000, 65_536, 131_072), 72),
    (Traffic(6, 1000, 1024, 2048), 42),
    (Traffic(6, 1_000_000, 65_536, 131_072), 157),
)
#: Cycles of a NIC's own receive and transmit, taken to be those of net_pcap here: testpmd in io mode tells.
IO_CYCLES: Final = 63.0
#: Of 16 cores one is the kernel's and Python's, one has the BFD sessions.
FORWARDING: Final = 14
#: Mean octets of IMIX: 7 frames of 64, 4 of 594, 1 of 1,518.
IMIX: Final = (7 * 64 + 4 * 594 + 1518) / 12
#: Gbit/s of the two ports together.
GIGABITS: Final = 200.0
_INTERVALS: Final = (10, 50, 300, 1000)


def _markdown(headers: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(traffic: Traffic) -> str:
    return f"IPv{traffic.family}, {traffic.routes:,} routes, {traffic.destinations:,} destinations"


def _fit() -> Iterator[Sequence[str]]:
    for traffic, measured in MEASURED:
        yield _text(traffic), str(measured), f"{over_io(traffic, REFERENCE):.0f}"


def _forwarding() -> Iterator[Sequence[str]]:
    for family, routes, destinations in (
        (4, 1000, 1024),
        (4, 1_000_000, 65_536),
        (6, 1000, 1024),
        (6, 1_000_000, 65_536),
    ):
        traffic = Traffic(family, routes, destinations)
        rates = [forward_pps(traffic, XEON, IO_CYCLES, workers) for workers in (1, 2, FORWARDING)]
        small = min(rates[-1], line_pps(66 if family == 6 else 64, GIGABITS))
        mixed = min(rates[-1], line_pps(IMIX, GIGABITS))
        yield (
            _text(traffic),
            f"{over_io(traffic, XEON):.0f}",
            *(f"{one / 1e6:.0f}" for one in rates),
            f"{small / line_pps(66 if family == 6 else 64, GIGABITS):.0%}",
            f"{mixed / line_pps(IMIX, GIGABITS):.0%}",
        )


def _sessions() -> Iterator[Sequence[str]]:
    for interval in _INTERVALS:
        yield f"{interval} ms", *(f"{sessions_held(interval, one):,}" for one in (REFERENCE, XEON))


def _hellos() -> Iterator[Sequence[str]]:
    for count in (1000, 10_000, 100_000, 1_000_000):
        yield f"{count:,}", *(f"{hello_cycles(count, one):,.0f}" for one in (REFERENCE, XEON))


def _members() -> Iterator[Sequence[str]]:
    for members in (50, 250, 1000, 2000):
        sessions = 2 * (members - 1)
        yield (
            f"{members:,}",
            f"{sessions:,}",
            f"{session_share(sessions, 50, XEON):.1%}",
            f"{reload_seconds(members, XEON):.2f} s",
        )


def _tables() -> Iterator[Sequence[str]]:
    for routes, feeds in ((200_000, 2), (1_000_000, 1), (1_000_000, 2), (1_000_000, 16)):
        yield (
            f"{routes:,}",
            str(feeds),
            f"{table_seconds(routes, feeds, XEON):.1f} s",
            f"{table_octets(routes, feeds) >> 20} MiB",
        )


def _processors() -> Iterator[Sequence[str]]:
    def row(one: Processor) -> Sequence[str]:
        caches = f"{one.l2 >> 20} MiB", f"{one.l3 / (1 << 20):.1f} MiB"
        return one.name, *caches, f"{one.l2_ns:g}, {one.l3_ns:g}, {one.memory_ns:g} ns"

    yield from (row(REFERENCE), row(XEON))


def tables() -> dict[str, str]:
    """Markdown by what each is about."""
    rates = ("cycles above the port", "1 worker", "2 workers", f"{FORWARDING} workers")
    return {
        "processors": _markdown(
            ("processor", "L2", "its part of the L3", "a load from L2, L3, memory"), _processors()
        ),
        "fit": _markdown(("packets", "measured", "by the formula"), _fit()),
        "forwarding": _markdown(("packets", *rates, "of 2 x 100G, 64 B", "of 2 x 100G, IMIX"), _forwarding()),
        "hellos": _markdown(("sessions", "reference, cycles", "Xeon, cycles"), _hellos()),
        "sessions": _markdown(("interval", "reference", "Xeon"), _sessions()),
        "members": _markdown(
            ("members", "sessions of each", "of a core at 50 ms", "OpenBGPD's reload"), _members()
        ),
        "tables": _markdown(("routes", "route servers", "until all forward", "memory"), _tables()),
    }


if __name__ == "__main__":
    print("\n\n".join(tables().values()))
