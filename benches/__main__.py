# SPDX-License-Identifier: Apache-2.0
"""`python -m benches [PYTEST OPTIONS]`: runs the micro benches and prints one table beside the goals.
`python -m benches SUITE ...` is `bfd-fastpath bench SUITE ...`: whole parts beside their peers.

`--json FILE` keeps pytest-benchmark's own file, with the machine it ran on.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rich.console import Console

from benches import table
from bfd_fastpath.bench import command, suites


def main(arguments: list[str]) -> int:
    """Returns pytest's exit code, or that of the suite that was asked for."""
    if arguments and arguments[0] in suites.NAMES:
        return command.one(arguments[0], arguments[1:])
    keep = None
    if "--json" in arguments:
        at = arguments.index("--json")
        if at + 1 == len(arguments):
            print("benches: --json needs a file name", file=sys.stderr)
            return 2
        keep = Path(arguments[at + 1])
        arguments = arguments[:at] + arguments[at + 2 :]
    with TemporaryDirectory() as room:
        report = Path(room) / "benches.json"
        code = pytest.main(
            [
                str(Path(__file__).parent),
                "-q",
                "--benchmark-quiet",
                "--benchmark-disable-gc",
                f"--benchmark-json={report}",
                *arguments,
            ]
        )
        if not report.exists() or not report.read_text():
            return int(code) or 1
        text = report.read_text()
        if keep is not None:
            keep.write_text(text)
        results = json.loads(text)["benchmarks"]
    Console(width=None if sys.stdout.isatty() else 150).print(table.build(results))
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
