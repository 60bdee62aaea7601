# SPDX-License-Identifier: Apache-2.0
"""`python -m bfd_fastpath.bench.suites.envelope.veth near|far CPU SESSIONS MS SECONDS`: one of our own
ends in a namespace, by af_packet on eth0. The near end prints what happened, nothing when all were held; the
far end runs until its standard input ends.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pydp
from bfd_fastpath.bench.suites.envelope.process import prefer_workers, take_precedence
from bfd_fastpath.bench.suites.envelope.rig import FIRST_PEER, OURS, STATE_CHANGED, drained
from pydp.generate import Generator, PeersConfig

_PORT: Final = "net_af_packet0,iface=eth0,blocksz=65536,framecnt=16384,framesz=2048"
_UP_S: Final = 30.0


@contextmanager
def engine(count: int, interval_us: int, cpu: int) -> Iterator[pydp.Engine]:
    """With a session to each peer, running."""
    with pydp.Port(_PORT) as port, pydp.Engine("near", max_sessions=count, max_neighbours=count) as near:
        near.attach(port)
        near.address_add(0, f"{OURS}/8")
        for number in range(count):
            near.sessions.upsert(
                pydp.SessionConfig(
                    source_addr=OURS,
                    dest_addr=FIRST_PEER + number,
                    desired_min_tx_interval_us=interval_us,
                    required_min_rx_interval_us=interval_us,
                )
            )
        near.start(cpu=cpu, idle=pydp.Idle.POLL)
        yield near


def near(cpu: int, count: int, interval_us: int, seconds: float) -> str:
    with engine(count, interval_us, cpu) as held:
        prefer_workers()
        end = time.monotonic() + _UP_S
        while (up := sum(one.local_state is pydp.State.UP for one in held.sessions)) < count:
            if time.monotonic() > end:
                return f"{up:,} came up in {_UP_S:.0f} s"
            time.sleep(1)
        time.sleep(2)
        drained(held)
        time.sleep(seconds)
        events = drained(held)
        left = (events["type"] == STATE_CHANGED) & (events["old_state"] == pydp.State.UP)
        return f"flaps: {int(left.sum()):,}" if left.any() else ""


def far(cpu: int, count: int, interval_us: int) -> None:
    with pydp.Port(_PORT, promiscuous=True) as port, Generator("far", max_peers=count) as generator:
        generator.attach(port)
        generator.peers(
            PeersConfig(
                address=FIRST_PEER,
                target=OURS,
                count=count,
                desired_min_tx_interval_us=interval_us,
                required_min_rx_interval_us=interval_us,
                starts_per_second=2000,
            )
        )
        generator.start(cpu=cpu, idle=pydp.Idle.POLL)
        prefer_workers()
        sys.stdin.read()


def main(arguments: list[str]) -> int:
    take_precedence()
    end, cpu, count, interval_us = arguments[0], *map(int, arguments[1:3]), int(arguments[3]) * 1000
    pydp.eal.init(program="bench")
    if end == "far":
        far(cpu, count, interval_us)
    else:
        print(near(cpu, count, interval_us, float(arguments[4])), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
