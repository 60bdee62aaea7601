# SPDX-License-Identifier: Apache-2.0
"""The command line of a run: `bfd-fastpath bench [SUITE] ...`. Options that only one suite knows go to that
suite, which then measures rows of one's choice and prints them itself.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bfd_fastpath.bench import suites
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.output import DIRECTORY, write
from bfd_fastpath.bench.progress import Screen
from bfd_fastpath.bench.run import Run


def one(name: str, arguments: Sequence[str]) -> int:
    """A suite: its rows of the report, or, with options of its own, what these choose."""
    parser = _parser(f"bfd-fastpath bench {name}")
    options, own = parser.parse_known_args(list(arguments))
    if own and suites.has_options(name) and not {"-h", "--help"} & set(own):
        return suites.main(name, list(arguments))
    if own:
        parser.print_help()
        if suites.has_options(name):
            print("\nWith options of its own it measures what these choose, and prints it:\n")
            suites.main(name, ["--help"])
        return 0 if {"-h", "--help"} & set(own) else 2
    return _run(options, (name,), arguments)


def every(arguments: Sequence[str], texts: Mapping[str, str]) -> int:
    """All suites; texts: what each measures, for the help."""
    parser = _parser("bfd-fastpath bench", texts)
    options, left = parser.parse_known_args(list(arguments))
    if left:
        parser.print_help()
        return 0 if {"-h", "--help"} & set(left) else 2
    return _run(options, suites.NAMES, arguments)


def _run(options: argparse.Namespace, names: Sequence[str], arguments: Sequence[str]) -> int:
    """0; 1 where a suite gave no row, or a peer is missing that was required."""
    if len(options.port or ()) not in (0, 2):
        print("bench: --port is given twice: the engine's port and the far end's", file=sys.stderr)
        return 2
    chosen = tuple(names) if len(names) == 1 else ()
    with Screen(len(names)) as screen:
        asked = Asked(
            scale=Scale.QUICK if options.quick else Scale.FULL if options.full else Scale.DEFAULT,
            soak=options.soak,
            ports=tuple(options.port or ()),
            cpu=options.cpu,
            other_cpu=options.other_cpu,
            say=screen.say,
        )
        command = " ".join(["bfd-fastpath bench", *chosen, *arguments])
        document = Run(asked, command, screen.told).measure(names)
    if options.json:
        print(document.to_json(), end="")
    else:
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
    return int(not all(document.suites.values()))


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
    add("--cpu", type=int, default=0, help="the core that is measured (default: %(default)s)")
    add("--other-cpu", type=int, default=1, help="that of the far end (default: %(default)s)")
    return parser
