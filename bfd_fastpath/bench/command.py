# SPDX-License-Identifier: Apache-2.0
"""The command line of a run: `bfd-fastpath bench [SUITE] ...`. Options that only one suite knows go to that
suite, which then measures rows of one's choice and prints them itself.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from bfd_fastpath.bench import cores, suites
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.ending import in_order
from bfd_fastpath.bench.output import DIRECTORY, write
from bfd_fastpath.bench.place import place
from bfd_fastpath.bench.progress import Screen
from bfd_fastpath.bench.report import terminal
from bfd_fastpath.bench.run import Run
from bfd_fastpath.bench.suites.envelope.far import given


@in_order()
def one(name: str, arguments: Sequence[str]) -> int:
    """A suite: its rows of the report, or, with options of its own, what these choose."""
    parser = _parser(f"bfd-fastpath bench {name}")
    options, own = parser.parse_known_args(list(arguments))
    if own and suites.has_options(name) and not {"-h", "--help"} & set(own):
        return suites.main(name, list(arguments))
    if {"-h", "--help"} & set(own):
        parser.print_help()
        if suites.has_options(name):
            print("\nWith options of its own it measures what these choose, and prints it:\n")
            suites.main(name, ["--help"])
        return 0
    if own:
        parser.error(_unknown(own))
    return _run(options, (name,), arguments)


@in_order()
def every(arguments: Sequence[str], texts: Mapping[str, str]) -> int:
    """All suites; texts: what each measures, for the help."""
    parser = _parser("bfd-fastpath bench", texts)
    options, left = parser.parse_known_args(list(arguments))
    if {"-h", "--help"} & set(left):
        parser.print_help()
        return 0
    if left:
        parser.error(_unknown(left, texts))
    return _run(options, suites.NAMES, arguments)


def _run(options: argparse.Namespace, names: Sequence[str], arguments: Sequence[str]) -> int:
    """0; 1 where a suite gave no row or broke off, something of ours broke, or a peer is missing that was
    required; 2 where it cannot begin; 130 where it was interrupted, with what was measured until then."""
    if fault := _fault(options):
        print(f"bench: {fault}", file=sys.stderr)
        return 2
    cpu, other_cpu = cores.chosen(options)
    far_end = None if options.far_end is None else place(options.far_end)
    chosen = tuple(names) if len(names) == 1 else ()
    with Screen(len(names)) as screen:
        asked = Asked(
            scale=Scale.QUICK if options.quick else Scale.FULL if options.full else Scale.DEFAULT,
            soak=options.soak,
            ports=tuple(options.port or ()),
            far_end=far_end,
            far_machine=given.machine(far_end),
            cpu=cpu,
            other_cpu=other_cpu,
            say=screen.say,
        )
        command = " ".join(["bfd-fastpath bench", *chosen, *arguments])
        run = Run(asked, command, screen.told)
        document = run.measure(names)
    if options.json:
        print(document.to_json(), end="")
    else:
        console = Console(width=terminal.WIDTH, highlight=False)
        for line in terminal.lines(document, every=bool(chosen)):
            console.print(line, soft_wrap=True)
        print()
        for path in write(document, options.out, chosen):
            print(path)
        why = "; ".join(document.noise.reasons) or "no sign of noise"
        print(f"{document.noise.verdict}: {why}", file=sys.stderr)
    missing = [one for one in document.skipped if one.install]
    if options.require_peers and missing:
        print("these peers are required and missing:", file=sys.stderr)
        for install in sorted({one.install for one in missing}):
            print(f"    {install}", file=sys.stderr)
        return 1
    return 130 if run.interrupted else int(run.failed or not all(document.suites.values()))


def _fault(options: argparse.Namespace) -> str:
    """Why a run cannot begin; "" where it can. What would only be seen at its end is seen here."""
    if fault := cores.fault(options) or given.fault(options.port or (), options.far_end):
        return fault
    if options.quick and options.soak:
        return "--quick takes seconds and --soak ten minutes a row: one of them"
    if options.json:
        return ""
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"--out {options.out}: {error.strerror}"
    return (
        "" if os.access(options.out, os.W_OK | os.X_OK) else f"--out {options.out}: it cannot be written to"
    )


def _unknown(words: Sequence[str], texts: Mapping[str, str] | None = None) -> str:
    """What is wrong with words that no parser took."""
    if texts and not words[0].startswith("-"):
        return f"there is no suite {words[0]}; there are {', '.join(texts)}"
    return f"unknown: {' '.join(words)}"


def _parser(program: str, texts: Mapping[str, str] | None = None) -> argparse.ArgumentParser:
    known = [f"  {name:<12}{text}" for name, text in (texts or {}).items()]
    parser = argparse.ArgumentParser(
        prog=program,
        usage=f"{program} [options]" + (" | SUITE [options]" if texts else ""),
        epilog="\n".join(["suites, each also by itself after its name:", *known]) if known else "",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
        description="Measures beside its peers in the same run, in interleaved windows, and writes one JSON\n"
        "file with every window. A peer that is missing is skipped, with the command that installs it.",
    )
    add = parser.add_argument
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", action="store_true", help="whether it works, in two minutes; no figures")
    scale.add_argument("--full", action="store_true", help="the whole matrix")
    add("--soak", action="store_true", help="sessions are held for ten minutes a row")
    add("--json", action="store_true", help="print the document instead of writing files")
    add(
        "--out", type=Path, default=DIRECTORY, metavar="DIR", help="where the files go (default: %(default)s)"
    )
    add("--require-peers", action="store_true", help="fail when a peer is not installed")
    add(
        "--port",
        action="append",
        metavar="DEVARGS",
        help="twice: two ports cabled to each other, the engine's and the far end's, by PCI address or by "
        "devargs of any driver (default: virtual ones)",
    )
    add(
        "--far-end",
        metavar="ADDRESS[:PORT]",
        help="of another machine, where `bfd-fastpath bench far-end` listens: sessions are held with it, by "
        "one --port, the engine's (bfd-scale)",
    )
    cores.add_options(parser)
    return parser
