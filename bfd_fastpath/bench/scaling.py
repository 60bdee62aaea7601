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
from bfd_fastpath.bench.processor import GUEST, NARROW, REFERENCE, SERVER, Processor

#: Where packets were measured: on the EPYC with AVX2 alone, on it with AVX-512, on the Xeon.
PLACES: Final = {"EPYC, AVX2": NARROW, "EPYC": REFERENCE, "Xeon": GUEST}
#: Rows of the forward suite, and what was measured above io at each place, cycles; None: not measured there.
MEASURED: Final = (
    (Traffic(4, 1000, 1024), 30, 18, 21),
    (Traffic(4, 1000, 65_536), None, None, 19),
    (Traffic(4, 100_000, 65_536), None, None, 37),
    (Traffic(4, 1_000_000, 65_536), 71, 64, 40),
    (Traffic(6, 1000, 1024), 43, 34, 24),
    (Traffic(6, 1_000_000, 65_536), 147, None, 57),
)
#: Sessions and cycles of a hello sent and one received, measured on the Xeon.
HELLOS: Final = ((40_000, 390), (50_000, 430), (100_000, 390), (200_000, 500))
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
    for traffic, *measured in MEASURED:
        cells = [
            "" if found is None else f"{found} ({over_io(traffic, one):.0f})"
            for found, one in zip(measured, PLACES.values(), strict=True)
        ]
        yield _text(traffic), *cells


def _forwarding() -> Iterator[Sequence[str]]:
    for family, routes, destinations in (
        (4, 1000, 1024),
        (4, 1_000_000, 65_536),
        (6, 1000, 1024),
        (6, 1_000_000, 65_536),
    ):
        traffic, size = Traffic(family, routes, destinations), 66 if family == 6 else 64
        rates = [forward_pps(traffic, SERVER, SERVER.costs.port, workers) for workers in (1, 2, FORWARDING)]
        wires = [line_pps(one, GIGABITS) for one in (size, IMIX)]
        yield (
            _text(traffic),
            f"{over_io(traffic, SERVER):.0f}",
            *(f"{one / 1e6:.0f}" for one in rates),
            *(f"{min(rates[-1], wire) / wire:.0%}" for wire in wires),
        )


def _sessions() -> Iterator[Sequence[str]]:
    for interval in _INTERVALS:
        yield f"{interval} ms", *(f"{sessions_held(interval, one):,}" for one in (GUEST, SERVER))


def _hellos() -> Iterator[Sequence[str]]:
    measured = dict(HELLOS)
    for count in sorted({1000, 10_000, *measured, 1_000_000}):
        found = f"{measured[count]}" if count in measured else ""
        yield f"{count:,}", found, *(f"{hello_cycles(count, one):,.0f}" for one in (GUEST, SERVER))


def _members() -> Iterator[Sequence[str]]:
    for members in (50, 250, 1000, 2000):
        sessions = 2 * (members - 1)
        yield (
            f"{members:,}",
            f"{sessions:,}",
            f"{session_share(sessions, 50, SERVER):.1%}",
            f"{reload_seconds(members, SERVER):.1f} s",
        )


def _tables() -> Iterator[Sequence[str]]:
    for routes, feeds in ((200_000, 2), (1_000_000, 1), (1_000_000, 2), (1_000_000, 16)):
        yield (
            f"{routes:,}",
            str(feeds),
            f"{table_seconds(routes, feeds, SERVER):.1f} s",
            f"{table_octets(routes, feeds) >> 20} MiB",
        )


def _processors() -> Iterator[Sequence[str]]:
    def row(name: str, one: Processor) -> Sequence[str]:
        caches = f"{one.l2 >> 20} MiB", f"{one.l3 / (1 << 20):.1f} MiB"
        return name, one.name, *caches, f"{one.l2_ns:g}, {one.l3_ns:g}, {one.memory_ns:g} ns"

    yield from (row(*each) for each in (("EPYC", REFERENCE), ("Xeon", GUEST), ("server", SERVER)))


def _costs() -> Iterator[Sequence[str]]:
    for name, place in PLACES.items():
        costs = place.costs
        work, overlap = (f"{each[4]:g}, {each[6]:g}" for each in (costs.work, costs.overlap))
        yield name, f"{costs.port:g}", work, overlap


def tables() -> dict[str, str]:
    """Markdown by what each is about."""
    rates = ("cycles above the port", "1 worker", "2 workers", f"{FORWARDING} workers")
    return {
        "processors": _markdown(
            ("", "processor", "L2", "its part of the L3", "a load from L2, L3, memory"), _processors()
        ),
        "costs": _markdown(("", "port", "work, IPv4 and IPv6", "overlap, IPv4 and IPv6"), _costs()),
        "fit": _markdown(("packets", *PLACES), _fit()),
        "forwarding": _markdown(("packets", *rates, "of 2 x 100G, 64 B", "of 2 x 100G, IMIX"), _forwarding()),
        "hellos": _markdown(("sessions", "Xeon, measured", "Xeon", "server"), _hellos()),
        "sessions": _markdown(("interval", "Xeon", "server"), _sessions()),
        "members": _markdown(
            ("members", "sessions of each", "of a core at 50 ms", "OpenBGPD's reload"), _members()
        ),
        "tables": _markdown(("routes", "route servers", "until all forward", "memory"), _tables()),
    }


if __name__ == "__main__":
    print("\n\n".join(tables().values()))
