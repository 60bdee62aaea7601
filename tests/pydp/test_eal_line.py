# SPDX-License-Identifier: Apache-2.0
"""EAL's argument list for virtual and PCI ports, with and without hugepages, on machines that nobody has."""

import pytest

from pydp.eal_line import eal_line, pci_address
from pydp.errors import EalError, InvalidArgumentError
from pydp.host import Host, HugepagePool

PLAIN = Host(cpus=(0, 1))
HUGE = Host(cpus=(2, 3), hugepages=(HugepagePool(node=0, page_kib=2048, free=512),))
TWO_NODES = Host(
    cpus=(0, 1, 8, 9),
    node_of_cpu={0: 0, 1: 0, 8: 1, 9: 1},
    hugepages=(HugepagePool(0, 2048, 512), HugepagePool(1, 2048, 0), HugepagePool(1, 1048576, 4)),
    node_of_device={"0000:03:00.0": 0, "0000:83:00.0": 1, "0000:83:00.1": 1},
)
QUIET = ["--no-telemetry", "--log-level=error"]


def after(line: list[str], option: str) -> str:
    return line[line.index(option) + 1]


def test_without_hugepages_memory_is_plain_and_nothing_is_shared():
    assert eal_line(["net_null0"], host=PLAIN) == [
        "pydp", "-l", "0", "--no-huge", "--no-shconf", "-m", "1024", "--no-pci", *QUIET,
    ]  # fmt: skip


def test_with_free_hugepages_memory_is_in_memory():
    assert eal_line(["net_null0"], host=HUGE) == [
        "pydp", "-l", "2", "--in-memory", "-m", "256", "--no-pci", *QUIET,
    ]  # fmt: skip


def test_in_memory_and_no_huge_never_stand_together():
    for host in (PLAIN, HUGE):
        for extra in ((), ("--no-huge",)):
            line = eal_line(host=host, extra=extra)
            assert not {"--in-memory", "--no-huge"} <= set(line)


def test_too_few_free_hugepages_are_left_alone():
    few = Host(cpus=(0,), hugepages=(HugepagePool(0, 2048, 100),))
    assert "--no-huge" in eal_line(host=few)
    assert "--in-memory" in eal_line(host=few, memory_mib=200)


def test_many_ports_get_more_memory_in_both_modes():
    ports = [f"net_null{i}" for i in range(30)]
    assert int(after(eal_line(ports, host=PLAIN), "-m")) > 1024
    roomy = Host(cpus=(0,), hugepages=(HugepagePool(0, 2048, 4096),))
    assert int(after(eal_line(ports, host=roomy), "-m")) > 256


def test_a_pci_port_is_allowed_by_name_and_pci_stays_on():
    line = eal_line(["0000:03:00.0,rx_vec=1", "net_null0"], host=TWO_NODES)
    assert "--no-pci" not in line
    assert [line[i + 1] for i, word in enumerate(line) if word == "-a"] == ["0000:03:00.0,rx_vec=1"]
    assert "--in-memory" in line


def test_a_pci_port_gets_cores_and_memory_of_its_node():
    line = eal_line(["83:00.0", "0000:83:00.1"], host=TWO_NODES)
    assert after(line, "-l") == "8"
    assert after(line, "--socket-mem") == "0,256"
    assert "-m" not in line
    assert [line[i + 1] for i, word in enumerate(line) if word == "-a"] == ["0000:83:00.0", "0000:83:00.1"]


def test_pci_ports_on_two_nodes_get_memory_on_both():
    assert after(eal_line(["03:00.0", "83:00.0"], host=TWO_NODES), "--socket-mem") == "256,256"


def test_a_pci_port_on_a_machine_of_one_node_needs_no_share():
    assert after(eal_line(["0000:03:00.0"], host=HUGE), "-m") == "256"


def test_a_pci_port_without_hugepages_is_refused_with_the_remedy():
    bare = Host(cpus=(8,), node_of_cpu={8: 1}, node_of_device={"0000:83:00.0": 1})
    with pytest.raises(EalError, match=r"0000:83:00\.0 needs 256 MiB .* NUMA node 1.*echo 128 > .*/node1/"):
        eal_line(["0000:83:00.0"], host=bare)


def test_hugepages_of_another_node_do_not_serve_a_pci_port():
    lopsided = Host(
        cpus=(0, 8),
        node_of_cpu={0: 0, 8: 1},
        hugepages=(HugepagePool(0, 2048, 1024), HugepagePool(1, 2048, 0)),
        node_of_device={"0000:83:00.0": 1},
    )
    with pytest.raises(EalError, match="NUMA node 1"):
        eal_line(["0000:83:00.0"], host=lopsided)


def test_a_file_prefix_replaces_in_memory():
    line = eal_line(["0000:03:00.0"], host=TWO_NODES, extra=["--file-prefix=bfd"])
    assert "--in-memory" not in line
    assert line[-1] == "--file-prefix=bfd"


@pytest.mark.parametrize(
    ("extra", "absent"),
    [
        (["-m", "64"], "256"),
        (["-m64"], "256"),
        (["--socket-mem=64"], "-m"),
        (["-l", "3"], "2"),
        (["--lcores=3"], "-l"),
        (["--log-level=lib.eal:debug"], "--log-level=error"),
        (["-a", "0000:05:00.0"], "--no-pci"),
        (["--no-huge"], "--in-memory"),
        (["--telemetry"], "--no-telemetry"),
    ],
)
def test_what_the_caller_adds_replaces_ours(extra: list[str], absent: str):
    line = eal_line(host=HUGE, extra=extra)
    assert line[-len(extra) :] == extra
    assert absent not in line[: -len(extra)]


def test_a_cpu_that_the_process_may_not_use_is_refused_with_those_it_may():
    with pytest.raises(InvalidArgumentError, match=r"CPU 5 .* choose one of 2, 3"):
        eal_line(host=HUGE, cpu=5)
    assert after(eal_line(host=HUGE, cpu=3), "-l") == "3"


@pytest.mark.parametrize(
    ("devargs", "address"),
    [
        ("0000:03:00.0", "0000:03:00.0"),
        ("03:00.1,queues=2", "0000:03:00.1"),
        ("pci:0000:AF:1f.7", "0000:af:1f.7"),
        ("net_af_packet0,iface=eth0", None),
        ("net_memif0,socket=/tmp/03:00.0", None),
        ("03:00.9", None),
    ],
)
def test_devargs_tell_a_pci_address_from_a_virtual_device(devargs: str, address: str | None):
    assert pci_address(devargs) == address


@pytest.mark.parametrize("mib", [0, -1])
def test_memory_that_is_none_is_refused_in_words(mib):
    with pytest.raises(InvalidArgumentError, match=f"{mib} MiB of memory is too little"):
        eal_line(host=PLAIN, memory_mib=mib)


def test_a_pci_device_that_is_not_there_is_named_before_hugepages_are_asked_for():
    with pytest.raises(EalError, match=r"no PCI device 0000:04:00\.0:"):
        eal_line(["0000:03:00.0", "04:00.0,x=1"], host=TWO_NODES)
