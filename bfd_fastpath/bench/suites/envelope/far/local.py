# SPDX-License-Identifier: Apache-2.0
"""A far end in this process: a generator on a port."""

from collections.abc import Iterator
from contextlib import contextmanager

import pydp
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.suites.envelope.far.end import Look, Order
from pydp.generate import Generator, Peers, PeersConfig


class Local:
    """cpu: of its worker."""

    def __init__(self, generator: Generator, peers: Peers, cpu: int) -> None:
        self.generator, self.peers, self._cpu = generator, peers, cpu

    def start(self) -> None:
        self.generator.start(cpu=self._cpu, idle=pydp.Idle.POLL)

    def look(self) -> Look:
        summary, worker = self.peers.summary(), self.generator.worker()
        return Look(
            up=summary.up,
            sent=summary.tx_packets,
            received=summary.rx_packets,
            late_us_log2=summary.tx_late_us_log2,
            gaps=Gaps(worker.poll_gap_us_log2, worker.poll_gap_max_ns),
        )

    def missed(self) -> int:
        return self.generator.ports[0].stats().rx_missed

    def reset_gaps(self) -> None:
        self.generator.reset_gap()


@contextmanager
def local(order: Order, port: pydp.Port, cpu: int) -> Iterator[Local]:
    """Peers that stand on the port until the block ends."""
    with Generator("far", max_peers=order.sessions, seed=order.seed) as generator:
        generator.attach(port)
        peers = generator.peers(
            PeersConfig(
                address=order.address,
                target=order.target,
                count=order.sessions,
                desired_min_tx_interval_us=order.interval_us,
                required_min_rx_interval_us=order.interval_us,
                multiplier=order.multiplier,
                starts_per_second=order.starts_per_second,
            )
        )
        yield Local(generator, peers, cpu)
