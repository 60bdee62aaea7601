# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench fib`: our look-up of routes and DPDK's, interleaved, with 1,000 to 1,000,000 routes and
destinations that are in no cache, or few. DPDK's tables get hugepages where there are enough, as ours asks
the kernel for them; look-ups are compared while they are timed.
"""

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bfd_fastpath.bench import cores, kept
from bfd_fastpath.bench.sources import NoSourcesError, native

HERE: Final = Path(__file__).parent
#: DPDK's tables of a million IPv6 routes want three gigabytes; its other memory is small.
MEMORY_MIB: Final = 3000
PAGE_MIB: Final = 2


def main(arguments: Sequence[str]) -> int:
    """0; 1 where a family could not be measured or candidates differ."""
    parser = _parser()
    options = parser.parse_args(arguments)
    cpu, _ = cores.checked(parser, options)
    console = Console(width=None if Console().is_terminal else 150, markup=False)
    failed, kept_rows = False, list[dict[str, Any]]()
    with TemporaryDirectory() as room:
        try:
            program = build(Path(room))
        except (NoSourcesError, subprocess.CalledProcessError) as error:
            console.print(str(error))
            return 1
        for family in options.family:
            for routes in options.routes:
                try:
                    found = looked_up(program, family, routes, cpu)
                except NotLookedUpError as error:
                    console.print(f"IPv{family}, {routes:,} routes: not measured: {error}")
                    failed = True
                    continue
                console.print(table(family, routes, found))
                kept_rows.append({"family": family, "routes": routes, "candidates": found})
    kept.keep(options.json, kept_rows)
    console.print("DPDK's tables are in hugepages." if hugepages() else "DPDK's tables have no hugepages.")
    return int(failed)


class NotLookedUpError(Exception):
    """The program failed, or candidates differ; in its own words."""


def looked_up(program: Path, family: int, routes: int, cpu: int) -> dict[str, dict[str, Any]]:
    """By candidate. NotLookedUpError."""
    done = subprocess.run(
        [str(program), *_eal(cpu), "--", str(family), str(routes)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotLookedUpError(done.stderr.strip()[-300:])
    return _rows(done.stdout)


def build(room: Path) -> Path:
    """The program. CalledProcessError, NoSourcesError."""

    def dpdk(what: str) -> list[str]:
        return subprocess.run(
            ["pkg-config", what, "libdpdk"], capture_output=True, text=True, check=True
        ).stdout.split()

    program, tree = room / "fib-bench", native()
    sources = [*map(str, sorted(HERE.glob("*.c"))), *map(str, sorted((tree / "fib").glob("*.c")))]
    include = [f"-I{HERE}", f"-I{tree}", f"-I{tree / 'include'}"]
    flags = ["-std=c11", "-O2", "-D_GNU_SOURCE", *include, *dpdk("--cflags")]
    subprocess.run(["gcc", *flags, *sources, "-o", str(program), *dpdk("--libs")], check=True)
    return program


def hugepages() -> bool:
    """Whether DPDK's tables get them."""
    fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(fields["HugePages_Free"]) * PAGE_MIB >= MEMORY_MIB and "2048" in fields["Hugepagesize"]


def _eal(cpu: int) -> list[str]:
    pages = ["--in-memory"] if hugepages() else ["--no-huge", "--no-shconf"]
    return [*pages, "--no-pci", "-m", str(MEMORY_MIB), "-l", str(cpu), "--log-level=error", "--no-telemetry"]


def _rows(output: str) -> dict[str, dict[str, Any]]:
    """By candidate: what its lines say, those of a kind of destinations below its name."""
    rows: dict[str, dict[str, Any]] = {}
    for line in output.splitlines():
        if not line.startswith("{"):
            continue
        said = json.loads(line)
        row = rows.setdefault(said.pop("candidate"), {})
        kind = said.pop("destinations", None)
        row.update({kind: said} if kind else said)
    return rows


def table(family: int, routes: int, rows: dict[str, dict[str, Any]]) -> Table:
    made = Table(title=f"IPv{family}, {routes:,} routes: one look-up of a burst of 32, one core")
    for heading in (
        "candidate",
        "random, ns",
        "min - max",
        "cycles",
        "hot, ns",
        "cycles",
        "MiB",
        "load, s",
        "flap, us",
    ):
        made.add_column(heading, justify="left" if heading == "candidate" else "right")
    for name, row in rows.items():
        if "refused" in row:
            made.add_row(name, row["refused"])
            continue
        random, hot = row["random"], row["hot"]
        made.add_row(
            name,
            f"{random['ns']:.1f}",
            f"{random['least']:.1f} - {random['most']:.1f}",
            f"{random['cycles']:.0f}",
            f"{hot['ns']:.1f}",
            f"{hot['cycles']:.0f}",
            f"{row['memory-mib']:.0f}",
            f"{row['load-s']:.3f}",
            f"{row['flap-us']:.1f}" if row["flap-us"] else "",
        )
    return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bfd-fastpath bench fib",
        description="Our look-up of routes and DPDK's. Random: a million destinations, each in a route that "
        "was chosen at random; hot: 256 of them. Flap: a route is taken out and put in again. Times are of "
        "the processor, medians of seven interleaved windows. With 1,500 free hugepages of 2 MiB DPDK's "
        "tables are in them.",
    )
    add = parser.add_argument
    add("--family", type=int, nargs="+", default=(4, 6), choices=(4, 6))
    add("--routes", type=int, nargs="+", default=(1_000, 100_000, 1_000_000), metavar="N")
    cores.add_options(parser)
    kept.add_option(parser, "all windows")
    return parser
