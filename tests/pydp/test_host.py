# SPDX-License-Identifier: Apache-2.0
"""What is read from sysfs about CPUs, NUMA nodes, hugepages and PCI devices."""

from pathlib import Path

from pydp.host import HugepagePool, read_host


def put(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_two_nodes_are_read_with_their_cpus_and_pages(tmp_path: Path):
    for node, cpu in ((0, 0), (0, 1), (1, 2)):
        (tmp_path / f"devices/system/node/node{node}/cpu{cpu}").mkdir(parents=True)
    put(tmp_path, "devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "7\n")
    put(tmp_path, "devices/system/node/node0/hugepages/hugepages-1048576kB/free_hugepages", "2\n")
    put(tmp_path, "bus/pci/devices/0000:83:00.0/numa_node", "1\n")
    put(tmp_path, "bus/pci/devices/0000:00:01.0/numa_node", "-1\n")
    host = read_host(tmp_path, cpus=[2, 0])
    assert host.cpus == (0, 2)
    assert dict(host.node_of_cpu) == {0: 0, 1: 0, 2: 1}
    assert set(host.hugepages) == {HugepagePool(0, 1048576, 2), HugepagePool(1, 2048, 7)}
    assert (host.free_mib(), host.free_mib(0), host.free_mib(1)) == (2062, 2048, 14)
    assert dict(host.node_of_device) == {"0000:83:00.0": 1, "0000:00:01.0": -1}
    assert host.nodes == (0, 1)


def test_a_kernel_without_nodes_tells_its_pages_in_one_place(tmp_path: Path):
    put(tmp_path, "kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "3\n")
    host = read_host(tmp_path, cpus=[0])
    assert host.hugepages == (HugepagePool(0, 2048, 3),)
    assert host.nodes == (0,)


def test_an_empty_sysfs_is_a_machine_without_anything(tmp_path: Path):
    host = read_host(tmp_path, cpus=[4])
    assert (host.cpus, host.hugepages, host.free_mib()) == ((4,), (), 0)


def test_this_machine_has_a_cpu_to_run_on():
    assert read_host().cpus
