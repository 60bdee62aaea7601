# SPDX-License-Identifier: Apache-2.0
"""`python -m benches [PYTEST OPTIONS]`: runs the micro benches and prints one table beside the goals.
`python -m benches envelope`: whole engines in real time, see benches/envelope/. `python -m benches fib`:
look-ups of routes, ours and DPDK's. `python -m benches forward`: forwarding beside l3fwd and testpmd.
`python -m benches workers`: forwarding by one worker and by two. `python -m benches shed`: data against
sessions held on one core. `python -m benches control`: a full table from BGP into the engine.
`python -m benches failover`: from Down to the first packet on the backup. `python -m benches reload`: a
route server's reload, as rs-agent asks for it.

`--json FILE` keeps pytest-benchmark's own file, with the machine it ran on.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from rich.console import Console

from benches import table
from benches.control import run as control
from benches.envelope import run as envelope
from benches.failover import run as failover
from benches.fib import run as fib
from benches.forward import run as forward
from benches.reload import run as reload
from benches.shed import run as shed
from benches.workers import run as workers

_PARTS: Final = {
    "control": control.main,
    "envelope": envelope.main,
    "failover": failover.main,
    "fib": fib.main,
    "forward": forward.main,
    "reload": reload.main,
    "shed": shed.main,
    "workers": workers.main,
}


def main(arguments: list[str]) -> int:
    """Returns pytest's exit code, or that of the part that was asked for."""
    if arguments and arguments[0] in _PARTS:
        return _PARTS[arguments[0]](arguments[1:])
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
