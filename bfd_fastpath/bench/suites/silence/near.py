# SPDX-License-Identifier: Apache-2.0
"""`python -m bfd_fastpath.bench.suites.silence.near SESSIONS MS CPU`: our engine in a network namespace, by
af_packet on eth0, until standard input ends. A line asks for the poll gaps since the line before.
"""

import json
import sys

import pydp
from bfd_fastpath.bench.suites.envelope.process import prefer_workers, take_precedence
from bfd_fastpath.bench.suites.envelope.veth import engine


def main(arguments: list[str]) -> int:
    sessions, interval_ms, cpu = map(int, arguments)
    take_precedence()
    pydp.eal.init(program="bench")
    with engine(sessions, interval_ms * 1000, cpu) as near:
        prefer_workers()
        for _ in sys.stdin:
            worker = near.stats.worker()
            near.stats.reset_gap()
            gaps = {"us_log2": worker.poll_gap_us_log2, "max_ns": worker.poll_gap_max_ns}
            print(json.dumps(gaps), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
