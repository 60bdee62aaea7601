# SPDX-License-Identifier: Apache-2.0
"""The engine of a configuration with several workers: its ports have a queue for each, and each runs."""

import time

import pytest

import pydp
from bfd_fastpath.config import parse
from bfd_fastpath.router.dataplane import Dataplane

pytestmark = pytest.mark.eal

TEXT = """
[router]
name = "workers"
[engine]
workers = 2
[[port]]
name = "lan0"
devargs = "net_null_w0,no-rx=1"
addresses = ["192.0.2.1/24"]
[[port]]
name = "lan1"
devargs = "net_null_w1,no-rx=1"
addresses = ["198.51.100.1/24"]
queues = 1
"""


def test_ports_have_a_queue_for_each_worker_and_all_of_them_run(eal: None) -> None:
    config = parse(TEXT).config
    assert config is not None
    plane = Dataplane("workers", config, {})
    try:
        plane.create()
        for port in config.ports:
            plane.open_port(port)
        assert [plane.port(name).info().queues for name in plane.names()] == [2, 1]
        plane.start()
        stats = plane.engine.stats
        assert stats.workers == 2
        end = time.monotonic() + 20
        while not all(stats.worker(i).turns > 10 for i in range(2)):
            assert time.monotonic() < end, [stats.worker(i).turns for i in range(2)]
        assert all(stats.worker(i).running for i in range(2))
    finally:
        plane.close()


def test_a_driver_with_fewer_queues_names_the_port_and_its_limit(eal: None, tmp_path) -> None:
    with pytest.raises(pydp.UnsupportedError, match=r"net_pcap_w0 cannot have 2 queues: .* 1 to receive"):
        pydp.Port(f"net_pcap_w0,rx_pcap={empty(tmp_path)},tx_pcap={tmp_path}/out.pcap", queues=2)


def empty(tmp_path) -> str:
    """A capture file without packets."""
    path = tmp_path / "in.pcap"
    path.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    return str(path)
