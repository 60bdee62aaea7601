# SPDX-License-Identifier: Apache-2.0
"""Ports that are given instead of a link in memory: PCI ones reach EAL's line, and any pair carries a suite."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pydp
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.suites.envelope import process
from pydp.eal_line import eal_line
from pydp.host import Host, HugepagePool

PORTS = ["--port", "net_af_packet0,iface=one", "--port", "net_af_packet1,iface=two"]
PAIR = ("0000:03:00.0", "0000:03:00.1,rx_vec_en=1")
SERVER = Host(
    cpus=tuple(range(16)),
    node_of_cpu={cpu: cpu // 8 for cpu in range(16)},
    hugepages=(HugepagePool(0, 2048, 1024), HugepagePool(1, 2048, 2048)),
    node_of_device={"0000:03:00.0": 1, "0000:03:00.1": 1, "0000:04:00.0": 0},
)


def test_ports_by_pci_address_are_allowed_by_name_with_memory_at_their_node(monkeypatch):
    lines = []

    def init(ports, *, memory_mib, program):
        lines.append(eal_line(ports, host=SERVER, memory_mib=memory_mib, program=program))

    monkeypatch.setattr(process, "take_precedence", lambda: None)
    monkeypatch.setattr(pydp.eal, "state", lambda: pydp.eal.EalState.NOT_INITIALISED)
    monkeypatch.setattr(pydp.eal, "init", init)
    process.prepare(PAIR)
    (line,) = lines
    assert line[line.index("-a") :][:4] == ["-a", PAIR[0], "-a", PAIR[1]]
    assert "--no-pci" not in line
    assert "--in-memory" in line
    assert line[line.index("--socket-mem") + 1] == "0,1536"
    assert line[line.index("-l") + 1] == "8"


def test_without_ports_pci_is_left_alone(monkeypatch):
    lines = []
    monkeypatch.setattr(process, "take_precedence", lambda: None)
    monkeypatch.setattr(pydp.eal, "state", lambda: pydp.eal.EalState.NOT_INITIALISED)
    monkeypatch.setattr(
        pydp.eal, "init", lambda ports, **more: lines.append(eal_line(ports, host=SERVER, **more))
    )
    process.prepare()
    assert "--no-pci" in lines[0]


def test_a_suite_that_cannot_use_the_ports_says_so():
    given = Asked(ports=("net_af_packet0,iface=one", "net_af_packet1,iface=two"))
    (said,) = given.without_ports("fib", "it looks up routes, and sends nothing")
    assert said.what == "on net_af_packet0,iface=one and net_af_packet1,iface=two"
    assert said.why == "it looks up routes, and sends nothing"
    assert list(Asked().without_ports("fib", "it looks up routes, and sends nothing")) == []


@pytest.fixture
def veth():
    """A namespace with the interfaces one and two, cabled to each other; what a suite measures on them."""
    space = f"bench-{os.getpid()}"
    ip = ("ip", "-n", space)
    subprocess.run(["ip", "netns", "add", space], check=True)

    def bench(suite):
        words = [sys.executable, "-m", "bfd_fastpath", "bench", suite, "--quick", "--json"]
        done = subprocess.run(
            ["ip", "netns", "exec", space, *words, *PORTS],
            capture_output=True,
            text=True,
            timeout=100,
            cwd=Path(__file__).parents[2],
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    try:
        subprocess.run([*ip, "link", "add", "one", "type", "veth", "peer", "name", "two"], check=True)
        for name in ("lo", "one", "two"):
            subprocess.run([*ip, "link", "set", name, "up"], check=True)
        yield bench
    finally:
        subprocess.run(["ip", "netns", "del", space], check=True)


@pytest.mark.root
@pytest.mark.parametrize("suite", ["nodrop", "failover"])
def test_a_pair_of_interfaces_carries_sessions_and_data(veth, suite):
    document = veth(suite)
    assert document["skipped"] == []
    rows = document["suites"][suite]
    assert rows
    assert all(row["parameters"]["ports"] == [PORTS[1], PORTS[3]] for row in rows)


@pytest.mark.root
def test_detection_uses_the_ports_and_what_comes_behind_the_engine_says_that_it_does_not(veth):
    document = veth("bfd-detect")
    ports = [row["parameters"].get("ports") for row in document["suites"]["bfd-detect"]]
    assert [PORTS[1], PORTS[3]] in ports
    assert document["skipped"]
    assert all(said["what"].startswith("on net_af_packet0") for said in document["skipped"])
